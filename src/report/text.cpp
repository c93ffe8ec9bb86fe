#include "report/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace shipflow::report {

std::string_view name_of(tone t) noexcept {
  switch (t) {
    case tone::good: return "good";
    case tone::calm: return "calm";
    case tone::warn: return "warn";
    case tone::bad: return "bad";
    case tone::blind: return "blind";
  }
  return "calm";
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t most) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  if (static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins)) <= most)
    return std::string(text);
  std::size_t seen = 0, at = 0;
  const auto kept = most < 4 ? most : most - 3;
  while (at < text.size() && (seen < kept || !begins(text[at]))) seen += begins(text[at++]) ? 1U : 0U;
  return std::string(text.substr(0, at)) + (most < 4 ? "" : "...");
}

std::string short_number(double v) {
  std::array<char, 32> buffer{};
  const bool plain = std::fabs(v) >= 1000 && std::fabs(v) < 1e7;  // 4500 and not 4.5e+03
  std::snprintf(buffer.data(), buffer.size(), plain ? "%.0f" : "%.3g", v == 0 ? 0.0 : v);
  return buffer.data();
}

std::vector<double> round_ticks(double low, double high, std::size_t most) {
  if (!(high > low) || !std::isfinite(low) || !std::isfinite(high) || most == 0) return {low};
  const double rough = (high - low) / static_cast<double>(most);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = power * 10;
  for (const double factor : {1.0, 2.0, 5.0})
    if (power * factor >= rough) {
      step = power * factor;
      break;
    }
  std::vector<double> out;
  for (auto i = std::ceil(low / step); i * step <= high + step * 1e-9 && out.size() < most + 1; ++i)
    out.push_back(i * step);
  return out;
}

std::string sparkline(const std::vector<std::optional<double>>& values, std::size_t width, double low,
                      double high) {
  static constexpr std::array<const char*, 8> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto columns = std::min(width, values.size());
  std::string out;
  for (std::size_t c = 0; c < columns; ++c) {
    std::optional<double> most;
    for (auto i = c * values.size() / columns; i < (c + 1) * values.size() / columns; ++i)
      if (values[i] && std::isfinite(*values[i])) most = std::max(most.value_or(*values[i]), *values[i]);
    if (!most) {
      out += "·";
      continue;
    }
    const double share = high > low ? std::clamp((*most - low) / (high - low), 0.0, 1.0) : 0.0;
    out += blocks.at(static_cast<std::size_t>(std::lround(share * 7)));
  }
  return out;
}

}  // namespace shipflow::report
