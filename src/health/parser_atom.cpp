// Atoms and aggregates.
#include "health/parser.hpp"
#include "health/suggest.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace shipflow::health {
namespace {

const std::array<std::pair<std::string_view, aggregate_kind>, 12> calls{{
    {"value", aggregate_kind::value},
    {"last", aggregate_kind::value},
    {"ratio", aggregate_kind::ratio},
    {"mean", aggregate_kind::mean},
    {"per_min", aggregate_kind::per_min},
    {"rate", aggregate_kind::rate},
    {"sum", aggregate_kind::sum},
    {"count", aggregate_kind::sum},
    {"min", aggregate_kind::min},
    {"max", aggregate_kind::max},
    {"quantile", aggregate_kind::quantile},
    {"slow", aggregate_kind::slow},
}};

const std::vector<std::string>& known_functions() {
  static const std::vector<std::string> names{"value", "last",  "ratio",  "mean",     "per_min",  "rate",
                                              "sum",   "count", "min",    "max",      "quantile", "slow",
                                              "worse", "burn",  "absent", "no_worse", "certain"};
  return names;
}

std::optional<comparison> comparison_of(std::string_view symbol) {
  for (const auto c : {comparison::greater, comparison::greater_equal, comparison::less,
                       comparison::less_equal, comparison::equal, comparison::not_equal})
    if (name_of(c) == symbol) return c;
  return std::nullopt;
}

}  // namespace

bool parser::parse_atom(condition_atom& out) {
  const bool call =
      here().kind == token_kind::word && after().kind == token_kind::symbol && after().text == "(";
  if (call && (sees_word("worse") || sees_word("no_worse"))) return parse_test(out);
  if (call && sees_word("burn")) return parse_burn(out);
  if (call && sees_word("certain")) return parse_certain(out);
  if (call && sees_word("absent")) return parse_absent(out);
  if (!parse_aggregate(out.what)) return false;
  return take_word("outside") ? parse_outside(out) : parse_threshold(out);
}

bool parser::parse_threshold(condition_atom& out) {
  const auto op = here().kind == token_kind::symbol ? comparison_of(here().text) : std::nullopt;
  if (!op) return fail_expected("a comparison (> >= < <= == !=) or `outside [a, b]`");
  ++at_;
  out.kind = atom_kind::compare;
  out.op = *op;
  if (!parse_quantity(out.low)) return false;
  const auto column = here().column;
  if (!take_symbol("*")) return true;
  if (out.low.unit == quantity_unit::time)
    return fail(column, "a factor before \"*\" is a plain number or a percentage");
  return parse_aggregate(out.times.emplace());
}

bool parser::parse_outside(condition_atom& out) {
  out.kind = atom_kind::outside;
  const auto column = here().column;
  if (!want_symbol("[") || !parse_quantity(out.low) || !want_symbol(",") || !parse_quantity(out.high) ||
      !want_symbol("]"))
    return false;
  const bool zero_ends = out.low.number == 0 || out.high.number == 0;
  if (out.low.unit != out.high.unit && !zero_ends)
    return fail(column, "both ends of the range must have the same unit");
  const double scale_low = out.low.unit == quantity_unit::percent ? 0.01 : 1;
  const double scale_high = out.high.unit == quantity_unit::percent ? 0.01 : 1;
  if (out.low.number * scale_low > out.high.number * scale_high)
    return fail(column, "the range ends before it begins");
  return true;
}

bool parser::parse_test(condition_atom& out) {
  const bool worse = sees_word("worse");
  out.kind = worse ? atom_kind::worse : atom_kind::no_worse;
  ++at_;
  if (!want_symbol("(") || !parse_aggregate(out.what) || !want_word("than") || !want_word("baseline") ||
      !want_symbol(",") || !want_word("ratio") || !parse_factor(out.factor) || !want_symbol(",") ||
      !want_word(worse ? "alpha" : "beta") || !parse_share(out.share))
    return false;
  while (take_symbol(",")) {
    const bool name = out.test.empty() && out.span.count() == 0 && take_word("test");
    if (name && !parse_series(out.test)) return false;
    if (name) continue;
    if (out.span.count() != 0 || !take_word("every"))
      return fail_expected(out.test.empty() ? "`test` and a name, or `every` and a duration"
                                            : "`every` and a duration");
    if (!parse_duration_above_zero(out.span)) return false;
  }
  return want_symbol(")");
}

