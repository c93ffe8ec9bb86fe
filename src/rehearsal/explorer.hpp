// Which runs a rehearsal consists of, and what it says about all of them.
#pragma once

#include "rehearsal/scene.hpp"

#include <random>

namespace shipflow::rehearsal {

/// May this kind of fault happen at a step, as far as the plan tells?
[[nodiscard]] bool may_happen(const plan& what, step_index i, const std::string& kind);

/// Faults at random: one to four, now and then at the way back.
[[nodiscard]] std::vector<fault> random_faults(const plan& what, std::mt19937_64& random);

[[nodiscard]] std::string replay_line(std::uint64_t seed, const std::vector<fault>& faults);

/// The fewest of `faults` with which `check` still fails, leaving out one at a time.
[[nodiscard]] std::vector<fault> shrink(const staged& s, std::vector<fault> faults, std::uint64_t seed,
                                        const std::string& check);

}  // namespace shipflow::rehearsal
