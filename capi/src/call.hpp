// A call for the host: what is asked, and the one place its answer goes to.
#pragma once

#include "handle.hpp"

#include <shipflow/json.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace shipflow_c {

/// Where an answer goes. One implementation per kind of call.
class pending {
 public:
  virtual ~pending() = default;
  /// Reads an answer; throws `failure` when it cannot be read, and then nothing was answered.
  virtual void read(const shipflow::json::object& answer) = 0;
  virtual void read_failure(shipflow_status status, const std::string& message) = 0;
  /// What it means that no answer will ever come.
  virtual void read_loss() = 0;
  /// Hands over what was read.
  virtual void deliver() = 0;
};

class call_registry;

/// Shared by the host's handle and the engine, so that either may go first.
class call_state {
 public:
  call_state(shipflow_call_kind_t kind, std::string body, std::unique_ptr<pending> to, std::stop_token stop,
             std::weak_ptr<call_registry> registry);
  ~call_state();
  call_state(const call_state&) = delete;
  call_state& operator=(const call_state&) = delete;

  void finish(const shipflow::json::object& answer);
  void fail(shipflow_status status, const std::string& message);
  /// Answers as lost when nobody answered: the handle, or the engine, goes.
  void lose() noexcept;

  [[nodiscard]] bool cancelled() const;
  [[nodiscard]] shipflow_call_kind_t kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& body() const noexcept { return body_; }

 private:
  enum class stage { open, finished, orphaned };
  template <class Read>
  void close(const Read& read);

  mutable std::mutex guard_;
  stage stage_ = stage::open;
  shipflow_call_kind_t kind_;
  std::string body_;
  std::unique_ptr<pending> to_;
  std::stop_token stop_;
  std::weak_ptr<call_registry> registry_;
  std::stop_callback<std::function<void()>> on_stop_;  // last: it is taken away before what it uses
};

/// The open calls of one engine: they are ended with it, so that a late answer reaches nothing that is gone.
class call_registry {
 public:
  /// `wake` tells the host that an answer is no longer wanted; any thread, until `lose_all`.
  /// `quiet`, if any, hears that no call is open any more.
  call_registry(std::function<void()> wake, std::function<void()> quiet)
      : wake_(std::move(wake)), quiet_(std::move(quiet)) {}
  void wake() noexcept;
  void add(const std::shared_ptr<call_state>& call);
  void remove(const call_state* call) noexcept;
  void lose_all() noexcept;
  [[nodiscard]] std::size_t open() const;

 private:
  mutable std::mutex guard_;
  std::function<void()> wake_;
  std::function<void()> quiet_;
  std::map<const call_state*, std::weak_ptr<call_state>> open_;
};

}  // namespace shipflow_c

struct shipflow_call : shipflow_c::handle {
  static constexpr auto kind = shipflow_c::mark::call;
  explicit shipflow_call(std::shared_ptr<shipflow_c::call_state> s) : handle(kind), state(std::move(s)) {}
  ~shipflow_call() { state->lose(); }
  shipflow_call(const shipflow_call&) = delete;
  shipflow_call& operator=(const shipflow_call&) = delete;

  std::shared_ptr<shipflow_c::call_state> state;
  std::atomic<std::uintptr_t> user{0};
};
