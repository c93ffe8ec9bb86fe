// What the fold does to steps and to the units of the way back. Only apply() calls it.
#pragma once

#include <shipflow/run.hpp>

#include <string>

namespace shipflow::run {

error corrupt(const fact& f, const std::string& why);

void set_status(run_state& s, step_index i, step_status status);
// A step that is over satisfies its dependants unless it failed.
void finish(run_state& s, step_index i, step_status status, time_point at);
void reopen(run_state& s, step_index i);

// Folds a fact of one step; those of the way back go to fold_undo.
result<void> fold_step(run_state& s, step_index i, const fact& f);
result<void> fold_undo(run_state& s, step_index i, const fact& f);
// Fixes what is to be undone: UNITS is an array of step indices, the last done first.
void fix_units(run_state& s, const json::value& units);

}  // namespace shipflow::run
