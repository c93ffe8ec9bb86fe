#include <shipflow/time.hpp>

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

namespace shipflow {
inline namespace v1 {
namespace {

struct unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array units{unit{"d", 86'400'000}, unit{"h", 3'600'000}, unit{"m", 60'000}, unit{"s", 1'000},
                           unit{"ms", 1}};
constexpr std::int64_t longest_ms = 10'000LL * 86'400'000;

error bad_duration(std::string_view text, std::string_view why) {
  return make_error(errc::invalid_argument, "\"" + std::string(text.substr(0, 40)) + "\" " +
                                                std::string(why) + "; write for example 30s, 10m or 1h30m");
}

constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";

bool digit(char c) { return c >= '0' && c <= '9'; }

/// True when the text begins as a time does, `d` standing for a digit.
bool has_shape(std::string_view text) {
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 'd' ? !digit(text[i]) : text[i] != shape[i]) return false;
  return true;
}

/// ".5" is 500 ms, nothing is 0 ms; digits after the third are cut off.
std::optional<duration> milliseconds_of(std::string_view fraction) {
  if (fraction.empty()) return duration{0};
  if (fraction.front() != '.' || fraction.size() == 1) return std::nullopt;
  int ms = 0;
  int scale = 100;
  for (const char c : fraction.substr(1)) {
    if (!digit(c)) return std::nullopt;
    ms += (c - '0') * scale;
    scale /= 10;
  }
  return duration{ms};
}

const unit* find_unit(std::string_view name) {
  for (const auto& u : units)
    if (u.name == name) return &u;
  return nullptr;
}

}  // namespace

std::string format_duration(duration d) {
  auto rest = d.count();
  if (rest == 0) return "0s";
  std::string out = rest < 0 ? "-" : "";
  if (rest < 0) rest = -rest;
  for (const auto& u : units) {
    const auto n = rest / u.ms;
    if (n == 0) continue;
    out += std::to_string(n) + std::string(u.name);
    rest -= n * u.ms;
  }
  return out;
}

result<duration> parse_duration(std::string_view text) {
  if (text.empty()) return bad_duration(text, "is not a duration");
  std::int64_t total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::int64_t n = 0;
    const auto [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), n);
    if (ec != std::errc{} || n < 0) return bad_duration(text, "is not a duration");
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const auto letters = rest.find_first_not_of("dhms");
    const auto name = rest.substr(0, letters);
    const auto* found = find_unit(name);
    if (found == nullptr) return bad_duration(text, name.empty() ? "has no unit" : "has an unknown unit");
    if (n > longest_ms / found->ms) return bad_duration(text, "is above 10000 days");
    total += n * found->ms;
    if (total > longest_ms) return bad_duration(text, "is above 10000 days");
    rest.remove_prefix(name.size());
  }
  return duration{total};
}

std::string format_time(time_point t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{t - day};
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return out.data();
}

result<time_point> parse_time(std::string_view text) {
  const auto bad = [&] {
    return make_error(errc::invalid_argument, "\"" + std::string(text.substr(0, 40)) +
                                                  "\" is not a time; write for example 2026-11-21T06:19:00Z");
  };
  if (text.size() < shape.size() + 1 || !text.ends_with('Z') || !has_shape(text)) return bad();
  const auto number = [&](std::size_t at, std::size_t length) {
    int out = 0;
    std::from_chars(text.data() + at, text.data() + at + length, out);
    return out;
  };
  const auto ms = milliseconds_of(text.substr(shape.size(), text.size() - shape.size() - 1));
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  if (!ms || !date.ok() || hour > 23 || minute > 59 || second > 59) return bad();
  return time_point{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + *ms;
}

}  // namespace v1
}  // namespace shipflow
