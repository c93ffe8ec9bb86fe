#include "health/bind.hpp"

#include "health/min_count.hpp"
#include "health/quantity.hpp"
#include "health/suggest.hpp"
#include "health/supported.hpp"

#include <algorithm>

namespace shipflow {
namespace health {
namespace {

constexpr std::int64_t most_window_slots = 10'000;

bool counts_events(aggregate_kind k) {
  return k == aggregate_kind::ratio || k == aggregate_kind::per_min || k == aggregate_kind::rate ||
         k == aggregate_kind::sum;
}

/// An aggregate with its metric: what to compute, from where, in which unit.
struct source_of_numbers {
  aggregate what;
  const metric_definition* metric = nullptr;
};

class binder {
 public:
  binder(const metric_table& metrics, duration slot, std::vector<series_key>& inputs)
      : metrics_(metrics), slot_(slot), inputs_(inputs) {}

  result<bound_condition> run(const condition& c, condition_role role) {
    out_.text = print(c);
    out_.role = role;
    out_.slot = slot_;
    if (slot_.count() <= 0)
      return make_error(errc::invalid_argument, "the length of a slot must be above zero");
    const auto refused = unsupported_atoms(c);
    if (!refused.empty()) return make_error(errc::unsupported, refused.front());
    options_ = &c.options;
    if (!node(c.root, false)) return *error_;
    options(c.options);
    return std::move(out_);
  }

 private:
  bool fail(const std::string& why, errc code = errc::invalid_document) {
    if (!error_) error_ = make_error(code, why);
    return false;
  }

  bool node(const condition_node& n, bool negated) {
    if (n.logic == node_logic::atom) {
      out_.program.push_back({node_logic::atom, out_.atoms.size()});
      return atom(n.atom, negated);
    }
    for (const auto& child : n.operands)
      if (!node(child, negated != (n.logic == node_logic::negation))) return false;
    out_.program.push_back({n.logic, n.operands.size()});
    return true;
  }

  bool atom(const condition_atom& a, bool negated) {
    bound_atom b;
    b.text = print(a);
    b.kind = a.kind;
    if (a.kind == atom_kind::absent) return absent(a, b);
    source_of_numbers s;
    if (!resolve(a.what, s) || !window(s.what.over, b) || !thresholds(a, s, b)) return false;
    b.what = s.what.kind;
    b.op = a.op;
    b.first = input(s, 0);
    if (s.what.series.size() == 2) b.second = input(s, 1);
    const bool events = counts_events(b.what) || b.second != bound_atom::none;
    if (events) b.min_count = minimum(a, b, s, negated);
    out_.atoms.push_back(std::move(b));
    return true;
  }

  [[nodiscard]] std::int64_t minimum(const condition_atom& a, const bound_atom& b, const source_of_numbers& s,
                                     bool negated) const {
    if (options_->min_count) return *options_->min_count;
    if (s.metric->min_count) return *s.metric->min_count;
    if (b.what != aggregate_kind::ratio) return 0;
    return a.kind == atom_kind::outside ? min_count_outside(b.low, b.high, negated)
                                        : min_count_compare(b.op, b.low, negated);
  }

  bool absent(const condition_atom& a, bound_atom& b) {
    const auto& name = a.what.series.front();
    const auto* metric = owner_of(name, metrics_);
    if (metric == nullptr) return unknown_series(name);
    const bool is_series =
        std::find(metric->series.begin(), metric->series.end(), name) != metric->series.end();
    const auto series = is_series ? name : metric->series.front();
    auto arm = a.what.on;
    if (arm == metric_arm::unset && metric->what) arm = metric->what->on;
    if (arm == metric_arm::unset) arm = metric_arm::fleet;
    b.first = input({metric->name, series, arm});
    if (arm == metric_arm::canary) b.second = input({metric->name, series, metric_arm::baseline});
    if (arm == metric_arm::baseline) b.second = input({metric->name, series, metric_arm::canary});
    b.absent_slots = slots_up(a.span);
    out_.atoms.push_back(std::move(b));
    return true;
  }

  /// Replaces a metric's name by what it stands for; what the condition says wins.
  bool resolve(const aggregate& a, source_of_numbers& s) {
    s.what = a;
    if (a.kind != aggregate_kind::metric) return resolve_series(a, s);
    const auto found = metrics_.find(a.series.front());
    if (found == metrics_.end()) return unknown_metric(a.series.front());
    s.metric = &found->second;
    if (!s.metric->what)
      return fail("metric \"" + a.series.front() + "\" only lists series; write for example sum(" +
                  s.metric->series.front() + ")");
    s.what = *s.metric->what;
    if (a.over.kind != window_kind::unset) s.what.over = a.over;
    if (a.on != metric_arm::unset) s.what.on = a.on;
    const auto refused = unsupported_reason(s.what);
    return refused.empty() || fail("metric \"" + a.series.front() + "\": " + refused, errc::unsupported);
  }