bool parser::parse_burn(condition_atom& out) {
  out.kind = atom_kind::burn;
  ++at_;
  const bool read = want_symbol("(") && parse_aggregate(out.what) && want_symbol(",") && want_word("slo") &&
                    parse_share(out.share) && want_symbol(",") && parse_multiple(out.factor) &&
                    want_word("in") && parse_duration_above_zero(out.span) && want_word("and");
  const auto column = here().column;
  if (!read || !parse_duration_above_zero(out.short_span)) return false;
  if (out.short_span >= out.span) return fail(column, "the second window must be shorter than the first");
  return want_symbol(")");
}

bool parser::parse_certain(condition_atom& out) {
  ++at_;
  if (!want_symbol("(") || !parse_aggregate(out.what)) return false;
  out.kind = atom_kind::certain;
  const auto op = here().kind == token_kind::symbol ? comparison_of(here().text) : std::nullopt;
  if (!op || *op == comparison::equal || *op == comparison::not_equal)
    return fail_expected("a comparison (> >= < <=)");
  ++at_;
  out.op = *op;
  return parse_quantity(out.low) && want_symbol(",") && want_word("beta") && parse_share(out.share) &&
         want_symbol(")");
}

bool parser::parse_absent(condition_atom& out) {
  out.kind = atom_kind::absent;
  ++at_;
  out.what.kind = aggregate_kind::value;
  if (!want_symbol("(") || !parse_series(out.what.series.emplace_back()) || !want_symbol(",") ||
      !parse_duration_above_zero(out.span) || !want_symbol(")"))
    return false;
  return !take_word("on") || parse_arm(out.what.on);
}

bool parser::parse_aggregate(aggregate& out) {
  const bool call =
      here().kind == token_kind::word && after().kind == token_kind::symbol && after().text == "(";
  if (call) {
    if (!parse_call(out)) return false;
  } else {
    out.kind = aggregate_kind::metric;
    if (!parse_series(out.series.emplace_back())) return false;
  }
  if (take_word("over") && !parse_window(out.over)) return false;
  return !take_word("on") || parse_arm(out.on);
}

bool parser::parse_call(aggregate& out) {
  const auto* found =
      std::find_if(calls.begin(), calls.end(), [&](const auto& c) { return c.first == here().text; });
  if (found == calls.end()) return fail_unknown("unknown function", known_functions());
  out.kind = found->second;
  ++at_;
  return want_symbol("(") && parse_arguments(out) && want_symbol(")");
}

bool parser::parse_arguments(aggregate& out) {
  if (out.kind == aggregate_kind::quantile) {
    const auto column = here().column;
    quantity p;
    if (!parse_quantity(p)) return false;
    if (p.unit != quantity_unit::none || !(p.number > 0 && p.number < 1))
      return fail(column, "a quantile is a number above 0 and below 1, for example 0.95");
    out.p = p.number;
    if (!want_symbol(",")) return false;
  }
  if (!parse_series(out.series.emplace_back())) return false;
  if (out.kind == aggregate_kind::ratio) return want_symbol(",") && parse_series(out.series.emplace_back());
  if (out.kind == aggregate_kind::slow)
    return want_symbol(",") && want_symbol(">") && parse_quantity(out.limit.emplace());
  if (out.kind != aggregate_kind::mean) return true;
  if (take_word("cap")) return parse_quantity(out.limit.emplace());
  return !take_symbol(",") || parse_series(out.series.emplace_back());
}

bool parser::parse_window(metric_window& out) {
  if (take_word("slot")) {
    out.kind = window_kind::slot;
    return true;
  }
  if (take_word("start")) {
    out.kind = window_kind::start;
    return true;
  }
  if (here().kind != token_kind::number) return fail_expected("a duration, `slot` or `start` after \"over\"");
  out.kind = window_kind::span;
  return parse_duration_above_zero(out.length);
}

bool parser::parse_arm(metric_arm& out) {
  for (const auto a : {metric_arm::fleet, metric_arm::canary, metric_arm::baseline}) {
    if (!take_word(name_of(a))) continue;
    out = a;
    return true;
  }
  return fail_unknown("an arm is canary, baseline or fleet, not", {"canary", "baseline", "fleet"});
}

}  // namespace shipflow::health
