// From a call to its answer.
#pragma once

#include "provider/site/actions.hpp"

namespace shipflow::site {

/// Verbs that answer at once: observe, diagnose, ready, resolve.
[[nodiscard]] answer glance(session& s);
/// The whole of an effect: of apply, or of undo where the handle says so.
[[nodiscard]] answer effect(session& s, const opener& files);

/// What is started is asked for by this; it holds all that is needed to go on after a crash.
[[nodiscard]] json::object handle_for(const request& q);
[[nodiscard]] bool is_undo(const request& q);
/// The request of the effect that a `settle` is about.
[[nodiscard]] request effect_of(const request& settle);

/// "pages: 120 of 1200 files, 3 of 40 MiB", and a percentage.
[[nodiscard]] answer underway(const progress& p, duration look_again);

[[nodiscard]] bool known_action(std::string_view name);

}  // namespace shipflow::site
