#include "source/asker.hpp"
#include "source/endpoint/question.hpp"

#include <cmath>
#include <optional>

namespace shipflow::sources::endpoint {
namespace {

constexpr duration most_ahead{5'000};
constexpr double first_in_milliseconds = 1e11;  // seconds of the year 5138, milliseconds of 1973

const json::value* at(const json::value& body, const std::string& pointer) {
  json::error_code ec;
  return body.find_pointer(pointer, ec);
}

std::optional<time_point> read_time(const json::value& v) {
  if (const auto* text = v.if_string()) {
    const auto t = parse_time(std::string_view(text->data(), text->size()));
    return t ? std::optional(*t) : std::nullopt;
  }
  if (!v.is_number()) return std::nullopt;
  const auto number = v.to_number<double>();
  if (!(number > 0 && number < 1e14)) return std::nullopt;
  return from_ms(std::llround(number < first_in_milliseconds ? number * 1000.0 : number));
}

/// What the time of the answer makes of all its numbers; nothing when it is well.
std::optional<reading> bad_time(const question& ask, const json::value& body, time_point now) {
  if (ask.timestamp.empty()) return std::nullopt;
  const auto* written = at(body, ask.timestamp);
  if (written == nullptr) return missing("the answer has no " + ask.timestamp + ", so its age is not known");
  const auto taken = read_time(*written);
  if (!taken) return invalid(ask.timestamp + " is no time");
  if (*taken > now + most_ahead)
    return invalid("taken at " + format_time(*taken) + ", which lies in the future");
  if (ask.until - *taken > ask.max_age)
    return missing("stale: taken at " + format_time(*taken) + ", older than " + format_duration(ask.max_age));
  return std::nullopt;
}

reading read_number(const json::value& body, const std::string& pointer) {
  const auto* v = at(body, pointer);
  if (v == nullptr) return missing("the answer has no " + pointer);
  if (v->is_null()) return missing(pointer + " is null");
  if (!v->is_number()) return invalid(pointer + " is no number");
  return value(v->to_number<double>());
}

}  // namespace

metric_answer read_answer(const question& ask, const http::response& got, time_point now) {
  if (got.status / 100 != 2) return unavailable(status_text(got, ask.base.url));
  const auto body = parse_json(got.body);
  if (!body)
    return unavailable(http::shown_url(ask.base.url) + " does not answer JSON: " + body.error().message);
  metric_answer a;
  a.kind = ask.kind;
  const auto bad = bad_time(ask, *body, now);
  for (const auto& pointer : ask.pointers) a.readings.push_back(bad ? *bad : read_number(*body, pointer));
  return a;
}

}  // namespace shipflow::sources::endpoint
