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
  std::vector<std::string> environments;  ///< all that the document names
  shipflow::release_info what;
  shipflow::json::object parameters;
  shipflow::diagnostics found;
};

/// A plan alone; `invalid_document` with everything that is wrong with it.
[[nodiscard]] shipflow::result<shipflow::plan_document> read_plan_file(const std::string& path);
/// Reads the plan, and the environment and release when they are named.
[[nodiscard]] inputs read_inputs(const arguments& given);
/// Compiles what was read; findings are added.
[[nodiscard]] shipflow::plan compile_inputs(inputs& read, const shipflow::catalogue& offers);

}  // namespace program
