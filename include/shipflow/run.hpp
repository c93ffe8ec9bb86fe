// The heart: a run as a pure state machine. No clock, no I/O, no threads, no randomness.
//
//   decide(state, event, now) -> facts     what an event means, once
//   apply(state, fact)                     the only thing that folds the journal
//   next(state, now) -> effects            what to do now, and when to look again
//
// Bodies of facts (members in brackets are optional):
//   created       {plan, plan_digest, environment, version, principal, [reason], [external_id], [emergency],
//                  [start_at], [override: why the calendar is not asked], [promoted: the run it proved itself in],
//                  [hotfix: why it did not have to]}
//   intent        {key, inputs, observed, timeout_at}
//   started       {handle}
//   outcome       {status: done|failed|retry|unclear|stopping, [outputs], [code, why], [retry_at], [evidence]}
//   resolved      {status: applied|in_progress|not_applied|failed|unknown, [outputs], [handle], [why], [evidence],
//                  [maybe]: not there, and a late call may still bring it about: a rollback undoes it}
//   timer         {[due], [asks], [not_before]}    a wait, an approval or a checklist began
//   signal        {id, name, principal, meaning: counted|refused|done, [why], [role], [item], [component], [reason],
//                  [start_at]: of `schedule`, [task]: of `tick`}
//   verdict       {level, [reason], [numbers], [acted], [samples]}    step = guard id
//   state         {[phase], [reason], [resumed], [units], [asks], [answered], [parked, command], [unparked],
//                 [ready: {level: unknown|ready|lapsed, [why], [takes_ms]}],    this with a step
//                 `resumed`: another engine goes on, and calls of the one before may still arrive,
//                 [holds: {why, [until]}]: a queued run waits for its time or its calendar,
//                 [reminded: how long before the start, in ms; start_at],
//                 [reacts: [ids of reactions that are called], why],
//                 [escalated: {id of a question, roles that may answer it from now on}]}
//   undo_intent   {key, timeout_at}; undo_started {handle}
//   undo_outcome  {status: done|failed|retry|kept|verified, [why], [retry_at], [evidence]}; the fact's attempt counts
//                 those that were called
//   skipped       {why, [principal]}
//   note          {text, ..., [clock_jump_ms]: until when calls may still arrive moves by it,
//                 [calibration: {found: {condition: what a calibration tried, with `lanes` unless it had to
//                 leave them as recommended, and `why`}}]}    the last with a guard
// `step` names the step, the guard or, for undo facts, the step whose effect is put back.
//
// Samples of a trigger lie in the store's sample table under the guard's id, a chunk per minute:
//   {trigger, rows: [[slot, sample, ...], ...], counters, [began]}
// `trigger` is the digest of its conditions, a sample [state, kind, sum, count, cause], `began` the
// slot from which on the release may be blamed, `counters` the readings that closed the newest slot.
// `samples` of a verdict is the digest of all rows it was folded from: d(0) is `trigger`, d(n) the
// SHA-256 of d(n-1), a line feed and the text of row n. They are durable no later than the verdict.
// While all is well a crash may lose the rows of up to a minute; they count as missing.
// Looks of a probe lie there in the same way: {rows: [[ms, pass|fail|unavailable, [text]], ...]}, d(0) is
// empty, and `numbers` of a verdict has `looked_at`, the time of the row that it was taken from.
#pragma once

#include <shipflow/fact.hpp>
#include <shipflow/plan.hpp>
#include <shipflow/store.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// Where a run is. The order is the order of life.
enum class phase {
  queued,        ///< waits for the locks of its environment
  forward,       ///< carries the plan out
  watching,      ///< released; guards armed, the right to roll back kept, locks given up
  draining,      ///< rolling back; no new intents, open ones are being ended
  compensating,  ///< putting things back
  verifying,     ///< comparing the world with what was captured
  released,      ///< terminal from here
  rolled_back,
  failed,  ///< ended without success, nothing had to be put back
  cancelled,
};
[[nodiscard]] std::string_view name_of(phase p) noexcept;
[[nodiscard]] constexpr bool is_terminal(phase p) noexcept { return p >= phase::released; }

