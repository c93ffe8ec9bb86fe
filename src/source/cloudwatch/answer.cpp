#include "http/text.hpp"
#include "source/asker.hpp"
#include "source/cloudwatch/question.hpp"

#include <cmath>
#include <map>
#include <optional>

namespace shipflow::sources::cloudwatch {
namespace {

struct series {
  std::string status;
  std::string message;
  json::array times;
  json::array values;
};

std::string text(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

json::array list(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v != nullptr && v->is_array() ? v->get_array() : json::array{};
}

std::string first_message(const json::object& o) {
  const auto all = list(o, "Messages");
  const auto* first = all.empty() ? nullptr : all.front().if_object();
  return first == nullptr ? std::string{} : http::one_line(text(*first, "Value"), 160);
}

// A result may be spread over pages, and its parts over several entries of one id.
std::map<std::string, series> by_id(const json::object& got) {
  std::map<std::string, series> out;
  for (const auto& item : list(got, "MetricDataResults")) {
    const auto* o = item.if_object();
    if (o == nullptr) continue;
    auto& s = out[text(*o, "Id")];
    s.status = text(*o, "StatusCode");
    if (auto said = first_message(*o); !said.empty()) s.message = std::move(said);
    for (auto& t : list(*o, "Timestamps")) s.times.push_back(std::move(t));
    for (auto& v : list(*o, "Values")) s.values.push_back(std::move(v));
  }
  return out;
}

std::optional<time_point> time_of(const json::value& v) {
  if (v.is_number()) {
    const auto seconds = v.to_number<double>();
    if (!(seconds > 0 && seconds < 1e11)) return std::nullopt;
    return from_ms(std::llround(seconds * 1000.0));
  }
  if (!v.is_string()) return std::nullopt;
  const auto& s = v.get_string();
  const auto t = parse_time(std::string_view(s.data(), s.size()));
  return t ? std::optional(*t) : std::nullopt;
}

/// Nothing: the series has no point in the slot.
std::optional<reading> point_of(const series& s, const question& ask, double factor) {
  if (s.status == "Forbidden") return missing("CloudWatch may not read it: " + s.message);
  if (!s.status.empty() && s.status != "Complete")
    return missing("CloudWatch says " + s.status + " " + s.message);
  if (s.times.size() != s.values.size()) return invalid("as many times as values are expected");
  if (s.times.empty()) return std::nullopt;
  if (s.times.size() > 1) return invalid(std::to_string(s.times.size()) + " points in one slot");
  const auto at = time_of(s.times.front());
  if (!at) return invalid("a point without a readable time");
  if (*at < ask.from || *at >= ask.until)
    return invalid("a point of " + format_time(*at) + ", asked for " + format_time(ask.from));
  if (!s.values.front().is_number()) return invalid("a value that is no number");
  return value(s.values.front().to_number<double>() * factor);
}

bool has_point(const std::map<std::string, series>& all, const std::string& id) {
  const auto found = all.find(id);
  return found != all.end() && !found->second.times.empty();
}

}  // namespace

metric_answer read_answer(const question& ask, const json::object& got) {
  const auto all = by_id(got);
  metric_answer a;
  a.kind = ask.kind;
  const bool works = has_point(all, "witness");
  for (std::size_t i = 0; i < ask.series.size(); ++i) {
    const auto& w = ask.series[i];
    const auto found = all.find("s" + std::to_string(i));
    if (found == all.end()) {
      a.readings.push_back(missing("CloudWatch left it out of its answer"));
      continue;
    }
    auto point = point_of(found->second, ask, w.factor);
    if (!point && w.witnessed && works) point = reading{reading::state::empty, 0, {}};
    a.readings.push_back(point ? *point
                               : missing("no point for " + format_time(ask.from) +
                                         (ask.witness ? ", nor one of its witness"
                                                      : "; give a `witness` where none means none")));
  }
  return a;
}

}  // namespace shipflow::sources::cloudwatch
