#include "health/quantity.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace shipflow::health {
namespace {

struct unit_factor {
  std::string_view name;
  double ms;
};
constexpr std::array factors{unit_factor{"ms", 1}, unit_factor{"s", 1'000}, unit_factor{"m", 60'000},
                             unit_factor{"h", 3'600'000}, unit_factor{"d", 86'400'000}};

struct cut_number {
  double value = 0;
  std::string_view rest;
};

std::optional<cut_number> cut(std::string_view text) {
  cut_number out;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out.value);
  if (ec != std::errc{} || !std::isfinite(out.value) || std::signbit(out.value)) return std::nullopt;
  out.rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return out;
}

}  // namespace

std::string print_number(double v) {
  std::array<char, 40> buffer{};
  const auto [end, ec] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v);
  return {buffer.data(), end};
}

std::string print(const quantity& q) {
  if (q.unit == quantity_unit::none) return print_number(q.number);
  if (q.unit == quantity_unit::percent) return print_number(q.number) + "%";
  constexpr double longest_ms = 10'000.0 * 86'400'000.0;
  const double size = std::fabs(q.number);
  if (size != std::floor(size) || size > longest_ms) return print_number(q.number) + "ms";
  return (q.number < 0 ? "-" : "") + format_duration(duration{static_cast<std::int64_t>(size)});
}

std::optional<double> read_number(std::string_view text) {
  const auto number = cut(text);
  if (!number || !number->rest.empty()) return std::nullopt;
  return number->value;
}

std::optional<quantity> read_quantity(std::string_view text) {
  const auto number = cut(text);
  if (!number) return std::nullopt;
  if (number->rest.empty()) return quantity{number->value, quantity_unit::none};
  for (const auto& f : factors) {
    if (f.name != number->rest) continue;
    const double ms = number->value * f.ms;
    if (!std::isfinite(ms)) return std::nullopt;
    return quantity{ms, quantity_unit::time};
  }
  const auto sum = parse_duration(text);
  if (!sum) return std::nullopt;
  return quantity{static_cast<double>(sum->count()), quantity_unit::time};
}

double base_value(const quantity& q) noexcept {
  return q.unit == quantity_unit::percent ? q.number / 100.0 : q.number;
}

}  // namespace shipflow::health
