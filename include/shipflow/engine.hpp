// The engine carries runs out: it starts effects when their intents are durable, keeps timers,
// evaluates guards and resumes after a crash. One thread of execution, the scheduler's.
//
//   shipflow::loop loop;
//   auto store = shipflow::open_sqlite_store({.path = "releases.db"}).value();
//   shipflow::engine engine(loop, std::move(store), {});
//   engine.add(std::make_shared<my_provider>());
//   auto run = engine.start(plan, {.principal = "user:alice"}).value();
//   loop.run_until([&] { return engine.ended(run); });
#pragma once

#include <shipflow/message.hpp>
#include <shipflow/plan.hpp>
#include <shipflow/probe.hpp>
#include <shipflow/provider.hpp>
#include <shipflow/run.hpp>
#include <shipflow/scheduler.hpp>
#include <shipflow/store.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// What observers see. Bodies never contain secrets.
struct engine_event {
  enum class kind {
    fact,      ///< a fact became durable; `what` holds it
    progress,  ///< an effect is under way: {step, percent, text}; not stored
    sample,    ///< a guard looked: {guard, level, reason, numbers}; not stored
    trouble,   ///< the engine met trouble it goes on from: {text}, for example a full disk
    lost,      ///< another engine took the run over; nothing more is heard of it here
    message,  ///< somebody was told, or could not be: {message, channel, moment, status: delivered|waiting|given_up,
              ///< attempts, [why]}; kept in the store, see `store::read_messages`
  };
  kind what_kind = kind::fact;
  std::string run;
  std::int64_t sequence = 0;  ///< grows by one with every event of this engine
  fact what;
  json::object body;
};
/// {"sequence", "run", "event": "fact|progress|...", ...}: one line of `--json`.
[[nodiscard]] json::object to_json(const engine_event& e);

/// Takes the value of a secret, or why there is none. Callable once, from any thread, also later.
using secret_reply = std::function<void(result<std::string>)>;

/// A vote about to be counted: what was said, to which run and step, by whom.
struct vote {
  std::string run;
  std::string step;
  std::string name;  ///< "approve" or "reject"
  std::string principal;
  std::vector<std::string> groups;
  std::string plan_digest;
  json::object body;  ///< as said
};
/// Takes the verdict of a policy on a vote: nothing, or an error whose message says why not.
using policy_reply = std::function<void(result<void>)>;

struct engine_options {
  /// Name of this engine in the store; empty: random. Never reuse one.
  std::string id;
  /// Turns where a secret variable is (`plan::secrets`, for example "env:DATABASE_PASSWORD") into its
  /// value when a request is written; `system_secrets` of system.hpp does for most. Called on the
  /// scheduler's thread, must not block; a request waits for the reply until its own deadline. The
  /// value is wiped after the call ended.
  std::function<void(const std::string& source, secret_reply done)> secrets;
  /// Asked before an approval or rejection is counted, on top of the plan's roles. Called on the
  /// scheduler's thread, must not block. What it refuses is recorded as a refused signal with the
  /// reason. A vote without a reply stays unused in the store and is asked about again after a
  /// restart. Empty: the plan's roles alone decide.
  std::function<void(const vote& asked, policy_reply done)> policy;
  /// Sees every event, on the scheduler's thread. Must not call back into the engine.
  std::function<void(const engine_event&)> observer;
  /// Calls to providers under way at once; the others wait their turn.
  std::size_t calls_at_once = 64;
  /// While a run bakes or watches its steps are asked whether they can still be undone: at once, then
  /// ever more seldom, at last this often; sooner again after an answer changed.
  duration ready_every{300'000};
  /// Runs claimed from the store at once.
  std::size_t claim_limit = 32;
};

struct start_options {
  std::string principal;            ///< "user:alice"; required
  std::vector<std::string> groups;  ///< "group:qa"
  std::string reason;
  /// A second start with the same id returns the first run's id.
  std::string external_id;
  /// Begins no sooner; zero: at once. A run waits for its time, and for the calendar of its environment,
  /// in the store: any engine on it begins the run then. `schedule` {at} moves it, `cancel` ends it.
  time_point start_at{};
  /// Why the calendar is not asked; empty: it is. Only its `override` roles may.
  std::string override_reason{};
  /// Reason of an emergency release: steps marked `skippable` are skipped, approvals are not; the record
  /// and the history say so for ever. Empty: it is none.
  std::string emergency{};
  /// Why a release is started that has not proved itself where the environment wants it to have; only the
  /// `hotfix` roles may. The record says so for ever. Empty: it has to have.
  std::string hotfix{};
};

/// What somebody says to a run; names as in run.hpp.
struct said {
  std::string id;  ///< dedupes repeats; empty: a new random one
  std::string name;
  std::string principal;
  std::vector<std::string> groups;
  json::object body;
};

/// All calls on the scheduler's thread. The scheduler must outlive the engine; what stores, providers and
/// others answer later reaches nobody.
class engine {
 public:
  /// Takes the store over: runs that a dead engine owned are resumed by `resume`.
  engine(scheduler& time, std::shared_ptr<store> keep, engine_options options);
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// Register before `start` and `resume`. A name used twice is an `already_exists` error.
  result<void> add(std::shared_ptr<provider> p);
  result<void> add(std::shared_ptr<probe_source> p);
  result<void> add(std::shared_ptr<metric_source> p);
  result<void> add(std::shared_ptr<notifier> p);
  /// What the compiler asks; valid as long as the engine.
  [[nodiscard]] const catalogue& offers() const;

