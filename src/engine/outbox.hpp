// Sends the messages that wait in the store: a few at once, each with a deadline, again later when that
// failed. No run waits for any of it.
#pragma once

#include <shipflow/message.hpp>
#include <shipflow/plan.hpp>
#include <shipflow/scheduler.hpp>
#include <shipflow/store.hpp>

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace shipflow::engine_room {

class core;

class outbox {
 public:
  explicit outbox(core& shared);
  ~outbox();
  outbox(const outbox&) = delete;
  outbox& operator=(const outbox&) = delete;

  /// Messages were made durable: looks for those that are due, soon.
  void wake();
  /// Sends nothing new and asks what is under way to end; it is due again for the next engine.
  void stop();
  /// Under way, or due and not tried yet.
  [[nodiscard]] std::size_t unsent() const;

 private:
  struct sending {
    stored_message what;
    plan_channel channel;
    std::vector<std::string> seen;  ///< secrets that went into the channel
    std::stop_source stop;
    scheduler::timer_id deadline = 0;
  };
  void look_at(time_point when);
  void look();
  void start(const stored_message& m);
  void send(const std::string& id, const std::shared_ptr<const plan>& what);
  void answered(const std::string& id, delivery_answer a);
  void settle(stored_message m);
  [[nodiscard]] stored_message after(const sending& s, delivery_answer a) const;

  core& core_;
  std::map<std::string, sending> open_;  ///< by id of the message
  scheduler::timer_id timer_ = 0;
  std::optional<time_point> timer_at_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace shipflow::engine_room
