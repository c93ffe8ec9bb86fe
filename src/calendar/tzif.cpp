// TZif, RFC 8536: a header and data with 32-bit times that are skipped, the same with 64-bit times, and the
// rule for what lies behind them.
#include "calendar/zone.hpp"

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::size_t header_size = 44;
constexpr std::int64_t from_2020 = 1'577'836'800;
constexpr std::int64_t to_2500 = 16'725'225'600;

struct counts {
  std::uint32_t isut, isstd, leap, time, type, chars;
};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::optional<counts> read_header(std::string_view at) {
  if (at.size() < header_size || at.substr(0, 4) != "TZif" || at[4] < '2') return std::nullopt;
  const auto number = [&](std::size_t i) {
    return static_cast<std::uint32_t>(big_endian(at.substr(20 + 4 * i, 4)));
  };
  const counts c{number(0), number(1), number(2), number(3), number(4), number(5)};
  // Real files have some hundreds of changes and a handful of types.
  const bool sane = c.time <= 4'096 && c.type >= 1 && c.type <= 256 && c.chars <= 4'096 && c.leap <= 4'096 &&
                    c.isut <= 256 && c.isstd <= 256;
  return sane ? std::optional{c} : std::nullopt;
}

std::size_t body_size(const counts& c, std::size_t width) {
  return c.time * width + c.time + std::size_t{c.type} * 6 + c.chars + c.leap * (width + 4) + c.isstd +
         c.isut;
}

std::optional<zone_rules> read(std::string_view file) {
  const auto first = read_header(file);
  if (!first) return std::nullopt;
  const auto second_at = header_size + body_size(*first, 4);
  if (file.size() < second_at) return std::nullopt;
  const auto second = file.substr(second_at);
  const auto c = read_header(second);
  if (!c || second.size() < header_size + body_size(*c, 8) + 2) return std::nullopt;
  auto footer = second.substr(header_size + body_size(*c, 8));
  if (footer.front() != '\n') return std::nullopt;
  footer.remove_prefix(1);
  zone_rules to;
  to.rule = std::string(footer.substr(0, footer.find('\n')));
  const auto rule = calendar_room::parse_posix_rule(to.rule);
  if (!rule) return std::nullopt;

  const auto times = second.substr(header_size);
  const auto indexes = times.substr(c->time * 8ULL);
  const auto types = indexes.substr(c->time);
  for (std::uint32_t i = 0; i < c->time; ++i) {
    const auto at = static_cast<std::int64_t>(big_endian(times.substr(i * 8ULL, 8)));
    const auto type = static_cast<unsigned char>(indexes[i]);
    if (type >= c->type || at > to_2500) return std::nullopt;
    const auto offset = static_cast<std::int32_t>(big_endian(types.substr(type * 6ULL, 4)));
    if (offset <= -15 * 3600 || offset >= 15 * 3600) return std::nullopt;
    if (at < from_2020 && !to.changes.empty()) to.changes.clear();
    to.changes.emplace_back(at, offset);
  }
  // What the rule says as well is left to it, from the end on.
  const auto explained = [&](std::size_t i) {
    const auto [at, offset] = to.changes[i];
    const auto before = i == 0 ? rule->offset(at - 1) : to.changes[i - 1].second;
    if (rule->offset(at) != offset || rule->offset(at - 1) != before) return false;
    // Between two changes the rule must not make one of its own; no summer time is shorter than a week.
    constexpr std::int64_t week = std::int64_t{7} * 86'400;
    const auto from = i == 0 ? at : std::max(to.changes[i - 1].first, from_2020);
    for (auto t = from; t < at; t += week)
      if (rule->offset(t) != before) return false;
    return true;
  };
  while (!to.changes.empty() && (explained(to.changes.size() - 1) || to.changes.back().first < from_2020))
    to.changes.pop_back();
  return to;
}

}  // namespace

result<zone_rules> read_zone(std::string_view tzif) {
  if (auto zone = read(tzif)) return std::move(*zone);
  return make_error(errc::invalid_document, "it is no TZif file of version 2 or later");
}

}  // namespace v1
}  // namespace shipflow
