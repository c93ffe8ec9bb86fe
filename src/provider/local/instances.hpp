// The processes of a component, each under a keeper.
#pragma once

#include "process/keeper.hpp"
#include "provider/local/component.hpp"

#include <string>

namespace shipflow::local {

/// A free port outside the range the kernel gives to outgoing connections, so that an instance that is
/// started again finds it free again; not one of the book's. `unavailable` when there is none.
[[nodiscard]] result<int> free_port(const ledger& book);

/// Can a server listen there now?
[[nodiscard]] bool port_is_free(const std::string& host, int port);

/// Starts the process of a recorded instance; does nothing when it runs already.
[[nodiscard]] result<void> start_instance(const component& c, const instance& i);

/// Asks it to end and says whether it is over and forgotten.
[[nodiscard]] result<bool> end_instance(const component& c, const instance& i);

/// The last lines of its output, shown, at most `lines` of them.
[[nodiscard]] std::string last_lines(const component& c, const std::string& home, std::size_t lines);

/// "running, started again 2 times", "exited with 1", "ended by signal 9".
[[nodiscard]] std::string describe(const process::state& s);

}  // namespace shipflow::local
