// Providers and probes that come with shipflow, by name.
#pragma once

#include "host.hpp"

namespace shipflow_c {

/// Throws `failure`; see shipflow_engine_add_builtin.
void add_builtin(host& at, const std::string& name, const shipflow::json::object& options);

}  // namespace shipflow_c
