#include "calendar/days.hpp"

#include <algorithm>

namespace shipflow::calendar_room {

minutes united(minutes spans) {
  std::sort(spans.begin(), spans.end());
  minutes out;
  for (const auto& s : spans) {
    if (!out.empty() && s.first <= out.back().second)
      out.back().second = std::max(out.back().second, s.second);
    else
      out.push_back(s);
  }
  return out;
}

minutes both(const minutes& a, const minutes& b) {
  minutes out;
  for (const auto& x : a)
    for (const auto& y : b)
      if (std::max(x.first, y.first) < std::min(x.second, y.second))
        out.emplace_back(std::max(x.first, y.first), std::min(x.second, y.second));
  return united(std::move(out));
}

minutes without(const minutes& a, const minutes& b) {
  minutes rest;
  int at = 0;
  for (const auto& y : b) {
    if (y.first > at) rest.emplace_back(at, y.first);
    at = y.second;
  }
  if (at < whole_day) rest.emplace_back(at, whole_day);
  return both(a, rest);
}

}  // namespace shipflow::calendar_room
