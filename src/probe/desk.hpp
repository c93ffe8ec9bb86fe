// Where looks wait for a slot.
#pragma once

#include "probe/kinds.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <set>

namespace shipflow::probing {

class desk;

/// One look from being asked to its answer. Used on the desk's executor only.
class ticket : public std::enable_shared_from_this<ticket> {
 public:
  using clock = std::chrono::steady_clock;

  /// `deadline` on the steady clock, so that a jump of the wall clock neither ends nor keeps it.
  ticket(std::shared_ptr<desk> at, probe_request q, clock::time_point deadline,
         std::function<void(probe_answer)> done);
  ~ticket();
  ticket(const ticket&) = delete;
  ticket& operator=(const ticket&) = delete;

  void arrive();
  void begin();
  /// Unavailable, with that text, unless it was answered.
  void give_up(std::string why);

 private:
  void on_seen(seen s);
  void answer(probe_answer a);

  std::shared_ptr<desk> desk_;
  probe_request q_;
  clock::time_point asked_;
  clock::time_point deadline_;
  clock::time_point begun_{};
  std::function<void(probe_answer)> done_;
  std::unique_ptr<prepared_look> look_;
  boost::asio::steady_timer timer_;
  std::stop_source stop_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  bool has_slot_ = false;
};

class desk : public std::enable_shared_from_this<desk> {
 public:
  desk(surroundings tools, std::size_t parallel) : with(std::move(tools)), parallel_(parallel) {}

  /// Gives a slot now or later.
  void ask(const std::shared_ptr<ticket>& t);
  void give_back();
  void close();

  surroundings with;
  bool closed = false;
  std::set<ticket*> live;

 private:
  void serve();

  std::size_t parallel_;
  std::size_t taken_ = 0;
  std::deque<std::weak_ptr<ticket>> waiting_;
};

}  // namespace shipflow::probing
