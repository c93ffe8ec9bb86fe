// What the action `probe.wait` waits for, and how far each probe is.
#pragma once

#include <shipflow/probe.hpp>
#include <shipflow/provider.hpp>

#include <optional>
#include <string>
#include <vector>

namespace shipflow::probing {

/// One probe of a waiting step.
struct awaited {
  std::string name;
  std::string kind;
  std::string component;
  json::object spec;
  json::object target;
  duration every{5'000};
  duration timeout{2'000};
  int rise = 2;

  int row = 0;       ///< passes in a row
  time_point due{};  ///< of the next look
  std::string seen = "not looked at yet";

  [[nodiscard]] bool up() const { return row >= rise; }
  void take(const probe_answer& a);
};

struct wait_inputs {
  std::vector<awaited> probes;
  std::optional<duration> within;
};
[[nodiscard]] result<wait_inputs> read_wait(const json::object& inputs);

/// "api up, db 1 of 2 passes (connection refused)".
[[nodiscard]] std::string describe(const std::vector<awaited>& probes);

}  // namespace shipflow::probing
