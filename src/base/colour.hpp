// The two places a fleet can have, with every provider that shifts traffic between two.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace shipflow {

enum class colour : std::size_t { blue = 0, green = 1 };

inline constexpr std::array both_colours{colour::blue, colour::green};

/// One value per colour.
template <class T>
struct per_colour {
  std::array<T, 2> values{};
  [[nodiscard]] T& operator[](colour c) noexcept { return values[static_cast<std::size_t>(c)]; }
  [[nodiscard]] const T& operator[](colour c) const noexcept { return values[static_cast<std::size_t>(c)]; }
  friend bool operator==(const per_colour&, const per_colour&) = default;
};

[[nodiscard]] constexpr colour other(colour c) noexcept {
  return c == colour::blue ? colour::green : colour::blue;
}
[[nodiscard]] constexpr std::string_view name_of(colour c) noexcept {
  return c == colour::blue ? "blue" : "green";
}
[[nodiscard]] constexpr std::optional<colour> colour_from(std::string_view text) noexcept {
  if (text == "blue") return colour::blue;
  if (text == "green") return colour::green;
  return std::nullopt;
}

}  // namespace shipflow
