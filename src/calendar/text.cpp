#include "calendar/text.hpp"

#include <array>
#include <cstdio>

namespace shipflow::calendar_room {
namespace {

constexpr std::array<const char*, 7> names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 7> rule_names{"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

std::optional<unsigned> index_of(const std::array<const char*, 7>& in, std::string_view text) {
  for (unsigned i = 0; i < in.size(); ++i)
    if (in.at(i) == text) return i;
  return std::nullopt;
}

}  // namespace

std::optional<int> digits(std::string_view text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto end = text.find(at);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

const char* weekday_name(unsigned day) { return names.at(day); }
std::optional<unsigned> weekday_named(std::string_view text) { return index_of(names, text); }
std::optional<unsigned> weekday_of_rule(std::string_view text) { return index_of(rule_names, text); }

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = digits(text, 4);
  const auto m = digits(text.substr(5), 2);
  const auto d = digits(text.substr(8), 2);
  if (!y || !m || !d) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{*y}, std::chrono::month{static_cast<unsigned>(*m)},
                                        std::chrono::day{static_cast<unsigned>(*d)}};
  return day.ok() && *y >= 1900 && *y <= 2199 ? std::optional{std::chrono::sys_days{day}} : std::nullopt;
}

std::string format_day(std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return out.data();
}

}  // namespace shipflow::calendar_room
