#include "source/endpoint/question.hpp"

#include "http/fields.hpp"
#include "source/asker.hpp"
#include "source/placeholders.hpp"

#include <algorithm>

namespace shipflow::sources::endpoint {
namespace {

constexpr std::size_t most_body = std::size_t{1} << 20U;

// A URL may hold `${version}`, which is no URL yet: it is checked with something harmless in place of it.
json::object without_placeholders(json::object spec) {
  auto* url = spec.if_contains("url");
  if (url == nullptr || !url->is_string()) return spec;
  std::string text(url->get_string());
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at)) {
    const auto end = text.find('}', at);
    if (end == std::string::npos) break;
    text.replace(at, end + 1 - at, "x");
  }
  *url = text;
  return spec;
}

void check_pointer(http::fields& in, std::string_view member, const std::string& pointer) {
  if (!pointer.empty() && pointer.front() != '/')
    in.wrong(member, "holds \"" + pointer + "\"; a JSON pointer begins with `/`");
}

void read_pointers(http::fields& in, const metric_request& q, question& to) {
  const auto* pointers = in.object("pointers");
  if (pointers == nullptr)
    return in.wrong("pointers", "is missing, a mapping from each series to a JSON pointer");
  for (const auto& series : q.series) {
    const auto* text = pointers->if_contains(series);
    if (text == nullptr || !text->is_string())
      return in.wrong("pointers", "has no JSON pointer for the series " + series);
    to.pointers.emplace_back(text->get_string());
    check_pointer(in, "pointers", to.pointers.back());
  }
}

}  // namespace

result<question> read_question(const metric_request& q) {
  question out;
  const auto spec = without_placeholders(q.spec);
  http::fields in(spec);
  out.until = q.until;
  read_base(in, out.base);
  out.base.max_body_bytes = most_body;
  if (const auto* url = q.spec.if_contains("url"); url != nullptr && url->is_string())
    out.base.url = std::string(url->get_string());
  if (out.base.method != "GET" && out.base.method != "POST") in.wrong("method", "is GET or POST");
  for (const auto* text : {&out.base.url, &out.base.body})
    if (auto ok = check_placeholders(*text); !ok) in.wrong(ok.error());
  out.kind = read_kind(in, q.spec, "counter");
  read_pointers(in, q, out);
  out.timestamp = in.text("timestamp");
  check_pointer(in, "timestamp", out.timestamp);
  out.max_age = in.time("max_age", std::max<duration>(2 * (q.until - q.from), std::chrono::minutes(1)));
  if (in.has("max_age") && out.timestamp.empty()) in.wrong("max_age", "needs `timestamp`");
  if (auto ok = in.finish(); !ok) return ok.error();
  return out;
}

result<http::request> request_of(const question& ask, const metric_request& q) {
  auto out = ask.base;
  for (auto* text : {&out.url, &out.body}) {
    auto filled = fill(*text, q);
    if (!filled) return filled.error();
    *text = std::move(*filled);
  }
  return out;
}

}  // namespace shipflow::sources::endpoint
