// Asking, while a run bakes or watches, whether its steps could still be undone. Tells its run every
// answer; only a change becomes a fact.
#pragma once

#include "engine/secrets.hpp"

#include <shipflow/provider.hpp>
#include <shipflow/run.hpp>
#include <shipflow/scheduler.hpp>

#include <map>
#include <memory>
#include <stop_token>
#include <string>

namespace shipflow::engine_room {

class actor;

class ready_watch {
 public:
  /// Begins to ask at once. The actor outlives the watch.
  explicit ready_watch(actor& run);
  ~ready_watch();
  ready_watch(const ready_watch&) = delete;
  ready_watch& operator=(const ready_watch&) = delete;

 private:
  void ask_all();
  void ask(step_index step);
  void send(step_index step, std::uint64_t number, request q, const result<secret_values>& known);
  void heard(step_index step, std::uint64_t number, answer a);

  actor& run_;
  duration pause_;
  std::map<step_index, std::uint64_t> asked_;  // questions that were not answered yet
  std::uint64_t last_number_ = 0;
  std::string last_picture_;  // levels of all steps, to see a change
  scheduler::timer_id timer_ = 0;
  std::stop_source stop_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace shipflow::engine_room
