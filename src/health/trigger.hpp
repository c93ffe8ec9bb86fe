// A trigger: a normal range and an alert condition over metrics, folded slot by slot to verdicts.
//
// The use in an engine, per guard:
//
//   auto t = make_trigger({g.id, g.normal, g.alert, g.severity, g.slot, blame, metrics}).value();
//   slot_maker maker(*t);  trigger_state state(t);        // or their from_json after a crash
//   // whenever a slot has ended (slot_end(k, g.slot)), and before the release for the baseline:
//   for (std::size_t i = 0; i < t->looks().size(); ++i)
//     source(t->looks()[i]).read(..., [&, i](metric_answer a) { maker.answer(i, std::move(a)); });
//   const auto samples = maker.close(k);                  // all answered, or their deadline passed
//   if (const auto v = state.push(k, samples)) report(guard_word(*v), to_json(*t, *v));
//   // when the new version gets its first traffic, between two slots:
//   state.begin(slot_of(now, g.slot));
//
// Everything here is a pure fold: the same samples give the same verdicts, so a verdict can be
// evaluated again from the stored samples. Not thread-safe; one owner per object.
#pragma once

#include "health/condition_state.hpp"

#include <map>
#include <memory>

namespace shipflow::health {

/// Whether a trigger that was red before the release counts against it.
enum class blame { always, attributable_only };

struct trigger_spec {
  std::string id;
  std::string normal;  ///< condition text that holds when all is well, or empty
  std::string alert;   ///< condition text that demands a reaction, or empty
  std::string severity;
  duration slot{10'000};
  blame whom = blame::always;
  metric_table metrics;  ///< at least those the conditions use
  /// Lanes in place of the recommended ones, by the text of a `worse` of counts, as a calibration chose them.
  std::map<std::string, std::vector<lane>> lanes{};
};

/// One question to a metric source: series of one metric and one arm, from one look.
struct trigger_look {
  std::string metric;
  std::string source;
  std::string component;
  metric_arm arm = metric_arm::fleet;
  std::vector<std::string> series;
  json::object spec;
};

/// An immutable trigger, ready for evaluation.
class trigger {
 public:
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& severity() const noexcept { return severity_; }
  [[nodiscard]] duration slot() const noexcept { return slot_; }
  [[nodiscard]] blame whom() const noexcept { return whom_; }
  [[nodiscard]] const std::optional<bound_condition>& normal() const noexcept { return normal_; }
  [[nodiscard]] const std::optional<bound_condition>& alert() const noexcept { return alert_; }
  [[nodiscard]] const std::vector<trigger_look>& looks() const noexcept { return looks_; }
  /// The order of samples given to `trigger_state::push`.
  [[nodiscard]] const std::vector<series_key>& inputs() const noexcept { return inputs_; }
  /// Where input i is found in the looks.
  struct place {
    std::size_t look = 0;
    std::size_t series = 0;
  };
  [[nodiscard]] const std::vector<place>& places() const noexcept { return places_; }
  /// Digest over conditions, slot and inputs; a stored state belongs to it.
  [[nodiscard]] const std::string& digest() const noexcept { return digest_; }

 private:
  friend result<std::shared_ptr<const trigger>> make_trigger(const trigger_spec& spec);
  void group_looks(const metric_table& metrics);
  void calibrate(const trigger_spec& spec);

  std::string id_, severity_, digest_;
  duration slot_{0};
  blame whom_ = blame::always;
  std::optional<bound_condition> normal_, alert_;
  std::vector<series_key> inputs_;
  std::vector<trigger_look> looks_;
  std::vector<place> places_;
};

/// Is it a `worse` of a ratio, whose paces can be chosen by a calibration?
[[nodiscard]] bool can_calibrate(const bound_atom& a);

/// Parses and binds both conditions. Errors name the trigger and the condition; `place` is the
/// column within its text.
[[nodiscard]] result<std::shared_ptr<const trigger>> make_trigger(const trigger_spec& spec);

/// Only `pass` promotes, only `fail` rolls back; the others wait.
enum class outcome { pass, fail, insufficient, unavailable };
[[nodiscard]] std::string_view name_of(outcome o) noexcept;
/// normal; watch: outside the normal range, or a breach that has not lasted; alert.
enum class health_level { normal, watch, alert };
[[nodiscard]] std::string_view name_of(health_level l) noexcept;

struct trigger_verdict {
  slot_index slot = 0;
  outcome is = outcome::insufficient;
  health_level level = health_level::normal;
  reason why = reason::none;
  bool already_red = false;  ///< red since before the release, never seen green since
  std::optional<condition_finding> normal, alert;
};
/// Do both say the same about the release? Numbers may differ.
[[nodiscard]] bool same_decision(const trigger_verdict& a, const trigger_verdict& b) noexcept;
/// The verdict in one word of the run machine: pass, watch, alert, insufficient or unavailable.
[[nodiscard]] std::string_view guard_word(const trigger_verdict& v) noexcept;

class trigger_state {
 public:
  explicit trigger_state(std::shared_ptr<const trigger> t);

  /// Folds slot `k`; `samples` in the order of `trigger::inputs()`, fewer count as missing. Slots
  /// left out count as missing too. Empty when `k` is not newer than the last one: closed slots
  /// are final. O(atoms) amortised.
  [[nodiscard]] std::optional<trigger_verdict> push(slot_index k, std::span<const slot_sample> samples);
  /// The release begins with slot `first`, or with the next one if that was pushed already: slots
  /// from then on may be blamed on it. Slots before give the baseline: their outcome is `insufficient` (before_release). A trigger whose alert holds or is building up
  /// is then `already_red` until its alert has been seen false once; with `attributable_only` it
  /// passes meanwhile (already_red), since a fix must be able to ship. Again: no effect.
  void begin(slot_index first);
  /// Begins with the slot after the last one pushed, or with the first one pushed.
  void begin() { begin(last_ ? *last_ + 1 : 0); }
  [[nodiscard]] bool begun() const noexcept { return begun_; }

  /// Everything needed to go on; size bounded by the windows. After `from_json` the verdicts are
  /// the same as if nothing had happened. Error: `corrupt` when it is not of this trigger.
  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] result<void> from_json(const json::value& v);

 private:
  void decide(trigger_verdict& v) const;
  void attribute(trigger_verdict& v);

  std::shared_ptr<const trigger> trigger_;
  std::optional<condition_state> normal_, alert_;
  std::optional<slot_index> last_;
  bool begun_ = false;
  bool red_ = false;  ///< the alert held or was building up in the newest known slot
  bool already_red_ = false;
};

/// {slot, verdict, level, reason, severity, already_red, alert: {...}, normal: {...}}, each
/// condition as {condition, holds, now, [reason], seen_slots, gap_slots, atoms: [{text, is, [reason],
/// [value], [unit], events, slots, [against], [resolution], [evidence: {nats, best, needed}]}]}. `against` is the
/// threshold that a multiple gives now, or the short window of a burn rate; `resolution` the width of the
/// bucket a quantile lies in; evidence is that of a test, now, at its best, and wanted.
[[nodiscard]] json::object to_json(const trigger& t, const trigger_verdict& v);
/// One line: "fail: errors > 1% for 5m (errors is 7.2%, 6000 events)".
[[nodiscard]] std::string describe(const trigger& t, const trigger_verdict& v);

}  // namespace shipflow::health