enum class step_status {
  waiting,   ///< needs are not met yet
  ready,     ///< may begin
  intent,    ///< the effect may be under way
  started,   ///< the effect is under way and can be asked
  unclear,   ///< nobody knows; resolve is next (at `due`, if set)
  stopping,  ///< under way and asked to end
  retrying,  ///< failed, will be tried again at `due`
  asking,    ///< waits for people
  timing,    ///< waits for time
  done,
  failed,
  skipped,
  abandoned,  ///< never began, and will not: the run rolls back or ended
};
[[nodiscard]] std::string_view name_of(step_status s) noexcept;
[[nodiscard]] constexpr bool is_over(step_status s) noexcept { return s >= step_status::done; }

/// Could a rollback put an effect back now?
enum class readiness_level {
  unknown,  ///< not asked yet, or it cannot be told
  ready,
  lapsed,  ///< no, see `readiness::why`
};
[[nodiscard]] std::string_view name_of(readiness_level l) noexcept;
struct readiness {
  readiness_level level = readiness_level::unknown;
  std::string why;
  duration takes{0};   ///< about how long putting it back takes; zero: not told
  time_point since{};  ///< when the level was last heard of as new
};

/// What is known about a step.
struct step_state {
  step_status status = step_status::waiting;
  int attempt = 0;
  int generation = 0;       ///< attempts that certainly ended; part of the effect key
  std::uint32_t unmet = 0;  ///< needs that are not over
  bool touched = false;     ///< an intent was written and not disproved
  bool first = false;       ///< it was the first to touch one of its resources
  std::string key;
  time_point began{};
  time_point ended{};
  time_point asked{};       ///< when the newest intent was written; its call ends within `call_timeout`
  time_point due{};         ///< retry, wait, expiry; zero: none
  time_point not_before{};  ///< of an approval: it ends no sooner; zero: at once
  time_point timeout_at{};  ///< of the whole effect; zero: none
  json::object inputs;      ///< as rendered, secrets as ${secret:NAME}
  json::value baseline;     ///< observed before the first touch: what undo puts back
  json::value observed;     ///< observed before the newest intent: what apply compares with
  json::value handle;
  json::value outputs;
  std::string why;
  readiness way_back;     ///< of a step whose effect a rollback would put back
  bool restored = false;  ///< an `ensure` scope that was ended: nothing is left to undo
  int unknowns = 0;       ///< times resolve could not tell
  int vanished = 0;       ///< calls in a row that left nothing behind
  std::map<std::string, std::set<std::string>> votes;  ///< role -> principals
  std::set<std::string> ticked;
};

enum class undo_status { waiting, ready, asking, intent, started, retrying, done, kept, failed, verified };
[[nodiscard]] std::string_view name_of(undo_status s) noexcept;

/// One thing to put back: the step that touched it first.
struct undo_state {
  step_index step = 0;
  undo_status status = undo_status::waiting;
  int attempt = 0;
  int generation = 0;
  std::string key;
  json::value handle;
  time_point asked{};  ///< when the newest intent was written; its call ends within `call_timeout`
  time_point due{};
  time_point timeout_at{};
  std::string why;
  int unknowns = 0;
};

/// Something a person is asked outside the graph: roll back for a SEV2? undo the migration?
struct question {
  std::string id;  ///< "rollback/errors", "undo/migrate", "failure/smoke"
  std::string text;
  std::vector<std::string> roles;  ///< any member of any of them may answer; empty: anyone
  time_point due{};                ///< zero: waits for ever
  std::string then;                ///< what happens at `due`: rollback, hold, continue, keep
  int quorum = 1;                  ///< people who must say the same
  std::map<std::string, bool>
      votes;  ///< who said what so far, yes: roll back; a second answer replaces the first
  std::vector<std::pair<time_point, std::vector<std::string>>> escalate;  ///< who is asked besides, and when
};

/// A task after the release that was ticked.
struct done_task {
  time_point at{};
  std::string who;
};

/// Level of a guard. Only `pass` promotes, only `alert` acts.
enum class guard_level { none, pass, watch, alert, insufficient, unavailable };
[[nodiscard]] std::string_view name_of(guard_level l) noexcept;
struct guard_state {
  guard_level level = guard_level::none;
  time_point since{};
  std::string reason;
  bool acted = false;  ///< its severity's reaction was decided already
  /// What a calibration chose, as the note has it; null: none was made.
  json::value calibration;
};

