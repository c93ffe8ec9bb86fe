// A claimed run read back, with a plan that many of its kind may share.
#pragma once

#include <shipflow/engine.hpp>

#include <memory>

namespace shipflow::engine_room {

/// As `shipflow::load_run`; the caller has the plan that `row.plan_digest` names.
[[nodiscard]] result<run_state> load_run(store& keep, const run_row& row, std::shared_ptr<const plan> what);

}  // namespace shipflow::engine_room
