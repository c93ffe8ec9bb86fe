// Guards that compare the new version with the one before.
#pragma once

#include <shipflow/plan.hpp>

#include <string>
#include <vector>

namespace shipflow::planning {

/// What the silence of a new version lasts at least when nobody says how long.
inline constexpr duration usual_silence{60'000};

/// Does one of its conditions hold `worse` or `no_worse`?
[[nodiscard]] bool compares_arms(const plan_guard& g);
/// True when the new version's series were silent for `lasts` and the old one's were not. A counter is also silent
/// when it does not grow: a load balancer goes on counting for a fleet that gets no answer through.
[[nodiscard]] std::string silence_condition(const json::object& metrics, duration lasts);
/// Why the paces of its `worse` cannot be chosen by a calibration; empty: they can.
[[nodiscard]] std::string calibration_trouble(const plan_guard& g);
/// Makes the alphas of all `worse` add up to `alpha` ("0.1%"), each in proportion to what it was.
void share_alpha(const std::string& alpha, std::vector<plan_guard>& guards);

}  // namespace shipflow::planning
