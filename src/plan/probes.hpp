// Probes of an environment, as guards and `probe` steps need them.
#pragma once

#include "plan/builder.hpp"

#include <optional>
#include <string>

namespace shipflow::planning {

struct probe_settings {
  std::string name;
  std::string kind;
  json::object spec;  ///< the whole mapping, rendered
  std::string component;
  json::object target;
  std::string severity = "SEV1";
  duration every{5'000};
  duration timeout{2'000};
  int rise = 2;
  int fall = 3;
};

/// The probe of that name; a finding, at `at` or at the probe, and nothing when it cannot be used.
[[nodiscard]] std::optional<probe_settings> read_probe(const surroundings& all, const std::string& name,
                                                       const node& at);
/// {kind, spec, component, target, every, timeout, rise, fall}: what the action `probe.wait` gets.
[[nodiscard]] json::object to_json(const probe_settings& p);

}  // namespace shipflow::planning