/// The state of a run: the fold of its facts and nothing else. Copyable.
struct run_state {
  std::string id;
  std::shared_ptr<const plan> what;
  std::int64_t rev = 0;
  std::string hash;  ///< head of the chain
  shipflow::phase phase = phase::queued;
  bool paused = false;
  std::string parked;          ///< why a person is needed; empty: not parked
  std::string parked_command;  ///< what that person can run next
  std::string reason;          ///< why it rolls back, failed or ended
  std::string principal;
  std::string emergency;                   ///< reason of an emergency release, or empty
  time_point start_at{};                   ///< it begins no sooner; zero: at once
  time_point scheduled{};                  ///< when `start_at` was said
  std::set<std::int64_t> reminded;         ///< lead times, in ms, at which people were told of the start
  std::string held;                        ///< why it is not begun, or empty
  time_point held_until{};                 ///< when that is looked at again; zero: never by itself
  std::string calendar_override;           ///< why the calendar is not asked, or empty
  std::string promoted;                    ///< the run in which this release proved itself, or empty
  std::string hotfix;                      ///< why it did not have to, or empty
  std::map<std::string, done_task> tasks;  ///< those that were ticked, by id
  bool cancel_requested = false;
  time_point created{};
  time_point released_at{};
  time_point finished{};
  std::vector<step_state> steps;
  std::map<std::string, step_index, std::less<>> index;  ///< id -> step
  std::vector<std::vector<step_index>> dependants;
  std::set<step_index> active;  ///< neither waiting nor over
  std::size_t over = 0;
  std::map<std::string, step_index> first_touch;  ///< resource -> step
  std::vector<guard_state> guards;
  std::map<std::string, question> questions;
  /// Component, or empty for all -> who asked for a rollback while more have to.
  std::map<std::string, std::set<std::string>> rollback_votes;
  std::vector<undo_state> undo;               ///< in order of the plan
  std::map<step_index, std::size_t> undo_of;  ///< step -> index into undo
  std::vector<std::uint32_t> undo_unmet;      ///< per step: dependants not cleared yet
  std::set<std::size_t> undo_active;          ///< indexes of units neither waiting nor over
  std::size_t undo_over = 0;
  /// Until when a call of an engine that lost the run may still arrive, per step; and the same of its undo.
  std::map<step_index, time_point> late;
  std::map<step_index, time_point> late_undo;
  std::set<step_index> telling;  ///< touched, not restored, and able to say whether it can be undone
  bool traffic_reached = false;
  std::vector<bool> after_watch;  ///< per step: a watch, or behind one
  std::size_t before_watch = 0;   ///< steps not behind a watch that are not over
};

/// A run before its first fact.
[[nodiscard]] run_state make_state(std::string run, std::shared_ptr<const plan> what);

// ---- events ------------------------------------------------------------------------------

struct observed_event {
  step_index step = 0;
  answer what;
};  ///< `observe` answered
struct answered_event {
  step_index step = 0;
  verb asked = verb::apply;
  answer what;
};
struct undo_answered_event {
  step_index step = 0;
  verb asked = verb::undo;
  answer what;
};
struct verified_event {
  step_index step = 0;
  answer what;
};  ///< `observe` after the rollback
struct ready_event {
  step_index step = 0;
  answer what;
};                        ///< `ready` answered
struct due_event {};      ///< time has come for something
struct claimed_event {};  ///< an engine took the run over
struct locked_event {
  std::string holder;
};  ///< locks could not be had
struct acquired_event {
  std::string objection{};  ///< why it may not begin after all; empty: nothing speaks against it
};                          ///< the queued run may begin
struct signal_event {
  std::string id;
  std::string
      name;  ///< approve reject tick untick pause resume cancel rollback retry skip supersede schedule override
  std::string principal;            ///< "user:alice"
  std::vector<std::string> groups;  ///< "group:qa"
  std::string denied;               ///< why a policy of the host refuses it; empty: it does not
  json::object body;  ///< {step?, reason?, item?, component?, plan_digest?, run?, at?}; `at`: ms
};
struct guard_event {
  std::size_t guard = 0;  ///< index into plan::guards
  guard_level level = guard_level::none;
  std::string reason;
  json::object numbers;
  std::string samples{};  ///< digest of the samples it was folded from; empty: of none
};
struct note_event {
  std::string step;
  json::object body;
};
using run_event =
    std::variant<observed_event, answered_event, undo_answered_event, verified_event, ready_event, due_event,
                 claimed_event, locked_event, acquired_event, signal_event, guard_event, note_event>;

