#include "github/api.hpp"

#include "http/url.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace shipflow::github {
namespace {

constexpr int most_pages = 20;
constexpr int most_searched = 10;

http::request request_of(const asking& q, const std::string& url) {
  http::request r;
  r.url = url;
  r.headers = {{"Accept", "application/vnd.github+json"},
               {"X-GitHub-Api-Version", "2022-11-28"},
               {"User-Agent", "shipflow"}};
  if (!q.token.empty()) r.headers.push_back({"Authorization", "Bearer " + q.token});
  r.deadline = q.deadline;
  r.stop = q.stop;
  r.public_only = q.public_only;
  return r;
}

std::string field(const http::response& got, std::string_view name) {
  const auto* found = http::find(got.headers, name);
  return found == nullptr ? std::string{} : *found;
}

// GitHub's own words about what was wrong.
std::string words_of(const http::response& got) {
  const auto body = parse_json(got.body);
  const auto* message = body && body->is_object() ? body->get_object().if_contains("message") : nullptr;
  return message != nullptr && message->is_string() ? ": " + std::string(message->get_string()).substr(0, 200)
                                                    : std::string{};
}

// The primary limit says when it is reset, the secondary one how long to wait.
std::string until(const http::response& got) {
  if (const auto after = field(got, "Retry-After"); !after.empty())
    return "; it asks to wait for " + after + " s";
  const auto reset = field(got, "X-RateLimit-Reset");
  std::int64_t seconds = 0;
  const auto [end, bad] = std::from_chars(reset.data(), reset.data() + reset.size(), seconds);
  const bool known =
      bad == std::errc{} && end == reset.data() + reset.size() && seconds > 0 && seconds < 100'000'000'000;
  return known ? "; the limit is reset at " + format_time(from_ms(seconds * 1000)) : std::string{};
}

bool is_limited(const http::response& got) {
  return got.status == 429 || (got.status == 403 && (field(got, "X-RateLimit-Remaining") == "0" ||
                                                     !field(got, "Retry-After").empty()));
}

// `permission` names what the token needs: "to read this".
error refused(const std::string& path, const http::response& got, const std::string& permission) {
  const auto head = "GitHub answered " + path + " with " + std::to_string(got.status) + words_of(got);
  if (is_limited(got)) return make_error(errc::throttled, head + until(got));
  if (got.status == 401 || got.status == 403)
    return make_error(errc::denied,
                      head + "; the token may be missing, expired or without the permission " + permission);
  if (got.status == 404)
    return make_error(errc::not_found, head + "; a private repository looks like this without a token");
  if (got.status >= 500) return make_error(errc::unavailable, head);
  return make_error(errc::failed, head);
}

result<json::value> read(const std::string& path, const http::outcome& got) {
  if (!got) return static_cast<const error&>(got.error());
  if (got->status < 200 || got->status > 299) return refused(path, *got, "to read this");
  auto body = parse_json(got->body);
  if (!body) return make_error(errc::failed, "GitHub answered " + path + " with what is no JSON");
  return body;
}

// How long to leave GitHub alone; a minute where it does not say, as its documentation asks for.
duration pause_of(const http::response& got, time_point now) {
  constexpr duration usual{60'000};
  constexpr duration longest = std::chrono::hours(1);
  const auto number = [&](std::string_view name) {
    const auto text = field(got, name);
    std::int64_t out = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), out);
    return bad == std::errc{} && end == text.data() + text.size() && out < 100'000'000'000 ? out : -1;
  };
  if (const auto after = number("Retry-After"); after >= 0)
    return std::min<duration>(std::chrono::seconds(after), longest);
  const auto reset = number("X-RateLimit-Reset");
  if (reset < 0 || field(got, "X-RateLimit-Remaining") != "0") return usual;
  return std::clamp<duration>(from_ms(reset * 1000) - now, duration{1'000}, longest);
}

posted told(const std::string& path, const http::outcome& got, time_point now) {
  posted out;
  if (!got) {
    out.problem = static_cast<const error&>(got.error());
    if (got.error().sent) out.problem->code = errc::unknown_outcome;
    return out;
  }
  out.status = got->status;
  if (auto body = parse_json(got->body)) out.body = std::move(*body);
  if (got->status >= 200 && got->status <= 299) return out;
  out.problem = refused(path, *got, "to write this");
  if (out.problem->code == errc::unavailable) out.problem->code = errc::unknown_outcome;
  if (out.problem->code == errc::throttled) out.wait = pause_of(*got, now);
  return out;
}

// The link of `rel="next"` (RFC 8288), or nothing.
std::string next_of(const http::response& got) {
  const auto links = field(got, "Link");
  for (std::size_t at = links.find('<'); at != std::string::npos; at = links.find('<', at + 1)) {
    const auto end = links.find('>', at);
    if (end == std::string::npos) return {};
    const auto rest = links.substr(end, links.find('<', end) - end);
    if (rest.find("rel=\"next\"") != std::string::npos) return links.substr(at + 1, end - at - 1);
  }
  return {};
}

// The token goes to nobody else, whatever a link says.
bool same_origin(const std::string& a, const std::string& b) {
  const auto x = http::parse_target(a);
  const auto y = http::parse_target(b);
  return x && y && x->same_origin(*y);
}

// Page after page, each asked for when the one before has come.
class pages : public std::enable_shared_from_this<pages> {
 public:
  /// True when no further item is wanted.
  using taker = std::function<bool(const json::value&)>;

  pages(wire& with, asking q, std::string member, int most, taker take,
        std::function<void(result<void>)> done)
      : with_(with),
        q_(std::move(q)),
        member_(std::move(member)),
        most_(most),
        take_(std::move(take)),
        done_(std::move(done)) {}

  void ask(const std::string& url) {
    with_.send(q_, request_of(q_, url),
               [self = shared_from_this(), url](const http::outcome& got) { self->came(url, got); });
  }

 private:
  void came(const std::string& url, const http::outcome& got) {
    const auto body = read(q_.path, got);
    if (!body) return done_(body.error());
    const auto* items = &*body;
    if (!member_.empty()) items = body->is_object() ? body->get_object().if_contains(member_) : nullptr;
    if (items == nullptr || !items->is_array())
      return done_(make_error(errc::failed, "GitHub answered " + q_.path + " with what is no list"));
    for (const auto& item : items->get_array())
      if (take_(item)) return done_({});
    const auto next = next_of(*got);
    if (next.empty()) return done_({});
    if (++count_ == most_)
      return done_(make_error(errc::failed, q_.path + ": more than " + std::to_string(most_) + " pages"));
    if (!same_origin(url, next))
      return done_(make_error(errc::denied, q_.path + ": the next page lies on another host"));
    ask(next);
  }

  wire& with_;
  asking q_;
  std::string member_;
  int most_;
  taker take_;
  std::function<void(result<void>)> done_;
  int count_ = 0;
};

std::string first_page(const asking& q) {
  return q.api_url + q.path + (q.path.find('?') == std::string::npos ? "?" : "&") + "per_page=100";
}

bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 100 || text == "." || text == "..") return false;
  for (const char c : text)
    if (!plain(c)) return false;
  return true;
}

}  // namespace

