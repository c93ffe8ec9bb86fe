// From what came over the wire to what it means for the effect.
#pragma once

#include "provider/http/inputs.hpp"

namespace shipflow::http_provider {

/// The answer to `apply`, for a request that may (`put`) or must not (`call`) be repeated blindly.
[[nodiscard]] answer answer_for(const shipflow::request& q, const call_inputs& in, const http::outcome& o,
                                time_point now);
[[nodiscard]] answer answer_to_undo(const asking& undo, const http::outcome& o, time_point now);
[[nodiscard]] answer answer_to_verify(const call_inputs& in, const http::outcome& o, time_point now);
[[nodiscard]] answer answer_to_poll(const call_inputs& in, const http::outcome& o, time_point now);

/// A certain outcome in the handle of a call that can be undone, and back: undo then knows what was
/// captured, and whether there is anything to put back at all.
[[nodiscard]] answer keep_in_handle(answer certain);
[[nodiscard]] answer from_handle(const json::value& handle);
enum class carried_out { yes, no, unknown };
struct recalled {
  carried_out it_was = carried_out::unknown;
  json::object outputs;
};
[[nodiscard]] recalled recall(const json::value& handle);

}  // namespace shipflow::http_provider
