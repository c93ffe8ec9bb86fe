// What all runs of an engine share: providers, options, the store and the due timer.
#pragma once

#include "engine/outbox.hpp"
#include "engine/secrets.hpp"
#include "engine/way_back.hpp"

#include <shipflow/engine.hpp>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::engine_room {

class actor;

/// Reason in the row of a run that waits for its environment's locks.
inline constexpr auto queued_reason = "queued for the environment";

/// As the store keeps it; `head` is the chain's value before the fact and becomes the one after it.
[[nodiscard]] stored_fact to_stored(const fact& f, std::string& head);

/// Used on the scheduler's thread only. Actors hold it by reference and never outlive it: the
/// engine drops them first.
class core {
 public:
  core(scheduler& clock, std::shared_ptr<store> stored, engine_options chosen);
  ~core();
  core(const core&) = delete;
  core& operator=(const core&) = delete;

  void emit(engine_event e);
  void emit_trouble(const std::string& run, const std::string& text);

  [[nodiscard]] provider* find_provider(const std::string& name) const;
  [[nodiscard]] probe_source* find_probe(const std::string& kind) const;
  [[nodiscard]] metric_source* find_metrics(const std::string& source) const;
  [[nodiscard]] notifier* find_notifier(const std::string& kind) const;

  /// Loads a run that was claimed and lets it go on.
  void take_up(const run_row& row);
  /// The actor gave its run back to the store, ended it, or lost it.
  void dismiss(const std::string& run, std::optional<time_point> due);
  /// Lets go of all actors; what is posted and still to run finds none, and late answers reach nothing.
  void drop_actors();
  /// A signal was stored: whoever holds the run by then hears it, else the run is claimed.
  void call_attention(const std::string& run);
  /// Claims runs that are due and looks after the next one.
  void claim_due();
  void look_again_at(time_point due);
  /// Runs that wait for the environment's locks hear that they are free.
  void wake_queued(const std::string& environment);
  /// A plan by digest; kept while some run uses it.
  [[nodiscard]] result<std::shared_ptr<const plan>> load_plan(const std::string& digest);

  /// Calls are bounded; an actor without a place is pumped when one is free.
  [[nodiscard]] bool take_call(const std::shared_ptr<actor>& who);
  void end_call();

  scheduler& time;
  /// For answers of stores, providers and whatever else may outlive the engine.
  const std::shared_ptr<way_back> back;
  std::shared_ptr<store> keep;
  engine_options options;
  std::map<std::string, std::shared_ptr<provider>> providers;
  std::vector<std::shared_ptr<probe_source>> probes;
  std::vector<std::shared_ptr<metric_source>> metrics;
  std::vector<std::shared_ptr<notifier>> notifiers;
  std::map<std::string, std::shared_ptr<actor>> actors;
  std::map<std::string, std::weak_ptr<const plan>> plans;
  std::size_t calls = 0;
  bool stopping = false;
  outbox messages{*this};

 private:
  std::deque<std::weak_ptr<actor>> waiting_for_call_;
  std::int64_t sequence_ = 0;
  void clock_jumped(duration by);

  scheduler::timer_id due_timer_ = 0;
  scheduler::timer_id clock_watch_ = 0;
  std::optional<time_point> due_at_;
  std::vector<std::shared_ptr<actor>> dismissed_;  // until nothing of them is on the stack
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace shipflow::engine_room
