#include "http/text.hpp"
#include "probe/kinds.hpp"
#include "probe/spec.hpp"

#include <charconv>
#include <optional>
#include <system_error>

namespace shipflow::probing {
namespace {

struct address {
  std::string host;
  std::uint16_t port = 0;
};

std::optional<address> read_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  address a;
  const auto digits = text.substr(colon + 1);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), a.port);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || a.port == 0) return {};
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string_view::npos) return {};
  if (host.find_first_of(std::string_view("/@ \t\r\n\0", 7)) != std::string_view::npos) return {};
  a.host = std::string(host);
  return a;
}

class tcp_look final : public prepared_look {
 public:
  explicit tcp_look(http::greeting_request q) : q_(std::move(q)) {}

  void begin(const surroundings& with, duration limit, std::stop_token stop,
             std::function<void(seen)> done) override {
    q_.deadline = limit;
    q_.stop = std::move(stop);
    with.client->greet(q_, [done = std::move(done)](const http::greeting_outcome& o) {
      if (!o) return done(seen_failure(o.error()));
      seen s;
      s.answer.outcome = look::pass;
      s.answer.text = "connected in " + format_duration(o->latency);
      s.answer.latency = o->latency;
      s.answer.details = {{"latency_ms", o->latency.count()}};
      done(std::move(s));
    });
  }

 private:
  http::greeting_request q_;
};

void read_banner(http::fields& in, http::greeting_request& q) {
  const auto* expect = in.object("expect");
  if (expect == nullptr) return;
  http::fields of(*expect, "expect");
  q.until = of.text("banner");
  if (q.until.empty() || q.until.size() > q.max_bytes)
    of.wrong("banner", "must be a text of 1 to 4096 bytes");
  if (auto ok = of.finish(); !ok) in.wrong(ok.error());
}

}  // namespace

prepared prepare_tcp(const json::object& spec) {
  http::fields in(spec);
  const char* key = in.has("tcp") ? "tcp" : "address";
  const auto at = read_address(in.text(key));
  if (!at) in.wrong(key, "must be an address such as db.internal:5432 or [::1]:5432");
  http::greeting_request q;
  if (at) q.host = at->host, q.port = at->port;
  read_banner(in, q);
  const auto timeout = read_common(in);
  if (auto ok = in.finish(); !ok) return ok.error();
  auto made = std::make_unique<tcp_look>(std::move(q));
  made->timeout = timeout;
  return made;
}

}  // namespace shipflow::probing
