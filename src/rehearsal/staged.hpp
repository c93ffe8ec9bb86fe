// A plan made ready for many runs: what does not change from one to the next.
#pragma once

#include "rehearsal/readings.hpp"

#include <shipflow/rehearsal.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace shipflow::rehearsal {

struct staged {
  std::shared_ptr<const plan> what;
  known_readings known;
  start_options start;
  std::vector<std::string> probe_kinds;
  std::vector<std::string> metric_names;
  std::function<rehearsal_world(const std::shared_ptr<world>&)> make_world;
  duration patience{0};
  /// When a step begins and ends at the earliest, from the start of the run; taken from the undisturbed one.
  std::vector<std::pair<duration, duration>> earliest;
};

/// Errors: `invalid_argument`.
[[nodiscard]] result<staged> stage(const plan& what, const rehearsal_options& options);

/// Models for the providers of a plan that `given` has none for, from the declared classes of its steps.
[[nodiscard]] std::vector<std::shared_ptr<world_model>> models_for(
    const plan& what, const std::shared_ptr<world>& where, std::vector<std::shared_ptr<world_model>> given);

/// Somebody who is in one of the roles; nobody in none.
struct person {
  std::string principal;
  std::vector<std::string> groups;
};
/// `nth` of the members of a role; a group has as many members as are wanted.
[[nodiscard]] person member_of(const plan& what, const std::string& role, int nth);
/// Somebody who is in the first of `roles`; anybody when there are none.
[[nodiscard]] person somebody(const plan& what, const std::vector<std::string>& roles);

}  // namespace shipflow::rehearsal
