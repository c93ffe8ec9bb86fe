// Signature version 4 from the server's side, strictly: every signed header, the body's hash, the clock.
#pragma once

#include "message.hpp"

namespace tests {

/// The only key that is known.
inline constexpr const char* known_key = "AKIDEXAMPLE";
inline constexpr const char* known_secret = "wJalrXUtnFEMI";

/// "ecs" of "Credential=AKIDEXAMPLE/20260303/eu-central-1/ecs/aws4_request"; empty without a signature.
[[nodiscard]] std::string signing_name(const message& m);
/// What the caller dates it by.
[[nodiscard]] std::optional<shipflow::time_point> date_of(const message& m);
/// Code of the refusal, or empty. `by_clock`: the date must be about now.
[[nodiscard]] std::string check_signature(const message& m, bool by_clock);

}  // namespace tests
