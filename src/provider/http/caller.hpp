// The actions over a wire: the HTTP client, or the servers of a rehearsal's world.
#pragma once

#include "provider/http/inputs.hpp"

#include <functional>
#include <memory>

namespace shipflow::http_provider {

/// What a request is for.
enum class sending { effect, verify, undo, poll };

class wire {
 public:
  wire() = default;
  wire(const wire&) = delete;
  wire& operator=(const wire&) = delete;
  virtual ~wire() = default;
  /// What came, and when by the clock of the wire's world.
  using arrival = std::function<void(const http::outcome&, time_point)>;
  /// Sends `ask` for the call `q` with the inputs `in`; `then` is called once, later, and may
  /// find the provider gone.
  virtual void send(sending what, const shipflow::request& q, const call_inputs& in, const asking& ask,
                    arrival then) = 0;
};

class caller : public provider {
 public:
  /// The wire must outlive it.
  explicit caller(wire& over) : wire_(over) {}

  [[nodiscard]] std::string name() const override;
  [[nodiscard]] std::vector<action_spec> actions() const override;
  void call(shipflow::request q, reply r) override;

 private:
  using shared_reply = std::shared_ptr<reply>;
  void apply(const shipflow::request& q, const shared_reply& then);
  void settle(const shipflow::request& q, const shared_reply& then);
  void resolve(const shipflow::request& q, const shared_reply& then);
  void undo(const shipflow::request& q, const shared_reply& then);
  void diagnose(const shipflow::request& q, const shared_reply& then);

  wire& wire_;
};

[[nodiscard]] std::vector<action_spec> all_actions();

}  // namespace shipflow::http_provider