void api::get(const asking& q, found done) {
  on_.send(q, request_of(q, q.api_url + q.path),
           [path = q.path, done = std::move(done)](const http::outcome& got) { done(read(path, got)); });
}

void api::list(const asking& q, const std::string& member, found done) {
  const auto all = std::make_shared<json::array>();
  const auto keep = [all](const json::value& item) {
    all->push_back(item);
    return false;
  };
  const auto end = [all, done = std::move(done)](const result<void>& read) {
    if (!read) return done(read.error());
    done(json::value(std::move(*all)));
  };
  std::make_shared<pages>(on_, q, member, most_pages, keep, end)->ask(first_page(q));
}

void api::first(const asking& q, const std::string& member, std::function<bool(const json::value&)> wanted,
                found done) {
  const auto it = std::make_shared<json::value>();
  const auto look = [it, wanted = std::move(wanted)](const json::value& item) {
    if (!wanted(item)) return false;
    *it = item;
    return true;
  };
  const auto end = [it, done = std::move(done)](const result<void>& read) {
    if (!read) return done(read.error());
    done(std::move(*it));
  };
  std::make_shared<pages>(on_, q, member, most_searched, look, end)->ask(first_page(q));
}

void api::post(const asking& q, const json::object& body, sent done) {
  auto r = request_of(q, q.api_url + q.path);
  r.method = "POST";
  r.headers.push_back({"Content-Type", "application/json"});
  r.body = json::serialize(body);
  r.connection = http::connection_use::fresh;
  on_.send(q, std::move(r), [this, path = q.path, done = std::move(done)](const http::outcome& got) {
    done(told(path, got, on_.now()));
  });
}

bool is_repository(std::string_view text) {
  const auto slash = text.find('/');
  return slash != std::string_view::npos && is_name(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

}  // namespace shipflow::github
