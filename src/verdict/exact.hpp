// Doubles in JSON, bit by bit.
#pragma once

#include <shipflow/json.hpp>

#include <optional>
#include <span>

namespace shipflow::verdict_room {

/// A double that survives JSON text bit by bit: whole numbers as integers, others as a string.
[[nodiscard]] json::value exact(double v);
[[nodiscard]] std::optional<double> exact_double(const json::value& v);

[[nodiscard]] json::array exact_list(std::span<const double> values);
/// Reads as many as `out` holds, all finite; false when the value has another shape.
[[nodiscard]] bool read_exact_list(const json::value* v, std::span<double> out);
/// A finite double of a member; false when there is none.
[[nodiscard]] bool read_exact(const json::object& o, std::string_view key, double& out);
/// A whole number of a member that is not negative; false when there is none.
[[nodiscard]] bool read_whole(const json::object& o, std::string_view key, std::int64_t& out);

}  // namespace shipflow::verdict_room
