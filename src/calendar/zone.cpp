#include "calendar/zone.hpp"

#include <algorithm>

namespace shipflow {
namespace calendar_room {

result<zone> zone::make(const zone_rules& rules) {
  zone z;
  const auto rule = parse_posix_rule(rules.rule);
  if (!rule)
    return make_error(errc::invalid_argument, "`" + rules.rule.substr(0, 60) + "` is no rule of a time zone");
  z.rule_ = *rule;
  z.changes_ = rules.changes;
  if (!std::is_sorted(z.changes_.begin(), z.changes_.end()))
    return make_error(errc::invalid_argument, "the changes of a time zone are not in order");
  return z;
}

int zone::offset(std::int64_t utc) const {
  if (changes_.empty() || utc >= changes_.back().first) return rule_.offset(utc);
  const auto behind = std::upper_bound(changes_.begin(), changes_.end(), utc,
                                       [](std::int64_t t, const auto& c) { return t < c.first; });
  return behind == changes_.begin() ? changes_.front().second : std::prev(behind)->second;
}

std::array<span_of_seconds, 2> zone::moments(std::int64_t midnight, span_of_seconds local) const {
  // No zone is further than 15 hours from UTC, and none changes twice within two days.
  constexpr std::int64_t margin = std::int64_t{15} * 3600;
  auto low = midnight - margin;
  auto high = midnight + 86'400 + margin;
  const auto before = offset(low);
  const auto after = offset(high);
  const span_of_seconds shifted{local.first - before, local.second - before};
  if (before == after) return {shifted, span_of_seconds{0, 0}};
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (offset(middle) == before ? low : high) = middle;
  }
  return {span_of_seconds{shifted.first, std::min(shifted.second, high)},
          span_of_seconds{std::max(local.first - after, high), local.second - after}};
}

}  // namespace calendar_room

inline namespace v1 {

result<int> offset_at(const zone_rules& zone, time_point at) {
  const auto made = calendar_room::zone::make(zone);
  if (!made) return made.error();
  return made->offset(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

}  // namespace v1
}  // namespace shipflow
