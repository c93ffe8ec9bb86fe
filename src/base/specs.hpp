// How providers write their actions down.
#pragma once

#include <shipflow/provider.hpp>

#include <utility>

namespace shipflow::specs {

/// One that can be undone, and says whether it could be now.
[[nodiscard]] inline action_spec undoable(std::string name, effect_class repeat, restore_rank rank,
                                          std::string resource, std::string help,
                                          std::vector<field_spec> inputs, std::vector<field_spec> outputs) {
  action_spec s;
  s.name = std::move(name);
  s.repeat = repeat;
  s.rank = rank;
  s.help = std::move(help);
  s.inputs = std::move(inputs);
  s.outputs = std::move(outputs);
  s.resources = {std::move(resource)};
  s.tells_ready = true;
  return s;
}

/// The same, of which nothing is put back.
[[nodiscard]] inline action_spec forward_only(action_spec s) {
  s.undo = reversibility::forward_only;
  s.tells_ready = false;
  return s;
}

}  // namespace shipflow::specs
