// The version of the library, as compiled into the caller.
#pragma once

#define SHIPFLOW_VERSION_MAJOR 0
#define SHIPFLOW_VERSION_MINOR 1
#define SHIPFLOW_VERSION_PATCH 0

namespace shipflow {
inline namespace v1 {

/// The version of the library at run time, for example "0.1.0".
[[nodiscard]] const char* version_string() noexcept;

}  // namespace v1
}  // namespace shipflow
