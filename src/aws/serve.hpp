// A provider from a function that carries out one call over a desk, on threads of its own.
#pragma once

#include "aws/desk.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace shipflow::aws {

struct served {
  std::string name;
  std::vector<action_spec> (*actions)();
  result<std::vector<action_spec>> (*actions_for)(const json::object& target);
  std::function<answer(desk& on, const request& q)> carry_out;  ///< called from several threads
};
/// Threads begin with the first call. The destructor cancels what is under way and joins; calls that have not begun are
/// answered `unknown`. `threads`: 1..64.
[[nodiscard]] std::shared_ptr<provider> serve(served what, aws_options options, int threads);

}  // namespace shipflow::aws
