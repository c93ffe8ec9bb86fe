// From the request of an action to what GitHub is asked, and back.
#pragma once

#include "github/api.hpp"

namespace shipflow::github {

/// `path` within the repository that the inputs name, on public addresses only where they have a true `public_only`; what is asked ends before the request's deadline.
[[nodiscard]] asking asking_for(const request& q, const std::string& path, time_point now);
/// What passes by itself is waited out; whoever asks ends that.
[[nodiscard]] answer not_answered(const error& why);
/// Inputs `repository` and `api_url`: can there be such a place? Error: `invalid_argument`.
[[nodiscard]] result<void> check_place(const json::object& inputs);

}  // namespace shipflow::github
