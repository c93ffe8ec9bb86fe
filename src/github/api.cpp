#include "github/api.hpp"

#include "http/url.hpp"

#include <charconv>
#include <chrono>

namespace shipflow::github {
namespace {

constexpr int most_pages = 20;

http::request request_of(const asking& q, const std::string& url) {
  http::request r;
  r.url = url;
  r.headers = {{"Accept", "application/vnd.github+json"},
               {"X-GitHub-Api-Version", "2022-11-28"},
               {"User-Agent", "shipflow"}};
  if (!q.token.empty()) r.headers.push_back({"Authorization", "Bearer " + q.token});
  r.deadline = q.deadline;
  r.stop = q.stop;
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

error refused(const std::string& path, const http::response& got) {
  const auto head = "GitHub answered " + path + " with " + std::to_string(got.status) + words_of(got);
  if (is_limited(got)) return make_error(errc::throttled, head + until(got));
  if (got.status == 401 || got.status == 403)
    return make_error(errc::denied,
                      head + "; the token may be missing, expired or without the permission to read this");
  if (got.status == 404)
    return make_error(errc::not_found, head + "; a private repository looks like this without a token");
  if (got.status >= 500) return make_error(errc::unavailable, head);
  return make_error(errc::failed, head);
}

result<json::value> read(const std::string& path, const http::outcome& got) {
  if (!got) return static_cast<const error&>(got.error());
  if (got->status < 200 || got->status > 299) return refused(path, *got);
  auto body = parse_json(got->body);
  if (!body) return make_error(errc::failed, "GitHub answered " + path + " with what is no JSON");
  return body;
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
  pages(http::client& with, asking q, std::string member, found done)
      : with_(with), q_(std::move(q)), member_(std::move(member)), done_(std::move(done)) {}

  void ask(const std::string& url) {
    with_.send(request_of(q_, url),
               [self = shared_from_this(), url](const http::outcome& got) { self->take(url, got); });
  }

 private:
  void take(const std::string& url, const http::outcome& got) {
    const auto body = read(q_.path, got);
    if (!body) return done_(body.error());
    const auto* items = &*body;
    if (!member_.empty()) items = body->is_object() ? body->get_object().if_contains(member_) : nullptr;
    if (items == nullptr || !items->is_array())
      return done_(make_error(errc::failed, "GitHub answered " + q_.path + " with what is no list"));
    for (const auto& item : items->get_array()) all_.push_back(item);
    const auto next = next_of(*got);
    if (next.empty()) return done_(json::value(std::move(all_)));
    if (++count_ == most_pages)
      return done_(
          make_error(errc::failed, q_.path + ": more than " + std::to_string(most_pages) + " pages"));
    if (!same_origin(url, next))
      return done_(make_error(errc::denied, q_.path + ": the next page lies on another host"));
    ask(next);
  }

  http::client& with_;
  asking q_;
  std::string member_;
  found done_;
  json::array all_;
  int count_ = 0;
};

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
  client_.send(request_of(q, q.api_url + q.path),
               [path = q.path, done = std::move(done)](const http::outcome& got) { done(read(path, got)); });
}

void api::list(const asking& q, const std::string& member, found done) {
  const auto first =
      q.api_url + q.path + (q.path.find('?') == std::string::npos ? "?" : "&") + "per_page=100";
  std::make_shared<pages>(client_, q, member, std::move(done))->ask(first);
}

bool is_repository(std::string_view text) {
  const auto slash = text.find('/');
  return slash != std::string_view::npos && is_name(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

}  // namespace shipflow::github
