// One call of the engine at work: what it is about, and how AWS is asked.
#pragma once

#include "aws/desk.hpp"
#include "provider/ecs/binding.hpp"

#include <optional>
#include <string>

namespace shipflow::ecs {

using cloud = aws::desk;
using aws::got;

struct session : aws::visit {
  binding bound;

  [[nodiscard]] std::string at(colour c) const { return bound.at[c].cluster + "/" + bound.at[c].service; }
};

}  // namespace shipflow::ecs
