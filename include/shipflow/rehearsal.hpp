// Rehearsal: a plan runs in virtual time against models of its providers, with a fault at every step,
// and everything that must hold is checked. The engine, the run machine and the health rules are the
// real ones; only clocks, providers and the store's failures are played.
//
//   rehearsal_options options;
//   options.mode = rehearsal_mode::exhaustive;
//   const auto report = rehearse(plan, options).value();
//   for (const auto& v : report.violations) std::puts((v.check + ": " + v.what + "\n  " + v.replay).c_str());
//
// One thread, no files, no network, no clock. The same plan, options and seed give the same report,
// hash included.
#pragma once

#include <shipflow/engine.hpp>
#include <shipflow/plan.hpp>
#include <shipflow/world.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// One kind of fault.
struct fault_kind {
  std::string name;  ///< "reply_dropped"
  std::string help;  ///< one line for people
};
/// All kinds, in the order of a report's columns.
[[nodiscard]] const std::vector<fault_kind>& fault_catalogue();

/// A fault at a place. Text form: "[VERB@]STEP:KIND", for example "api/shift:reply_dropped" or
/// "undo@api/shift:throttled". VERB is apply (the default), observe, settle, resolve, undo or verify.
struct fault {
  std::string step;
  std::string kind;
  std::string at = "apply";
  friend bool operator==(const fault&, const fault&) = default;
};
[[nodiscard]] std::string to_text(const fault& f);
/// Errors: `invalid_argument` naming the part that is unknown, with the kinds that there are.
[[nodiscard]] result<fault> parse_fault(std::string_view text);

enum class rehearsal_mode {
  single,      ///< one run with `faults`; without faults the undisturbed one
  exhaustive,  ///< every fault at every step it applies to
  swarm,       ///< `runs` runs with random combinations
};
[[nodiscard]] std::string_view name_of(rehearsal_mode m) noexcept;

/// What a model of the world is made of; one call per run.
struct rehearsal_world {
  std::vector<std::shared_ptr<world_model>> models;     ///< by name in place of generic ones
  std::vector<std::shared_ptr<probe_source>> probes;    ///< by kind in place of "always well"
  std::vector<std::shared_ptr<metric_source>> metrics;  ///< by name in place of readings that pass
};

struct rehearsal_options {
  rehearsal_mode mode = rehearsal_mode::exhaustive;
  std::uint64_t seed = 1;
  std::size_t runs = 1'000;   ///< of swarm
  std::vector<fault> faults;  ///< of single; exhaustive and swarm add theirs to them
  /// Length of watches in place of the plan's; zero: the plan's.
  duration watch{0};
  /// How long a run may take beyond what its steps may take, before it counts as stuck.
  duration patience = std::chrono::hours(72);
  /// Of so many runs one is carried out twice and compared; 0: none.
  std::size_t compare_every = 20;
  /// Models for the plan's providers; empty: generic ones for all.
  std::function<rehearsal_world(const std::shared_ptr<world>&)> make_world;
  /// Called once with what the undisturbed run wrote down and its id: for its report as `report_release` tells it. The
  /// store is gone afterwards.
  std::function<void(store& keep, const std::string& run)> undisturbed;
  /// Called after each run: runs done, runs in all. False ends the rehearsal with what there is.
  std::function<bool(std::size_t, std::size_t)> progress;
};

/// How a run ended.
enum class rehearsed {
  not_applicable,  ///< the fault's place was not reached, or the step has no such thing
  released,        ///< and what the fault was about was overcome
  restored,        ///< rolled back, cancelled or failed, and the world is as before
  parked,          ///< waits for a person; `action` says what for
  violated,        ///< some check failed
};
[[nodiscard]] std::string_view name_of(rehearsed r) noexcept;

/// A check that failed. Checks, by name:
///   effect_once         an effect that is not declared repeatable was carried out twice
///   intent_first        an effect began whose intent was not durable
///   ends                the run neither ended nor waits for a person with a stated action
///   bounded             something waits without a limit
///   restored            after a rollback the world is not as before; the difference is in `what`
///   capacity            fewer healthy instances served than before the release
///   traffic             traffic went to a fleet that is not healthy or not large enough
///   no_new_intent       a step began after the run had turned back
///   locks_held          an effect was carried out without the environment's locks, or after the end
///   chain               the journal does not verify, or its fold is not the engine's state
///   secrets             a secret was written down
///   point_of_no_return  something irreversible was left and the run's reason does not name it
///   compensated         a compensation of the plan was never carried out in any run
///   same_again          the same seed gave other facts
struct rehearsal_violation {
  std::string check;
  std::string what;    ///< one line
  std::string replay;  ///< options that show it again: "--seed 7 --fault api/shift:reply_dropped"
};

struct rehearsal_cell {
  std::size_t row = 0;     ///< index into rows
  std::size_t column = 0;  ///< index into columns
  rehearsed outcome = rehearsed::not_applicable;
  std::string why;                     ///< the run's reason, or why it is parked
  std::string action;                  ///< parked: what a person can do
  duration lasted{0};                  ///< from start to end, or to where it parked
  std::optional<duration> restoring;   ///< from the decision to roll back to the end
  std::vector<std::string> questions;  ///< what people were asked, each once
  std::vector<rehearsal_violation> violations;
  std::string replay;
};

struct rehearsal_row {
  std::string id;
  std::string title;
  step_kind kind = step_kind::action;
  duration began{0};  ///< in the undisturbed run, from its start
  duration ended{0};
  bool undone = false;  ///< its compensation was carried out in some run
};

/// From where a plan cannot be rolled back as a whole.
struct no_return {
  std::string step;
  std::string why;
};

struct rehearsal_report {
  std::string plan;
  std::string plan_digest;
  std::string environment;
  std::string version;
  rehearsal_mode mode = rehearsal_mode::exhaustive;
  std::uint64_t seed = 0;
  std::vector<rehearsal_row> rows;    ///< the steps, in order of the plan
  std::vector<fault_kind> columns;    ///< exhaustive: the faults that applied somewhere
  std::vector<rehearsal_cell> cells;  ///< exhaustive: by row, then column, applicable ones only
  rehearsal_cell undisturbed;         ///< the run without faults; row and column mean nothing
  std::vector<no_return> point_of_no_return;
  std::vector<rehearsal_violation> violations;  ///< of all runs
  std::size_t runs = 0;
  std::size_t released = 0, restored = 0, parked = 0;
  std::optional<duration> restoring_median, restoring_worst;
  duration virtual_time{0};  ///< lived through in all runs
  std::string hash;          ///< over the facts of all runs, in order
};

/// Carries the rehearsal out. Errors: `invalid_argument` (a fault at a step the plan does not have,
/// nothing to rehearse), `unsupported` (the undisturbed run does not reach its end in this world; says
/// where it stopped).
[[nodiscard]] result<rehearsal_report> rehearse(const plan& what, const rehearsal_options& options);

/// {plan, plan_digest, environment, version, mode, seed, runs, released, restored, parked,
///  restoring: {median_ms, worst_ms}, virtual_ms, hash, point_of_no_return: [{step, why}],
///  rows: [{id, title, kind, began_ms, ended_ms, undone}], columns: [{name, help}],
///  cells: [{step, fault, outcome, [why], [action], lasted_ms, [restoring_ms], [questions],
///  [violations], replay}], undisturbed: {...}, violations: [{check, what, replay}]}. Times in ms.
[[nodiscard]] json::object to_json(const rehearsal_report& r);

}  // namespace v1
}  // namespace shipflow
