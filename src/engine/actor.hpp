// One run in memory: an inbox of events, a batch of facts on its way to the store, and the calls
// and guards that its state asks for.
//
// Facts are folded at once, but effects start only when every fact that was folded is durable.
#pragma once

#include "engine/core.hpp"
#include "message/teller.hpp"

#include <deque>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace shipflow::engine_room {

class guard_watch;
class ready_watch;

class actor : public std::enable_shared_from_this<actor> {
 public:
  actor(core& shared, run_state state, std::int64_t fence);
  ~actor();
  actor(const actor&) = delete;
  actor& operator=(const actor&) = delete;

  /// Goes on with a run that was claimed; what was said meanwhile is heard first.
  void begin();
  /// Delivers an event and goes on.
  void tell(run_event event);
  /// Reads signals that no fact has used yet, and goes on.
  void hear();
  /// Does whatever can be done now.
  void pump();
  /// The wall clock jumped: recorded, and the guards count on.
  void clock_jumped(duration by);
  /// Makes what the guards saw durable soon.
  void keep_samples();
  /// Asks every call to end.
  void stop();

  [[nodiscard]] const run_state& state() const noexcept { return state_; }
  [[nodiscard]] bool idle() const;
  [[nodiscard]] core& shared() noexcept { return core_; }

 private:
  // One call to a provider, or the pause before the next look at the same effect.
  struct slot {
    effect what;
    std::uint64_t id = 0;
    bool in_flight = false;
    std::stop_source stop;
    scheduler::timer_id timer = 0;
    int misses = 0;
  };

  // Signals.
  void take_signal(const stored_signal& stored);
  void judged(signal_event e, const result<void>& verdict);

  // Folding and committing.
  void fold(std::vector<fact> facts);
  void decide_inbox();
  void decide_due();
  void commit(const next_step& then);
  void committed(const commit_result& r, const commit_request& change);
  void refused_lock(const std::string& holder);
  void write(std::shared_ptr<const commit_request> change);
  void recheck_commit(const std::shared_ptr<const commit_request>& change);
  void lose(const std::string& why);
  [[nodiscard]] bool may_rest(const next_step& then) const;

  // Calls.
  void run_effects(const next_step& then);
  void drop_stale_slots(const next_step& then);
  void leave_queue();
  void start_call(const effect& e);
  [[nodiscard]] bool is_open(step_index step, std::uint64_t id) const;
  void send(step_index step, std::uint64_t id, request q, const result<secret_values>& known);
  void answered(step_index step, std::uint64_t id, answer a);
  void overdue(step_index step, std::uint64_t id);
  void deliver(const effect& e, answer a);
  void look_later(step_index step, duration wait);
  void release_slot(slot& s);

  // Guards.
  void run_guards(const next_step& then);
  [[nodiscard]] std::vector<sample_chunk> kept_samples();
  [[nodiscard]] std::vector<sample_chunk> take_samples();
  void run_looks_back(const next_step& then);

  core& core_;
  run_state state_;
  run_state checkpoint_;  // state before a change of locks that may be refused
  std::int64_t fence_;
  std::int64_t durable_rev_;
  std::deque<std::pair<run_event, std::string>> inbox_;  // event, id of its signal
  std::set<std::string> heard_;                          // signals in the inbox or in the batch
  std::vector<fact> batch_;
  messages::teller teller_;
  std::vector<stored_message> told_;  ///< what people are to be told of the batch
  std::vector<std::string> used_;
  std::vector<fact> announced_;        // facts of the commit under way
  std::vector<sample_chunk> samples_;  // of guards that are gone, or of a commit that was refused
  std::map<step_index, slot> slots_;
  std::map<step_index, int> verify_looks_;  // looks after the rollback that saw something else
  std::map<std::size_t, std::unique_ptr<guard_watch>> guards_;
  std::unique_ptr<ready_watch> back_;
  scheduler::timer_id wake_timer_ = 0;
  std::uint64_t next_call_ = 0;
  bool committing_ = false;
  bool keep_samples_ = false;
  bool gone_ = false;
  std::size_t judging_ = 0;  // votes that the host's policy has not answered yet
  bool blocked_ = false;     // queued, and the locks are held
  phase durable_phase_;
};

}  // namespace shipflow::engine_room
