#include "health/bind.hpp"

#include "health/bind_number.hpp"
#include "health/bind_test.hpp"
#include "health/min_count.hpp"
#include "health/quantity.hpp"
#include "health/used_names.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow {
namespace health {
namespace {

class binder {
 public:
  binder(const metric_table& metrics, duration slot, std::vector<series_key>& inputs)
      : metrics_(metrics), slot_(slot), numbers_(metrics, slot, inputs) {}

  result<bound_condition> run(const condition& c, condition_role role) {
    out_.text = print(c);
    out_.role = role;
    out_.slot = slot_;
    if (slot_.count() <= 0)
      return make_error(errc::invalid_argument, "the length of a slot must be above zero");
    options_ = &c.options;
    if (!node(c.root, false)) return *numbers_.problem;
    options(c.options);
    return std::move(out_);
  }

 private:
  bool node(const condition_node& n, bool negated) {
    if (n.logic == node_logic::atom) {
      out_.program.push_back({node_logic::atom, out_.atoms.size()});
      bound_atom b;
      b.text = print(n.atom);
      b.kind = n.atom.kind;
      if (!atom(n.atom, b, negated)) return false;
      out_.atoms.push_back(std::move(b));
      return true;
    }
    for (const auto& child : n.operands)
      if (!node(child, negated != (n.logic == node_logic::negation))) return false;
    out_.program.push_back({n.logic, n.operands.size()});
    return true;
  }

  bool atom(const condition_atom& a, bound_atom& b, bool negated) {
    switch (a.kind) {
      case atom_kind::absent: return absent(a, b);
      case atom_kind::worse:
      case atom_kind::no_worse: return bind_arm_test(a, numbers_, slot_, b);
      case atom_kind::burn: return burn(a, b);
      case atom_kind::certain: return bind_gate(a, numbers_, b);
      case atom_kind::compare:
      case atom_kind::outside: break;
    }
    source_of_numbers s;
    if (!numbers_.resolve(a.what, s) || !numbers_.bind(s, b.text, b.number)) return false;
    b.op = a.op;
    if (a.times) return multiple(a, s, b, negated);
    if (!thresholds(a, s, b)) return false;
    const bool events = counts_events(s.what.kind) || b.number.second != bound_number::none;
    if (events || b.number.min_count > 0) b.number.min_count = minimum(a, b, s, negated);
    return true;
  }

  [[nodiscard]] std::optional<std::int64_t> given_minimum(const source_of_numbers& s) const {
    return options_->min_count ? options_->min_count : s.metric->min_count;
  }

  [[nodiscard]] std::int64_t minimum(const condition_atom& a, const bound_atom& b, const source_of_numbers& s,
                                     bool negated) const {
    if (const auto given = given_minimum(s)) return *given;
    if (!is_share_of_events(s.what.kind)) return b.number.min_count;
    return a.kind == atom_kind::outside ? min_count_outside(b.low, b.high, negated)
                                        : min_count_compare(b.op, b.low, negated);
  }

  /// `errors on canary > 2 * errors on baseline`.
  bool multiple(const condition_atom& a, const source_of_numbers& s, bound_atom& b, bool negated) {
    source_of_numbers other;
    if (!numbers_.resolve(*a.times, other) || !numbers_.bind(other, b.text, b.other.emplace())) return false;
    const bool shares = is_share_of_events(s.what.kind) && is_share_of_events(other.what.kind);
    if (s.metric->unit != other.metric->unit && !shares)
      return numbers_.fail(b.text + ": the two metrics have different units");
    b.low = base_value(a.low);
    for (auto* n : {&b.number, &*b.other}) {
      const auto& from = n == &b.number ? s : other;
      const bool events = counts_events(n->what) || n->second != bound_number::none || n->min_count > 0;
      if (const auto given = given_minimum(from); given && events) n->min_count = *given;
    }
    b.dynamic_minimum = shares && !negated && !given_minimum(s);
    if (shares) show(b, quantity_unit::percent, 100);
    if (!shares && s.metric->unit == reading_unit::percent) show(b, quantity_unit::percent, 1);
    const bool timed =
        s.metric->unit == reading_unit::seconds || s.metric->unit == reading_unit::milliseconds;
    if (timed) show(b, quantity_unit::time, s.metric->unit == reading_unit::seconds ? 1000 : 1);
    return true;
  }

  /// The share of bad events that burns the budget `factor` times as fast as allowed, in both windows.
  bool burn(const condition_atom& a, bound_atom& b) {
    source_of_numbers s;
    if (!numbers_.resolve(a.what, s)) return false;
    if (!is_share_of_events(s.what.kind))
      return numbers_.fail(b.text +
                           ": a burn rate is that of a ratio or of slow, for example ratio(bad, all)");
    if (a.what.over.kind != window_kind::unset)
      return numbers_.fail(b.text + ": a burn rate has its own windows; leave out `over`");
    s.what.over = {window_kind::span, a.span};
    auto brief = s;
    brief.what.over = {window_kind::span, a.short_span};
    if (!numbers_.bind(s, b.text, b.number) || !numbers_.bind(brief, b.text, b.other.emplace())) return false;
    b.low = a.factor * (1 - base_value(a.share));
    if (b.low > 1)
      return numbers_.fail(b.text + " can never be true: " + print_number(a.factor) +
                           " times the budget is above 100%");
    const auto ten = static_cast<std::int64_t>(std::ceil(10 / b.low * (1 - 1e-9)));
    b.other->min_count = given_minimum(s).value_or(ten);
    show(b, quantity_unit::percent, 100);
    return true;
  }

