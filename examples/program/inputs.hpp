// Documents named on the command line, read and compiled.
#pragma once

#include "arguments.hpp"

#include <shipflow/model.hpp>
#include <shipflow/plan.hpp>

namespace program {

/// Everything a release needs; findings, warnings included, are in `found`.
struct inputs {
  shipflow::plan_document document;
  shipflow::environment where;
  shipflow::release_info what;
  shipflow::json::object parameters;
  shipflow::diagnostics found;
};

/// Reads the plan, and the environment and release when they are named.
[[nodiscard]] inputs read_inputs(const arguments& given);
/// Compiles what was read; findings are added.
[[nodiscard]] shipflow::plan compile_inputs(inputs& read, const shipflow::catalogue& offers);

}  // namespace program
