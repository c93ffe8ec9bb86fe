#include "verdict/exact.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace shipflow::verdict_room {

namespace {
constexpr double largest_whole = 9e15;  // below it every whole double is exact
}

json::value exact(double v) {
  if (v == std::floor(v) && std::fabs(v) <= largest_whole && !(v == 0 && std::signbit(v)))
    return static_cast<std::int64_t>(v);
  std::array<char, 40> buffer{};
  const auto [end, ec] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v);
  return json::string(json::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data())));
}

std::optional<double> exact_double(const json::value& v) {
  if (v.is_int64()) return static_cast<double>(v.get_int64());
  if (!v.is_string()) return std::nullopt;
  const auto& text = v.get_string();
  double out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

json::array exact_list(std::span<const double> values) {
  json::array out;
  out.reserve(values.size());
  for (const double v : values) out.push_back(exact(v));
  return out;
}

bool read_exact_list(const json::value* v, std::span<double> out) {
  const auto* list = v == nullptr ? nullptr : v->if_array();
  if (list == nullptr || list->size() != out.size()) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto n = exact_double(list->at(i));
    if (!n || !std::isfinite(*n)) return false;
    out[i] = *n;
  }
  return true;
}

bool read_exact(const json::object& o, std::string_view key, double& out) {
  const auto* v = o.if_contains(key);
  const auto n = v == nullptr ? std::nullopt : exact_double(*v);
  if (!n || !std::isfinite(*n)) return false;
  out = *n;
  return true;
}

bool read_whole(const json::object& o, std::string_view key, std::int64_t& out) {
  const auto* v = o.if_contains(key);
  if (v == nullptr || !v->is_int64() || v->get_int64() < 0) return false;
  out = v->get_int64();
  return true;
}

}  // namespace shipflow::verdict_room
