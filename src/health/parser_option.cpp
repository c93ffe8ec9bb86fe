// Options of a condition, and the leaves: numbers, durations, names.
#include "health/parser.hpp"
#include "health/quantity.hpp"
#include "health/suggest.hpp"

#include <charconv>

namespace shipflow::health {
namespace {

constexpr std::int64_t most_slots = 10'000;
constexpr std::int64_t most_events = 1'000'000'000'000'000;

const std::vector<std::string>& known_options() {
  static const std::vector<std::string> names{"for", "keep", "min_count", "warmup", "missing", "max_gap",
                                              "low", "and",  "or",        "over",   "on",      "outside"};
  return names;
}

}  // namespace

bool parser::parse_option(condition_options& out) {
  const auto column = here().column;
  const auto twice = [&] { return fail(column, "this option is given twice"); };
  const auto duration_option = [&](std::optional<duration>& field) {
    return field ? twice() : parse_duration_above_zero(field.emplace());
  };
  if (here().kind == token_kind::number) return parse_hold(out);
  if (take_word("for"))
    return take_hold(out, hold_kind::span, column) && parse_duration_above_zero(out.hold_for);
  if (take_word("keep")) return duration_option(out.keep);
  if (take_word("warmup")) return duration_option(out.warmup);
  if (take_word("max_gap")) return duration_option(out.max_gap);
  if (take_word("min_count"))
    return out.min_count ? twice() : parse_count(out.min_count.emplace(), most_events);
  if (take_word("missing")) {
    if (out.missing != missing_policy::unset) return twice();
    out.missing = sees_word("hold")     ? missing_policy::hold
                  : sees_word("breach") ? missing_policy::breach
                  : sees_word("ok")     ? missing_policy::ok
                                        : missing_policy::unset;
    if (out.missing == missing_policy::unset)
      return fail_unknown("missing is hold, breach or ok, not", {"hold", "breach", "ok"});
    ++at_;
    return true;
  }
  if (take_word("low")) {
    if (out.low != low_policy::unset) return twice();
    out.low = sees_word("unknown")  ? low_policy::unknown
              : sees_word("breach") ? low_policy::breach
              : sees_word("ok")     ? low_policy::ok
                                    : low_policy::unset;
    if (out.low == low_policy::unset)
      return fail_unknown("low is unknown, ok or breach, not", {"unknown", "ok", "breach"});
    ++at_;
    return true;
  }
  return fail_unknown("unknown option", known_options());
}

/// "2 of 3 slots", "5 consecutive", "10 cumulative".
bool parser::parse_hold(condition_options& out) {
  const auto column = here().column;
  if (!parse_count(out.count, most_slots)) return false;
  if (take_word("consecutive")) return take_hold(out, hold_kind::consecutive, column);
  if (take_word("cumulative")) return take_hold(out, hold_kind::cumulative, column);
  if (!take_word("of")) return fail_expected("`of n slots`, `consecutive` or `cumulative`");
  if (!take_hold(out, hold_kind::of_slots, column) || !parse_count(out.slots, most_slots)) return false;
  if (out.slots < out.count) return fail(column, "more slots are asked for than are looked at");
  return want_word("slots");
}

bool parser::take_hold(condition_options& out, hold_kind kind, std::size_t column) {
  if (out.hold != hold_kind::none)
    return fail(column, "only one of `for`, `m of n slots`, `consecutive` and `cumulative` can be given");
  out.hold = kind;
  return true;
}

bool parser::parse_series(std::string& out) {
  const auto& t = here();
  if (t.kind == token_kind::word && !is_plain_name(t.text))
    return fail(t.column,
                "\"" + t.text + "\" is a word of the language; write it in quotes to use it as a name");
  if (t.kind != token_kind::word && t.kind != token_kind::quoted)
    return fail_expected("the name of a metric or series");
  out = t.text;
  ++at_;
  return true;
}

bool parser::parse_quantity(quantity& out) {
  const bool negative = take_symbol("-");
  if (!negative) take_symbol("+");
  const auto& t = here();
  if (t.kind != token_kind::number) return fail_expected("a number");
  const auto read = read_quantity(t.text);
  if (!read)
    return fail(t.column,
                "\"" + t.text.substr(0, 40) + "\" is not a number; write for example 5, 5%, 500ms or 2s");
  out = *read;
  ++at_;
  if (sees_symbol("%")) {
    if (out.unit != quantity_unit::none) return fail(here().column, "a duration cannot be a percentage");
    out.unit = quantity_unit::percent;
    ++at_;
  }
  if (negative) out.number = -out.number;
  return true;
}

bool parser::parse_share(quantity& out) {
  const auto column = here().column;
  if (!parse_quantity(out)) return false;
  const double v = base_value(out);
  if (out.unit == quantity_unit::time || !(v > 0 && v < 1))
    return fail(column, "expected a share above 0% and below 100%");
  return true;
}

bool parser::parse_duration_above_zero(duration& out) {
  const auto& t = here();
  if (t.kind != token_kind::number) return fail_expected("a duration such as 30s or 5m");
  const auto read = parse_duration(t.text);
  if (!read) return fail(t.column, read.error().message);
  if (read->count() <= 0) return fail(t.column, "a duration must be above zero");
  out = *read;
  ++at_;
  return true;
}

bool parser::parse_count(std::int64_t& out, std::int64_t most) {
  const auto& t = here();
  if (t.kind != token_kind::number) return fail_expected("a whole number");
  const auto* end = t.text.data() + t.text.size();
  const auto [stop, ec] = std::from_chars(t.text.data(), end, out);
  if (ec != std::errc{} || stop != end || out < 1 || out > most)
    return fail(t.column,
                "\"" + t.text.substr(0, 40) + "\" is not a whole number from 1 to " + std::to_string(most));
  ++at_;
  return true;
}

bool parser::parse_factor(double& out) {
  const auto& t = here();
  const auto read = t.kind == token_kind::number ? read_number(t.text) : std::nullopt;
  if (!read || !(*read > 0)) return fail_expected("a number above zero");
  out = *read;
  ++at_;
  return true;
}

/// "14.4x" or "14.4 x".
bool parser::parse_multiple(double& out) {
  auto& t = tokens_[at_];
  const bool joined = t.kind == token_kind::number && t.text.size() > 1 && t.text.back() == 'x';
  if (joined) t.text.pop_back();
  return parse_factor(out) && (joined || want_word("x"));
}

}  // namespace shipflow::health
