// Messages as HTTP requests: Slack's incoming webhooks and signed webhooks.
#include "http/fields.hpp"
#include "notify/kinds.hpp"

#include <shipflow/signature.hpp>

#include <charconv>
#include <ctime>

namespace shipflow::notify {
namespace {

// What an answer says is not looked at, but many servers send a page with it.
constexpr std::size_t most_answer = std::size_t{1} << 20U;

std::string escaped(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

std::string slack_text(const message& m) {
  std::string out;
  for (const auto& p : m.text) out += p.what == text_piece::kind::words ? p.text : escaped(p.text);
  return out;
}

http::request base_request(const delivery& q) {
  http::request r;
  r.method = "POST";
  r.connection = http::connection_use::fresh;
  r.max_body_bytes = most_answer;
  r.headers = {{"Content-Type", "application/json"}, {"User-Agent", "shipflow"}};
  r.deadline = std::max(q.deadline - q.now, duration{1});
  r.stop = q.stop;
  return r;
}

// A URL that is still a reference to a secret is checked when it is known.
void take_url(http::fields& in, const char* name, http::request& r) {
  r.url = in.text(name);
  if (r.url.find("${secret:") != std::string::npos) return;
  if (const auto good = http::check_url(r.url); !good)
    in.wrong(name, "must be a http or https URL without user and password");
}

void take_common(http::fields& in, http::request& r) {
  r.public_only = !in.flag("private", false);
  r.tls.ca_file = in.text("ca");
}

void take_headers(http::fields& in, http::request& r) {
  const auto* headers = in.object("headers");
  if (headers == nullptr) return;
  for (const auto& h : *headers) {
    if (!h.value().is_string()) in.wrong("headers", "must map names to texts");
    if (h.value().is_string())
      r.headers.push_back({std::string(h.key()), std::string(h.value().get_string())});
  }
  auto probe = r;
  probe.url = "https://localhost/";
  if (const auto good = http::check_request(probe); !good)
    in.wrong("headers", "hold one that cannot be sent");
}

std::string seconds_of(time_point t) { return std::to_string(to_ms(t) / 1000); }

std::int64_t number_in(std::string_view text) {
  std::int64_t n = -1;
  const auto* end = text.data() + text.size();
  const auto [rest, ec] = std::from_chars(text.data(), end, n);
  return ec == std::errc{} && rest == end ? n : -1;
}

// RFC 9110 10.2.3: seconds, or a date (IMF-fixdate).
duration retry_after(const http::response& r, time_point now) {
  const auto* found = http::find(r.headers, "Retry-After");
  if (found == nullptr) return duration{0};
  if (const auto seconds = number_in(*found); seconds >= 0)
    return std::chrono::seconds(std::min<std::int64_t>(seconds, 86'400));
  std::tm when{};
  if (::strptime(found->c_str(), "%a, %d %b %Y %H:%M:%S GMT", &when) == nullptr) return duration{0};
  const auto at = from_ms(static_cast<std::int64_t>(::timegm(&when)) * 1000);
  return std::max(at - now, duration{0});
}

bool may_pass(int status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

}  // namespace

result<http::request> slack_request(const json::object& spec, const delivery& q) {
  http::fields in(spec);
  auto r = base_request(q);
  take_url(in, "slack", r);
  take_common(in, r);
  if (auto good = in.finish(); !good) return good.error();
  r.body = json::serialize(json::object{{"text", slack_text(q.what)}});
  return r;
}

result<http::request> webhook_request(const json::object& spec, const delivery& q) {
  http::fields in(spec);
  auto r = base_request(q);
  take_url(in, "webhook", r);
  take_common(in, r);
  const auto key = in.text("key");
  r.body = json::serialize(to_json(q.what));
  const auto timestamp = seconds_of(q.now);
  r.headers.push_back({"Shipflow-Message", q.what.id});
  r.headers.push_back({"Shipflow-Timestamp", timestamp});
  if (!key.empty())
    r.headers.push_back({"Shipflow-Signature", "v1=" + hmac_sha256_hex(key, timestamp + "." + r.body)});
  take_headers(in, r);
  if (auto good = in.finish(); !good) return good.error();
  return r;
}

delivery_answer judge(const http::request& sent, const http::outcome& o, time_point now) {
  if (!o) {
    auto why = o.error().message;
    const auto place = sent.method + " " + http::shown_url(sent.url) + ": ";
    if (why.starts_with(place)) why.erase(0, place.size());
    // An answer without end would come again: the message has arrived more or less.
    const bool nonsense = o.error().code == errc::failed && o.error().where == http::stage::read;
    const bool wrong = nonsense || o.error().code == errc::denied || o.error().code == errc::invalid_argument;
    if (o.error().code == errc::denied) why += "; `private: true` on the channel allows it";
    return wrong ? delivery_answer::refused(why) : delivery_answer::again(why);
  }
  const auto said = "answered " + std::to_string(o->status);
  if (o->status >= 200 && o->status < 300) return delivery_answer::delivered();
  if (may_pass(o->status)) return delivery_answer::again(said, retry_after(*o, now));
  if (o->status >= 300 && o->status < 400)
    return delivery_answer::refused(said + ", a redirect, which is not followed");
  return delivery_answer::refused(said);
}

}  // namespace shipflow::notify
