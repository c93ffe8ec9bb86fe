// The actions, each a set of verbs. All run on the provider's worker, with the component locked.
#pragma once

#include "provider/local/component.hpp"
#include "provider/local/fields.hpp"
#include "provider/local/picture.hpp"
#include "provider/local/work.hpp"

#include <shipflow/provider.hpp>

#include <string>
#include <vector>

namespace shipflow::local {

/// One call and what it is about. `base` is the baseline, or the picture now when none was given.
struct job {
  const request& q;
  component& c;
  picture base;
};

/// How an action that brings fleets to a goal is planned. Pure but for the recipe it keeps.
using planner = result<work> (*)(job& j);

[[nodiscard]] result<work> plan_launch(job& j);
[[nodiscard]] result<work> plan_launch_undo(job& j);
[[nodiscard]] result<work> plan_retire(job& j);
[[nodiscard]] result<work> plan_retire_undo(job& j);
[[nodiscard]] result<work> plan_replace(job& j);
[[nodiscard]] result<work> plan_replace_undo(job& j);
[[nodiscard]] result<work> plan_scale(job& j);
[[nodiscard]] result<work> plan_scale_undo(job& j);
[[nodiscard]] result<work> plan_stop(job& j);
[[nodiscard]] result<work> plan_nothing(job& j);

/// Colour an action works on, by its inputs and the baseline.
[[nodiscard]] result<colour> colour_to_launch(const job& j);
[[nodiscard]] result<colour> colour_to_shift(const job& j);
[[nodiscard]] result<colour> colour_to_retire(const job& j);
[[nodiscard]] colour colour_in_place(const job& j);

/// `shift` in all verbs but observe and diagnose.
[[nodiscard]] answer shift(job& j);
/// `maintenance` likewise.
[[nodiscard]] answer maintenance(job& j);

/// Could the fleets of the baseline be launched again?
[[nodiscard]] answer ready_to_undo(const job& j);

/// The evidence for a failure: processes, health and last lines of what is not well.
[[nodiscard]] json::object diagnose(const component& c);

/// Carries out one call.
[[nodiscard]] answer carry_out(ground& on, const request& q);

/// What the provider offers.
[[nodiscard]] std::vector<action_spec> action_specs();

}  // namespace shipflow::local
