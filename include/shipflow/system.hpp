// The real process environment and files, for programs; the library itself reads neither.
#pragma once

#include <shipflow/engine.hpp>
#include <shipflow/model.hpp>

#include <string>

namespace shipflow {
inline namespace v1 {

/// The process environment, and files of at most 64 KiB whose last newline is cut.
[[nodiscard]] variable_sources system_variable_sources();

/// The value of a secret from where a variable says it is: "env:NAME" or "file:PATH". The
/// message names the place, never the value.
[[nodiscard]] result<std::string> read_secret(const std::string& source);

/// `read_secret` as `engine_options::secrets` wants it.
void system_secrets(const std::string& source, const secret_reply& done);

}  // namespace v1
}  // namespace shipflow
