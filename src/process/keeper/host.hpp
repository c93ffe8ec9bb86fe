// The keeper's side of the socket to the library.
#pragma once

#include "process/keeper.hpp"

namespace shipflow::process {

/// Reads the whole spec. A library that was killed half-way leaves an end instead: nothing is run.
[[nodiscard]] result<keeper_spec> receive_spec(int socket);

/// Says how the start went. Nobody may be listening any more, which is fine.
void send_answer(int socket, const result<void>& answer);

}  // namespace shipflow::process