  bool resolve_series(const aggregate& a, source_of_numbers& s) {
    for (const auto& name : a.series) {
      if (owner_of(name, metrics_) == nullptr) return unknown_series(name);
    }
    // Both series of a pair must come from one look, or they do not belong to the same moment.
    for (const auto& [name, m] : metrics_) {
      const bool all = std::all_of(a.series.begin(), a.series.end(), [&](const auto& wanted) {
        return std::find(m.series.begin(), m.series.end(), wanted) != m.series.end();
      });
      if (!all) continue;
      s.metric = &m;
      return true;
    }
    if (a.series.size() == 2)
      return fail("no metric reads both \"" + a.series[0] + "\" and \"" + a.series[1] + "\" in one look");
    s.metric = owner_of(a.series.front(), metrics_);
    s.what.series = s.metric->series;
    return true;
  }

  bool unknown_metric(const std::string& name) {
    std::vector<std::string> known;
    for (const auto& [key, m] : metrics_) known.push_back(key);
    return fail("there is no metric \"" + name + "\" in the environment" + suggestion(name, known));
  }

  bool unknown_series(const std::string& name) {
    std::vector<std::string> known;
    for (const auto& [key, m] : metrics_) known.insert(known.end(), m.series.begin(), m.series.end());
    return fail("no metric of the environment reads the series \"" + name + "\"" + suggestion(name, known));
  }

  bool window(const metric_window& w, bound_atom& b) {
    if (w.kind == window_kind::start) b.window = 0;
    if (w.kind != window_kind::span) return true;
    const auto ms = slot_.count();
    if (w.length.count() % ms != 0)
      return fail(b.text + ": the window " + format_duration(w.length) + " is not a multiple of the slot " +
                  format_duration(slot_));
    b.window = w.length.count() / ms;
    return b.window <= most_window_slots ||
           fail(b.text + ": the window has more than " + std::to_string(most_window_slots) + " slots");
  }

  bool thresholds(const condition_atom& a, const source_of_numbers& s, bound_atom& b) {
    if (!threshold(a.low, s, b.low, b)) return false;
    return a.kind != atom_kind::outside || threshold(a.high, s, b.high, b);
  }

  /// The quantity in the unit of the readings; also fixes how the value is reported.
  bool threshold(const quantity& q, const source_of_numbers& s, double& out, bound_atom& b) {
    const auto kind = s.what.kind;
    const auto unit = s.metric->unit;
    out = base_value(q);
    if (q.unit == quantity_unit::none) {
      if (kind == aggregate_kind::ratio && b.shown == quantity_unit::none)
        show(b, quantity_unit::percent, 100);
      return true;
    }
    if (q.unit == quantity_unit::percent) {
      const bool events = counts_events(kind) && kind != aggregate_kind::ratio;
      const bool timed = unit == reading_unit::seconds || unit == reading_unit::milliseconds;
      if (events)
        return fail(b.text + ": " + std::string(name_of(kind)) + " is a number of events, not a share");
      if (timed) return fail(b.text + ": the metric is a time, compare it with for example 500ms");
      if (unit == reading_unit::percent) out = q.number;
      show(b, quantity_unit::percent, unit == reading_unit::percent ? 1 : 100);
      return true;
    }
    if (counts_events(kind) || unit == reading_unit::percent)
      return fail(b.text + ": " +
                  (kind == aggregate_kind::ratio || unit == reading_unit::percent
                       ? "a share compares with for example 5%"
                       : "a number of events compares with a plain number"));
    const double factor = unit == reading_unit::seconds ? 1000 : 1;
    out = q.number / factor;
    show(b, quantity_unit::time, factor);
    return true;
  }

  static void show(bound_atom& b, quantity_unit unit, double factor) {
    b.shown = unit;
    b.shown_factor = factor;
  }

  std::size_t input(const source_of_numbers& s, std::size_t i) {
    const auto arm = s.what.on == metric_arm::unset ? metric_arm::fleet : s.what.on;
    return input({s.metric->name, s.what.series.at(i), arm});
  }
  std::size_t input(const series_key& key) {
    const auto found = std::find(inputs_.begin(), inputs_.end(), key);
    if (found != inputs_.end()) return static_cast<std::size_t>(found - inputs_.begin());
    inputs_.push_back(key);
    return inputs_.size() - 1;
  }

  [[nodiscard]] std::int64_t slots_up(duration d) const {
    return (d.count() + slot_.count() - 1) / slot_.count();
  }

  void options(const condition_options& o) {
    out_.hold = o.hold == hold_kind::consecutive ? hold_kind::span : o.hold;
    out_.need = o.hold == hold_kind::span ? slots_up(o.hold_for) : o.count;
    out_.of = o.slots;
    if (o.keep) out_.keep = slots_up(*o.keep);
    if (o.warmup) out_.warmup = slots_up(*o.warmup);
    if (o.max_gap) out_.longest_gap = o.max_gap->count() / slot_.count();
    if (o.missing != missing_policy::unset) out_.missing = o.missing;
    if (o.low != low_policy::unset) out_.low = o.low;
  }

  const metric_table& metrics_;
  duration slot_;
  std::vector<series_key>& inputs_;
  const condition_options* options_ = nullptr;
  bound_condition out_;
  std::optional<error> error_;
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