  /// Makes a run durable and begins it. Errors: `denied` (protection; a promotion that is not granted; a calendar that is closed and says
  /// `refuse`, with the next possible start), `conflict` (the
  /// environment is held by another run, named), `io`. Returns the run's id.
  [[nodiscard]] result<std::string> start(const plan& what, const start_options& options);
  /// Adopts what a dead engine left and begins to claim runs that are due. Returns how many.
  result<std::size_t> resume();
  /// Makes what was said durable and wakes the run. A run that was released takes ticks of its `tasks` for
  /// ever; anything else said to one that has ended is a `conflict`. The run decides what it means: follow its
  /// events, or ask `look` afterwards.
  result<void> say(const std::string& run, const said& what);

  /// The state of a run, from memory or folded from the store.
  [[nodiscard]] result<run_state> look(const std::string& run);
  /// True once the run is terminal. False for unknown runs.
  [[nodiscard]] bool ended(const std::string& run);
  /// True when the run needs a person or only time can bring it on: terminal, parked, watching,
  /// or waiting without anything under way.
  [[nodiscard]] bool idle(const std::string& run);

  /// Starts no new effects and asks those under way to end; durable state stays resumable.
  void stop();
  /// Calls under way.
  [[nodiscard]] std::size_t calls() const noexcept;
  /// Messages that could be sent now: under way, or due and not tried yet. A program that ends while there
  /// are some leaves them to the next engine on its store; those that failed wait for their time in any case.
  [[nodiscard]] std::size_t unsent() const;
  /// Runs held in memory.
  [[nodiscard]] std::size_t loaded() const noexcept;

 private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

/// What a store keeps of runs that have ended, counted from their end.
struct retention_policy {
  duration facts = std::chrono::hours(24 * 90);  ///< journal, samples and signals
  duration rows = std::chrono::hours(24 * 365);  ///< the line in the history
};
/// Deletes what is older, in small batches between which others get their turn; runs that have not
/// ended stay whole. Returns how many runs lost something. `invalid_argument` for a negative time,
/// and when rows are to go before their facts. Blocks; any thread.
result<std::size_t> purge_old(store& keep, const retention_policy& policy, time_point now);

/// Re-reads a run's facts and checks the chain: every hash, every gap. `corrupt` names the first
/// fact that does not fit; `not_found` when a purge took all facts of an ended run.
struct audit_result {
  std::size_t facts = 0;
  std::string head;  ///< hash of the last fact
};
[[nodiscard]] result<audit_result> verify_audit(store& keep, const std::string& run);

/// A plan that a run of this store carries or carried out; `row.plan_digest` names it.
[[nodiscard]] result<plan> load_plan(store& keep, const std::string& digest);

/// Folds a run from a store without an engine, for looking at history. `not_found` when there is
/// no such run, or a purge took its facts.
[[nodiscard]] result<run_state> load_run(store& keep, const std::string& run);

}  // namespace v1
}  // namespace shipflow