/// What an event means. An event that no longer fits (a late answer, a second approval) gives
/// no facts or a `signal` fact with meaning `refused`. Facts come without rev: `apply_all` numbers them.
[[nodiscard]] std::vector<fact> decide(const run_state& state, const run_event& event, time_point now);

/// Folds one fact. A fact that does not fit the plan is `corrupt` (for example a step that the
/// plan does not have); the state is unchanged then.
[[nodiscard]] result<void> apply(run_state& state, const fact& f);

/// The CREATED fact of a new run; `more` are its optional members.
[[nodiscard]] fact created_fact(const plan& what, const std::string& principal, const std::string& reason,
                                const std::string& external_id, time_point now,
                                const json::object& more = {});

// ---- effects -----------------------------------------------------------------------------

enum class effect_kind {
  acquire,  ///< try to take the locks and begin
  observe,  ///< look before the intent
  apply,
  settle,
  resolve,
  undo,
  undo_settle,
  verify,  ///< observe again, after the rollback
};
[[nodiscard]] std::string_view name_of(effect_kind k) noexcept;
struct effect {
  effect_kind kind = effect_kind::observe;
  step_index step = 0;
  bool stop = false;  ///< settle: ask it to end
};
struct next_step {
  std::vector<effect> effects;     ///< all that should be under way now; the engine starts those that are not
  std::optional<time_point> wake;  ///< when a due_event is wanted
  std::vector<std::size_t> armed;  ///< guards to be evaluated
  /// Triggers whose step is still to come: what they see now is the baseline of what they say later.
  std::vector<std::size_t> baseline;
  /// The run waits or watches: the steps of `to_ask_back` are to be asked now and then.
  bool looks_back = false;
};
/// When a queued run may begin, asked now: its scheduled start, then the calendar of its environment.
struct start_verdict {
  time_point at{};       ///< now, or later
  bool never = false;    ///< it does not open within ten years, or the calendar cannot be read
  bool refused = false;  ///< the calendar is closed and says that a start is refused then
  std::string why;       ///< why not now; or, when it may begin, why it had better not
};
[[nodiscard]] start_verdict may_begin(const run_state& state, time_point now);

/// What to do now. O(active steps + units to undo + guards).
[[nodiscard]] next_step next(const run_state& state, time_point now);

/// Since when a guard counts: the end of the step it is armed by, or of a watch its begin; empty: not yet.
[[nodiscard]] std::optional<time_point> armed_since(const run_state& state, std::size_t guard);

/// The coarse status and due time for the run's row.
[[nodiscard]] run_status status_of(const run_state& state);

/// Does a change of phase take or give up the plan's locks?
enum class lock_change { none, acquire, release };
[[nodiscard]] lock_change locks_between(phase before, phase after) noexcept;

/// Roles of a person under the plan's environment. Entries are "user:NAME", "group:NAME" or "*".
[[nodiscard]] std::set<std::string> roles_of(const plan& what, const std::string& principal,
                                             const std::vector<std::string>& groups);

/// The request for an effect, secrets still as ${secret:NAME}; deadline not set.
[[nodiscard]] request request_for(const run_state& state, const effect& e);

/// Steps that can say whether they can still be undone, and would be by a rollback. O(those).
[[nodiscard]] std::vector<step_index> to_ask_back(const run_state& state);
/// The request that asks whether a step can still be undone; deadline not set.
[[nodiscard]] request readiness_request(const run_state& state, step_index step);

/// What a rollback decided now would do.
struct outlook {
  /// lapsed when any step's is, else unknown when any step's is, else ready.
  readiness_level level = readiness_level::ready;
  std::string why;                ///< which step, and what it said
  duration takes{0};              ///< about: what can go on at once is counted once
  std::vector<step_index> units;  ///< steps whose effect it would put back, in order of the plan
};
/// A step that did not say how long its undo takes counts as long as it took forward. Empty `units` when
/// the run is neither forward nor watching.
[[nodiscard]] outlook look_back(const run_state& state);

/// A summary for programs: {run, plan, plan_digest, environment, version, phase, paused, parked,
/// command, reason, [tasks: [{id, text, roles, [due], [done, by]}]], [promoted], [hotfix], [emergency], [start_at], [held, held_until], [calendar_override], steps: [{id, status, attempt, why, began, ended}], guards, questions, undo,
/// [rollback: {level, why, takes_ms, steps: [{id, level, why}]}]}, the last while there is something to undo.
[[nodiscard]] json::object summary(const run_state& state);

}  // namespace v1
}  // namespace shipflow
