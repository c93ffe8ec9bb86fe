// Did a release prove itself where its environment wants it to? Asked at the start, and again when the start comes.
#pragma once

#include <shipflow/plan.hpp>
#include <shipflow/store.hpp>

#include <string>

namespace shipflow::engine_room {

/// The run in which it did; empty where none is needed: no rule, a hotfix, an emergency that skips the rule.
/// `denied`: why it may not be started; other codes: the store cannot tell.
[[nodiscard]] result<std::string> proved_in(store& keep, const plan& what, const std::string& emergency,
                                            const std::string& hotfix, time_point now);

}  // namespace shipflow::engine_room
