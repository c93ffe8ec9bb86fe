// Everybody a plan asks: ticks, approves and answers, a minute after being asked at the latest.
#pragma once

#include <shipflow/engine.hpp>

#include <set>
#include <string>

namespace ship {

class people {
 public:
  people(shipflow::scheduler& time, shipflow::engine& e) : time_(time), engine_(e) {}
  /// Says what a run waits for, until it has ended.
  void attend(const std::string& run);

 private:
  void look(const std::string& run);
  void say(const shipflow::run_state& r, const std::string& name, const std::string& role,
           shipflow::json::object body);

  shipflow::scheduler& time_;
  shipflow::engine& engine_;
  std::set<std::string> said_;
};

}  // namespace ship
