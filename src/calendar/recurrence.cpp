#include "calendar/recurrence.hpp"

#include "calendar/text.hpp"

namespace shipflow::calendar_room {
namespace {

using unit = recurrence::unit;

error bad(std::string_view part, const std::string& why) {
  return make_error(errc::invalid_document, "RRULE part `" + std::string(part.substr(0, 40)) + "` " + why);
}

// [+-]digits, at most three of them.
std::optional<int> whole(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 4) return std::nullopt;
  const auto value = digits(text, text.size());
  return value && minus ? std::optional{-*value} : value;
}

std::optional<std::vector<int>> numbers(std::string_view list, int most, bool negative) {
  std::vector<int> out;
  for (const auto text : split(list, ',')) {
    const auto n = whole(text);
    if (!n || *n == 0 || *n > most || *n < (negative ? -most : 1) || out.size() > 62) return std::nullopt;
    out.push_back(*n);
  }
  return out;
}

std::optional<std::vector<std::pair<int, unsigned>>> weekday_list(std::string_view list) {
  std::vector<std::pair<int, unsigned>> out;
  for (const auto text : split(list, ',')) {
    if (text.size() < 2 || out.size() > 62) return std::nullopt;
    const auto day = weekday_of_rule(text.substr(text.size() - 2));
    const auto ordinal = text.substr(0, text.size() - 2);
    const auto n = ordinal.empty() ? std::optional{0} : whole(ordinal);
    if (!day || !n || *n > 53 || *n < -53 || (*n == 0 && !ordinal.empty())) return std::nullopt;
    out.emplace_back(*n, *day);
  }
  return out;
}

std::optional<std::chrono::sys_days> until_of(std::string_view text) {
  if (text.size() != 8 && text.size() != 15 && text.size() != 16) return std::nullopt;
  if (!digits(text, 8)) return std::nullopt;
  return parse_day(std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" +
                   std::string(text.substr(6, 2)));
}

std::optional<unit> unit_named(std::string_view text) {
  if (text == "DAILY") return unit::daily;
  if (text == "WEEKLY") return unit::weekly;
  if (text == "MONTHLY") return unit::monthly;
  if (text == "YEARLY") return unit::yearly;
  return std::nullopt;
}

template <class T>
bool put(std::optional<T> read, T& to) {
  if (read) to = std::move(*read);
  return read.has_value();
}

// False: the value is wrong; nothing: there is no such part.
std::optional<bool> read_part(std::string_view name, std::string_view value, recurrence& r) {
  if (name == "FREQ") return put(unit_named(value), r.every);
  if (name == "INTERVAL") return put(whole(value), r.interval) && r.interval >= 1;
  if (name == "COUNT") return put(whole(value), r.count) && r.count >= 1 && r.count <= 1000;
  if (name == "BYMONTH") return put(numbers(value, 12, false), r.months);
  if (name == "BYMONTHDAY") return put(numbers(value, 31, true), r.month_days);
  if (name == "BYDAY") return put(weekday_list(value), r.weekdays);
  if (name == "WKST") return put(weekday_of_rule(value), r.week_start);
  if (name == "UNTIL") {
    r.until = until_of(value);
    return r.until.has_value();
  }
  return std::nullopt;
}

}  // namespace

result<recurrence> parse_recurrence(std::string_view rule) {
  recurrence r;
  std::string seen = ";";
  for (const auto part : split(rule, ';')) {
    const auto equals = part.find('=');
    const auto name = std::string(part.substr(0, equals));
    if (equals == std::string_view::npos) return bad(part, "has no value");
    if (seen.find(";" + name + ";") != std::string::npos) return bad(part, "stands there twice");
    seen += name + ";";
    const auto read = read_part(name, part.substr(equals + 1), r);
    if (!read) return bad(part, "is not known to this version");
    if (!*read) return bad(part, "has a value that is not allowed");
  }
  if (!seen.starts_with(";FREQ;") && seen.find(";FREQ;") == std::string::npos)
    return bad(rule, "is missing: FREQ");
  if (r.count != 0 && r.until) return bad(rule, "has both COUNT and UNTIL");
  const bool ordinals =
      std::any_of(r.weekdays.begin(), r.weekdays.end(), [](const auto& d) { return d.first != 0; });
  if (ordinals && r.every != unit::monthly && r.every != unit::yearly)
    return bad(rule, "has a numbered BYDAY, which only months and years have");
  if (!r.month_days.empty() && r.every == unit::weekly) return bad(rule, "has BYMONTHDAY with FREQ=WEEKLY");
  return r;
}

}  // namespace shipflow::calendar_room
