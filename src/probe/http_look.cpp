#include "base/wall_clock.hpp"
#include "http/expect.hpp"
#include "http/request_fields.hpp"
#include "http/text.hpp"
#include "probe/kinds.hpp"
#include "probe/spec.hpp"

#include <chrono>

namespace shipflow::probing {
namespace {

// A health endpoint that says more than this is not a health endpoint.
constexpr std::size_t most_body = std::size_t{1} << 20U;

seen see(const http::expectation& wanted, const http::response& got) {
  const auto now = wall_clock();
  auto verdict = http::judge(wanted, got, now);
  seen s;
  s.answer.outcome = verdict.outcome;
  s.answer.text = http::one_line(verdict.text, 400);
  s.answer.latency = got.latency;
  s.answer.details = {{"status", got.status}, {"latency_ms", got.latency.count()}};
  if (got.certificate_not_after)
    s.answer.details["certificate_days"] =
        std::chrono::floor<std::chrono::days>(*got.certificate_not_after - now).count();
  return s;
}

class http_look final : public prepared_look {
 public:
  http_look(http::request q, http::expectation wanted) : q_(std::move(q)), wanted_(std::move(wanted)) {}

  void begin(const surroundings& with, duration limit, std::stop_token stop,
             std::function<void(seen)> done) override {
    q_.deadline = limit;
    q_.stop = std::move(stop);
    with.client->send(q_, [wanted = wanted_, done = std::move(done)](const http::outcome& o) {
      done(o ? see(wanted, *o) : seen_failure(o.error()));
    });
  }

 private:
  http::request q_;
  http::expectation wanted_;
};

}  // namespace

prepared prepare_http(const json::object& spec) {
  http::fields in(spec);
  http::request q;
  q.connection = http::connection_use::fresh;
  q.max_body_bytes = most_body;
  http::read_request(in, {"http", "url"}, q);
  http::expectation wanted;
  if (const auto* expect = in.any("expect")) {
    auto read = http::read_expectation(*expect, "expect");
    if (read)
      wanted = std::move(*read);
    else
      in.wrong(read.error());
  }
  if (wanted.certificate && !q.url.starts_with("https:"))
    in.wrong("expect", "asks for a certificate, which needs an https URL");
  const auto timeout = read_common(in);
  if (auto ok = in.finish(); !ok) return ok.error();
  auto made = std::make_unique<http_look>(std::move(q), std::move(wanted));
  made->timeout = timeout;
  return made;
}

}  // namespace shipflow::probing
