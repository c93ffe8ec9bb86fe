#include "plan/ranges.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace shipflow::planning {
namespace {

using whole = std::numeric_limits<std::int64_t>;

// What is compared, and the words around it: "must be 1m to 1h", "must have 1 to 63 bytes".
struct measure {
  double size = 0;
  std::string shown;
  std::string verb = "be ";
  std::string unit = {};
};

std::string number_text(const json::value& number) {
  if (!number.is_double()) return json::serialize(number);
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), number.get_double());
  return {text.data(), written.ptr};
}

std::optional<measure> measured(const std::string& type, const json::value& value) {
  if (type == "integer" || type == "number") return measure{value.to_number<double>(), number_text(value)};
  if (type == "strings") {
    const auto count = value.get_array().size();
    return measure{static_cast<double>(count), std::to_string(count), "have ", " items"};
  }
  const auto* text = value.if_string();
  if (text == nullptr) return std::nullopt;
  if (type == "string")
    return measure{static_cast<double>(text->size()), std::to_string(text->size()), "have ", " bytes"};
  const auto lasts = type == "duration" ? parse_duration(std::string_view(*text)) : duration{0};
  if (type != "duration" || !lasts) return std::nullopt;
  return measure{static_cast<double>(lasts->count()), format_duration(*lasts)};
}

std::string shown(std::int64_t bound, const std::string& type) {
  return type == "duration" ? format_duration(duration{bound}) : std::to_string(bound);
}

std::string shown(const number_range& r, const std::string& type) {
  if (r.least == r.most) return shown(r.least, type);
  if (r.most == whole::max()) return "at least " + shown(r.least, type);
  if (r.least == whole::min()) return "at most " + shown(r.most, type);
  return shown(r.least, type) + " to " + shown(r.most, type);
}

}  // namespace

std::string out_of_ranges(const field_spec& field, const json::value& value) {
  const auto m = field.ranges.empty() ? std::nullopt : measured(field.type, value);
  if (!m) return {};
  const auto holds = [&](const number_range& r) {
    return static_cast<double>(r.least) <= m->size && m->size <= static_cast<double>(r.most);
  };
  if (std::any_of(field.ranges.begin(), field.ranges.end(), holds)) return {};
  std::string all;
  for (std::size_t i = 0; i < field.ranges.size(); ++i) {
    if (i > 0) all += i + 1 == field.ranges.size() ? " or " : ", ";
    all += shown(field.ranges[i], field.type);
  }
  return "must " + m->verb + all + m->unit + ", not " + m->shown;
}

}  // namespace shipflow::planning
