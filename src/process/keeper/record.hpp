// What the keeper writes into its home.
#pragma once

#include "process/home.hpp"
#include "process/keeper.hpp"

namespace shipflow::process {

/// The mark that the home is used, on disk before the program starts. Secrets are `***`, and of the
/// environment only the names are written.
[[nodiscard]] result<void> write_spec(const home_files& files, const keeper_spec& spec);

void write_running(const home_files& files, const state& now);

/// Removes what only serves a running program. Before the status: who sees that may remove the home.
void erase_temporaries(const home_files& files);

/// How it ended, on disk. A full disk is waited out; gives up when the home is gone or after ten
/// minutes, and the home is `lost` then.
void write_status(const home_files& files, const state& end);

/// Takes back `write_spec` when nothing ran.
void erase_spec(const home_files& files);

}  // namespace shipflow::process
