// The Date header of a reply (RFC 9110 5.6.7, the fixed form).
#pragma once

#include <shipflow/time.hpp>

#include <optional>
#include <string_view>

namespace shipflow::aws {

/// "Thu, 26 Nov 2026 01:48:22 GMT"; nothing when it is not of this form.
[[nodiscard]] std::optional<time_point> parse_http_date(std::string_view text);

}  // namespace shipflow::aws
