// What the parts of `decide` share: the facts gathered so far and the few moves that many
// events lead to.
#pragma once

#include <shipflow/run.hpp>

#include <set>
#include <string>
#include <vector>

namespace shipflow::run {

/// Facts for one event, over a state that does not change meanwhile.
class decision {
 public:
  decision(const run_state& state, time_point time) : s(state), now(time) {}

  void add(fact_kind kind, std::string step, json::object body, int attempt = 0);
  void add(fact_kind kind, step_index step, json::object body);
  [[nodiscard]] const plan_step& planned(step_index i) const { return s.what->steps[i]; }
  [[nodiscard]] const step_state& step(step_index i) const { return s.steps[i]; }

  const run_state& s;
  const time_point now;
  std::vector<fact> facts;
  /// Set when a fact changed the phase: what follows must be decided on the new state.
  bool turned = false;
};

/// Stable over retries after unclear answers; new after a certain failure, so that a provider
/// that remembers keys does not answer with the old failure.
[[nodiscard]] std::string effect_key(const run_state& s, step_index i);
[[nodiscard]] std::string undo_key(const run_state& s, const undo_state& unit);

/// Exponential backoff with jitter taken from the key: the same run waits the same time again.
[[nodiscard]] duration backoff(const retry_policy& policy, int attempt, const std::string& key);

[[nodiscard]] bool is_open(step_status status);

// Moves.
void park(decision& d, const std::string& why, const std::string& command);
/// Parks a run that a rule holds. Going back may be over, by the decision window; going on is always possible.
void hold(decision& d, const std::string& why);
/// Rolls back all that was touched, or only what belongs to the named components.
void turn_back(decision& d, const std::string& reason, const std::set<std::string>& components = {});
/// Carries out a severity's rule.
void react(decision& d, const severity_rule& rule, const std::string& id, const std::string& why);
/// The components named, and all that depend on them.
[[nodiscard]] std::set<std::string> with_dependants(const plan& what, const std::string& component);

// Events, each in its own file.
void on_observed(decision& d, const observed_event& e);
void on_answered(decision& d, const answered_event& e);
void on_undo_answered(decision& d, const undo_answered_event& e);
void on_verified(decision& d, const verified_event& e);
void on_ready(decision& d, const ready_event& e);
void on_signal(decision& d, const signal_event& e);
void on_guard(decision& d, const guard_event& e);

/// Does a step wait for an approval that enough people of every role have given?
[[nodiscard]] bool has_quorum(const run_state& s, step_index i);
/// Ends an approval that was given, now by `last` or before.
void approved(decision& d, step_index i, const std::string& last = {});
/// What a person runs whose approval the run is parked for.
[[nodiscard]] std::string approval_command(const decision& d, step_index i);

// Parts of `due`.
void start_ready_step(decision& d, step_index i);
void step_due(decision& d, step_index i);
void question_due(decision& d, const question& q);
/// Asks the next level of people when its time has come.
void question_escalates(decision& d, const question& q);
void start_ready_units(decision& d);
void change_phase(decision& d);
[[nodiscard]] bool may_start(const run_state& s);
/// May this step begin now? A reaction that was called may also while the run is watched, paused or parked.
[[nodiscard]] bool may_begin_step(const run_state& s, step_index i);
/// Until when a run that is about to give its locks up has to keep them: a call of an engine that lost the
/// run may still arrive. Zero when it is not about to, or there is none.
[[nodiscard]] time_point locks_not_before(const run_state& s);
/// From when on no call of an engine that lost the run can change anything; zero: there is none.
[[nodiscard]] time_point quiet_at(const run_state& s);
/// Until when an undo has to wait for a call that may still arrive and change the same thing.
[[nodiscard]] time_point undo_not_before(const run_state& s, const undo_state& unit);

// The calendar, and the time a start was scheduled for.
/// What a queued run waits for, and whom it reminds.
void calendar_due(decision& d);
/// Leaves the queue, if the calendar still says so.
/// With an objection it ends instead: what was granted at the start may not hold any more.
void begin(decision& d, const std::string& objection);
/// When people are told of a scheduled start where a rule does not say so itself.
[[nodiscard]] const std::vector<duration>& usual_lead_times(const plan& what);
/// The next moment at which people are to be told of a scheduled start.
[[nodiscard]] std::optional<time_point> reminder_after(const run_state& s, time_point now);
/// What a `schedule` signal adds to its fact, or why it is refused.
[[nodiscard]] result<json::object> schedule(const run_state& s, const json::object& body, time_point now);
/// May a `window` step end?
[[nodiscard]] start_verdict ask_window(const run_state& s, step_index i, time_point now);

// Going back.
/// Steps whose effect a rollback of these components (empty: all) would put back, in order of the plan.
[[nodiscard]] std::vector<step_index> units_to_undo(const run_state& s,
                                                    const std::set<std::string>& components);
/// Does rollback put this touched step's effect back, as one of its units?
[[nodiscard]] bool is_unit(const run_state& s, step_index i);
/// A bake or a watch is under way: nothing else tells soon whether going back works.
[[nodiscard]] bool waits_long(const run_state& s);
/// Units that may run now: ready ones of the best rank among those not over.
[[nodiscard]] std::vector<std::size_t> free_units(const run_state& s);

/// Guards that count now: armed from their step until theirs ends or the run turns back.
[[nodiscard]] std::vector<std::size_t> armed_guards(const run_state& s);
/// Triggers that will be armed later and should be looking already.
[[nodiscard]] std::vector<std::size_t> baseline_guards(const run_state& s);
/// Acts on guards that have been without data for longer than the plan allows.
void guards_due(decision& d);
[[nodiscard]] std::optional<time_point> guards_wake(const run_state& s);

/// `value` with every `${steps.<id>.<path>}` replaced by an output.
[[nodiscard]] result<json::value> render(const run_state& s, const json::value& value);
/// Does the step's `when` hold? True without one.
[[nodiscard]] result<bool> holds(const run_state& s, step_index i);
/// Must the step be observed before its intent?
[[nodiscard]] bool wants_look(const run_state& s, step_index i);
/// The part of an observation that undo puts back.
[[nodiscard]] json::value lasting(const json::value& baseline);

}  // namespace shipflow::run
