#include "health/lexer.hpp"
#include "health/quantity.hpp"

#include <shipflow/condition.hpp>

namespace shipflow {
namespace health {
namespace {

std::string name_text(const std::string& name) {
  if (is_plain_name(name)) return name;
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string node_text(const condition_node& n);

std::string operand_text(const condition_node& parent, const condition_node& child) {
  const bool bare = child.logic == node_logic::atom || child.logic == node_logic::negation ||
                    (parent.logic == node_logic::any && child.logic == node_logic::all);
  return bare ? node_text(child) : "(" + node_text(child) + ")";
}

std::string node_text(const condition_node& n) {
  if (n.logic == node_logic::atom) return shipflow::print(n.atom);
  if (n.logic == node_logic::negation) return "not " + operand_text(n, n.operands.front());
  std::string out;
  for (const auto& child : n.operands) {
    if (!out.empty()) out += n.logic == node_logic::all ? " and " : " or ";
    out += operand_text(n, child);
  }
  return out;
}

std::string hold_text(const condition_options& o) {
  switch (o.hold) {
    case hold_kind::none: break;
    case hold_kind::span: return " for " + format_duration(o.hold_for);
    case hold_kind::of_slots:
      return " " + std::to_string(o.count) + " of " + std::to_string(o.slots) + " slots";
    case hold_kind::consecutive: return " " + std::to_string(o.count) + " consecutive";
    case hold_kind::cumulative: return " " + std::to_string(o.count) + " cumulative";
  }
  return "";
}

std::string_view text_of(missing_policy p) {
  return p == missing_policy::hold ? "hold" : p == missing_policy::breach ? "breach" : "ok";
}
std::string_view text_of(low_policy p) {
  return p == low_policy::unknown ? "unknown" : p == low_policy::breach ? "breach" : "ok";
}

std::string options_text(const condition_options& o) {
  std::string out = hold_text(o);
  if (o.keep) out += " keep " + format_duration(*o.keep);
  if (o.min_count) out += " min_count " + std::to_string(*o.min_count);
  if (o.warmup) out += " warmup " + format_duration(*o.warmup);
  if (o.missing != missing_policy::unset) out += " missing " + std::string(text_of(o.missing));
  if (o.max_gap) out += " max_gap " + format_duration(*o.max_gap);
  if (o.low != low_policy::unset) out += " low " + std::string(text_of(o.low));
  return out;
}

std::string arguments_text(const aggregate& a) {
  std::string out = a.kind == aggregate_kind::quantile ? print_number(a.p) + ", " : std::string();
  for (const auto& s : a.series) out += (&s == a.series.data() ? "" : ", ") + name_text(s);
  if (a.limit) out += (a.kind == aggregate_kind::slow ? ", > " : " cap ") + print(*a.limit);
  return out;
}

std::string arm_text(metric_arm a) {
  return a == metric_arm::unset ? std::string() : " on " + std::string(name_of(a));
}

std::string window_text(const metric_window& w) {
  switch (w.kind) {
    case window_kind::unset: break;
    case window_kind::slot: return " over slot";
    case window_kind::span: return " over " + format_duration(w.length);
    case window_kind::start: return " over start";
  }
  return "";
}

std::string test_text(const condition_atom& a) {
  const bool worse = a.kind == atom_kind::worse;
  return std::string(worse ? "worse(" : "no_worse(") + shipflow::print(a.what) + " than baseline, ratio " +
         print_number(a.factor) + (worse ? ", alpha " : ", beta ") + print(a.share) +
         (a.test.empty() ? std::string() : ", test " + name_text(a.test)) +
         (a.span.count() == 0 ? std::string() : ", every " + format_duration(a.span)) + ")";
}

}  // namespace
}  // namespace health

inline namespace v1 {

std::string print(const aggregate& a) {
  const auto what = a.kind == aggregate_kind::metric
                        ? health::name_text(a.series.front())
                        : std::string(name_of(a.kind)) + "(" + health::arguments_text(a) + ")";
  return what + health::window_text(a.over) + health::arm_text(a.on);
}

std::string print(const condition_atom& a) {
  switch (a.kind) {
    case atom_kind::compare:
      return print(a.what) + " " + std::string(name_of(a.op)) + " " + health::print(a.low) +
             (a.times ? " * " + print(*a.times) : std::string());
    case atom_kind::outside:
      return print(a.what) + " outside [" + health::print(a.low) + ", " + health::print(a.high) + "]";
    case atom_kind::certain:
      return "certain(" + print(a.what) + " " + std::string(name_of(a.op)) + " " + health::print(a.low) +
             ", beta " + health::print(a.share) + ")";
    case atom_kind::worse:
    case atom_kind::no_worse: return health::test_text(a);
    case atom_kind::burn:
      return "burn(" + print(a.what) + ", slo " + health::print(a.share) + ", " +
             health::print_number(a.factor) + "x in " + format_duration(a.span) + " and " +
             format_duration(a.short_span) + ")";
    case atom_kind::absent:
      return "absent(" + health::name_text(a.what.series.front()) + ", " + format_duration(a.span) + ")" +
             health::arm_text(a.what.on);
  }
  return "";
}

std::string print(const condition& c) { return health::node_text(c.root) + health::options_text(c.options); }

std::string print(const health_rule& r) {
  const std::string_view word = r.action == rule_action::abort   ? "abort "
                                : r.action == rule_action::pause ? "pause "
                                                                 : "gate ";
  return std::string(word) + health::name_text(r.name) + " when " + print(r.when);
}

}  // namespace v1
}  // namespace shipflow
