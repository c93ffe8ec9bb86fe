// Triggers over two counters and a gauge, fed by letters.
#pragma once

#include "health/trigger.hpp"

#include <doctest/doctest.h>

#include <string>

namespace shipflow::test {

inline metric_table feed_metrics() {
  const auto text = parse_json(R"({
    "errors": {"source": "lb", "ratio": ["bad", "all"]},
    "cpu":    {"source": "host", "value": "cpu"}})");
  return read_metrics(text->as_object()).value();
}

inline health::trigger_spec minute_spec(const std::string& normal, const std::string& alert) {
  health::trigger_spec s;
  s.id = "errors";
  s.normal = normal;
  s.alert = alert;
  s.severity = "SEV1";
  s.slot = std::chrono::minutes(1);
  s.metrics = feed_metrics();
  return s;
}

inline std::shared_ptr<const health::trigger> trigger_of(const health::trigger_spec& s) {
  auto t = health::make_trigger(s);
  REQUIRE_MESSAGE(t.has_value(), t.error().text());
  return *t;
}

inline health::slot_sample counted(double n) {
  using namespace health;
  if (n == 0) return {slot_state::empty, series_kind::counter, 0, 0, missing_cause::source};
  return {slot_state::value, series_kind::counter, n, static_cast<std::int64_t>(n), missing_cause::source};
}
inline health::slot_sample gauged(double v) {
  return {health::slot_state::value, series_kind::gauge, v, 1, health::missing_cause::source};
}
inline health::slot_sample invalid_sample() {
  return {health::slot_state::invalid, series_kind::counter, 0, 0, health::missing_cause::source};
}
inline health::slot_sample unknown_series() {
  return {health::slot_state::missing, series_kind::counter, 0, 0, health::missing_cause::series};
}

/// T: 50 % of 100 requests fail, W: 0.5 % of 1000, F: none of 100, L: one of one (too few), E: no requests,
/// Q: the source does not answer, N: nonsense.
inline std::vector<health::slot_sample> errors_of(char kind) {
  switch (kind) {
    case 'T': return {counted(50), counted(100)};
    case 'W': return {counted(5), counted(1000)};
    case 'F': return {counted(0), counted(100)};
    case 'L': return {counted(1), counted(1)};
    case 'E': return {counted(0), counted(0)};
    case 'N': return {invalid_sample(), counted(100)};
    default: return {{}, {}};
  }
}

/// The slots, counted from 1, whose verdict has this outcome.
class letters {
 public:
  letters(const std::string& normal, const std::string& alert) : letters(minute_spec(normal, alert)) {}
  explicit letters(const health::trigger_spec& s) : trigger(trigger_of(s)), state(trigger) {
    state.begin(next);
  }

  std::vector<health::trigger_verdict> feed(const std::string& text) {
    std::vector<health::trigger_verdict> out;
    for (const char c : text)
      if (c != ' ') out.push_back(state.push(next++, errors_of(c)).value());
    return out;
  }
  /// One letter per slot: p pass, ! fail, i insufficient, u unavailable; upper case for level watch.
  std::string verdicts(const std::string& text) {
    std::string out;
    for (const auto& v : feed(text)) {
      using health::outcome;
      char c = v.is == outcome::pass           ? 'p'
               : v.is == outcome::fail         ? '!'
               : v.is == outcome::insufficient ? 'i'
                                               : 'u';
      if (v.level == health::health_level::watch) c = static_cast<char>(c - 'a' + 'A');
      out += c;
    }
    return out;
  }

  std::shared_ptr<const health::trigger> trigger;
  health::trigger_state state;
  health::slot_index next = 1;
};

}  // namespace shipflow::test