  bool absent(const condition_atom& a, bound_atom& b) {
    const auto& name = a.what.series.front();
    const auto* metric = owner_of(name, metrics_);
    if (metric == nullptr) return numbers_.unknown_series(name);
    const bool is_series =
        std::find(metric->series.begin(), metric->series.end(), name) != metric->series.end();
    const auto series = is_series ? name : metric->series.front();
    auto arm = a.what.on;
    if (arm == metric_arm::unset && metric->what) arm = metric->what->on;
    if (arm == metric_arm::unset) arm = metric_arm::fleet;
    auto& n = b.number;
    n.first = numbers_.input({metric->name, series, arm});
    if (arm == metric_arm::canary) n.second = numbers_.input({metric->name, series, metric_arm::baseline});
    if (arm == metric_arm::baseline) n.second = numbers_.input({metric->name, series, metric_arm::canary});
    b.absent_slots = numbers_.slots_up(a.span);
    return true;
  }

  bool thresholds(const condition_atom& a, const source_of_numbers& s, bound_atom& b) {
    if (!threshold(a.low, s, b.low, b)) return false;
    if (a.kind == atom_kind::outside) return threshold(a.high, s, b.high, b);
    return possible(s, b);
  }

  /// The quantity in the unit of the readings; also fixes how the value is reported.
  bool threshold(const quantity& q, const source_of_numbers& s, double& out, bound_atom& b) {
    const auto kind = s.what.kind;
    const bool share = is_share_of_events(kind);
    if (share || counts_events(kind)) {
      if (q.unit == quantity_unit::percent && !share)
        return numbers_.fail(b.text + ": " + std::string(name_of(kind)) +
                             " is a number of events, not a share");
      if (q.unit == quantity_unit::time)
        return numbers_.fail(b.text + (share ? ": a share compares with for example 5%"
                                             : ": a number of events compares with a plain number"));
      out = base_value(q);
      if (share) show(b, quantity_unit::percent, 100);
      return true;
    }
    if (!numbers_.in_readings(q, s, b.text, out)) return false;
    if (q.unit == quantity_unit::percent)
      show(b, quantity_unit::percent, s.metric->unit == reading_unit::percent ? 1 : 100);
    if (q.unit == quantity_unit::time)
      show(b, quantity_unit::time, s.metric->unit == reading_unit::seconds ? 1000 : 1);
    return true;
  }

  /// A share lies in 0..1: refuse what no number of events can make true.
  bool possible(const source_of_numbers& s, const bound_atom& b) {
    if (!is_share_of_events(s.what.kind)) return true;
    const bool never =
        (b.op == comparison::greater && b.low >= 1) || (b.op == comparison::greater_equal && b.low > 1) ||
        (b.op == comparison::less && b.low <= 0) || (b.op == comparison::less_equal && b.low < 0);
    return !never || numbers_.fail(b.text + " can never be true: a share lies between 0% and 100%");
  }

  static void show(bound_atom& b, quantity_unit unit, double factor) {
    b.shown = unit;
    b.shown_factor = factor;
  }

  void options(const condition_options& o) {
    out_.hold = o.hold == hold_kind::consecutive ? hold_kind::span : o.hold;
    out_.need = o.hold == hold_kind::span ? numbers_.slots_up(o.hold_for) : o.count;
    out_.of = o.slots;
    if (o.keep) out_.keep = numbers_.slots_up(*o.keep);
    if (o.warmup) out_.warmup = numbers_.slots_up(*o.warmup);
    if (o.max_gap) out_.longest_gap = o.max_gap->count() / slot_.count();
    if (o.missing != missing_policy::unset) out_.missing = o.missing;
    if (o.low != low_policy::unset) out_.low = o.low;
  }

  const metric_table& metrics_;
  duration slot_;
  number_binder numbers_;
  const condition_options* options_ = nullptr;
  bound_condition out_;
};

}  // namespace

result<bound_condition> bind_condition(const condition& c, condition_role role, const metric_table& metrics,
                                       duration slot, std::vector<series_key>& inputs) {
  return binder(metrics, slot, inputs).run(c, role);
}

}  // namespace health

inline namespace v1 {

result<void> check_condition(const condition& c, const metric_table& metrics, duration slot) {
  std::vector<health::series_key> inputs;
  const auto bound = health::bind_condition(c, health::condition_role::alert, metrics, slot, inputs);
  if (!bound) return bound.error();
  return {};
}

}  // namespace v1
}  // namespace shipflow
