// The actions, each a set of verbs.
#pragma once

#include "provider/rds/snapshots.hpp"

#include <vector>

namespace shipflow::rds {

[[nodiscard]] std::vector<action_spec> action_specs();
/// Those that a component bound like this has.
[[nodiscard]] result<std::vector<action_spec>> actions_for(const json::object& target);

/// Carries out one call.
[[nodiscard]] answer carry_out(aws::desk& on, const request& q);

[[nodiscard]] answer snapshot(session& s);
[[nodiscard]] answer verify(session& s);
[[nodiscard]] answer backup(session& s);
[[nodiscard]] answer prune(session& s);
/// So many snapshots it can be told to keep.
inline constexpr int most_keep = 10'000;
[[nodiscard]] answer restore(session& s);
[[nodiscard]] answer discard(session& s);
/// The same for a component that is bound to a cluster.
[[nodiscard]] answer restore_cluster(session& s);
[[nodiscard]] answer discard_cluster(session& s);

/// How soon to look again at what takes minutes, so long after it began.
[[nodiscard]] duration look_again(duration since);

}  // namespace shipflow::rds
