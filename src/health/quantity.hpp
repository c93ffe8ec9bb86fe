// Numbers of the condition language: text to value and back, exactly.
#pragma once

#include <shipflow/condition.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace shipflow::health {

/// Shortest text that reads back as the same double.
[[nodiscard]] std::string print_number(double v);
[[nodiscard]] std::string print(const quantity& q);
/// Reads a number without sign or letters; empty when it is none or outside the range of a double.
[[nodiscard]] std::optional<double> read_number(std::string_view text);
/// Reads "5", "1e3", "500ms", "1.5s", "1m30s" (milliseconds); empty when it is none of these.
[[nodiscard]] std::optional<quantity> read_quantity(std::string_view text);
/// As a share or in milliseconds, the form in which readings compare.
[[nodiscard]] double base_value(const quantity& q) noexcept;

}  // namespace shipflow::health
