// Reading runs back, for those who know the plan already.
#pragma once

#include <shipflow/engine.hpp>

#include <memory>
#include <string>

namespace shipflow::engine_room {

[[nodiscard]] result<std::shared_ptr<const plan>> read_stored_plan(store& keep, const std::string& digest);
/// Folds the facts of a run of `what`; checks the chain on the way.
[[nodiscard]] result<run_state> load_run(store& keep, const std::string& run,
                                         std::shared_ptr<const plan> what);

}  // namespace shipflow::engine_room
