// What all exchanges of one client share, and what they have in common.
#pragma once

#include "http/dial.hpp"
#include "http/pool.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <set>
#include <stop_token>

namespace shipflow::http {

class activity;

/// Everything but `executor` is used on that executor only.
class core {
 public:
  core(boost::asio::any_io_executor ex, client_options options)
      : executor(std::move(ex)), idle(std::make_shared<pool>(executor, options)) {}

  void close();

  const boost::asio::any_io_executor executor;
  tls_contexts contexts;
  std::shared_ptr<pool> idle;
  resolver names;

 private:
  friend class activity;
  using live_set = std::set<std::weak_ptr<activity>, std::owner_less<std::weak_ptr<activity>>>;
  live_set live_;  // weak: an activity lives by its pending handlers
  bool closed_ = false;
};

/// Something with a deadline that can be stopped and is answered once.
class activity : public std::enable_shared_from_this<activity> {
 public:
  activity(std::shared_ptr<core> shared, duration deadline, std::stop_token stop);
  virtual ~activity() = default;
  activity(const activity&) = delete;
  activity& operator=(const activity&) = delete;

  /// Posts the beginning to the executor.
  void launch();
  /// Answers with that code, timeout or cancelled, if there was no answer yet.
  virtual void give_up(errc why) = 0;

 protected:
  virtual void begin() = 0;
  /// Disarms deadline and stop; call when answering.
  void settle();
  /// Opens a connection and calls back unless `settle` came first.
  void open(dial_request q, std::function<void(dial_outcome)> done);
  /// How far the opening of a connection is.
  [[nodiscard]] stage opening() const { return dial_ ? dial_->where() : stage::request; }
  [[nodiscard]] duration elapsed() const;
  [[nodiscard]] core& shared() { return *shared_; }

 private:
  void start();

  std::shared_ptr<core> shared_;
  duration limit_;
  std::stop_token stop_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  std::chrono::steady_clock::time_point began_{};
  boost::asio::steady_timer deadline_;
  std::shared_ptr<dial> dial_;
};

}  // namespace shipflow::http
