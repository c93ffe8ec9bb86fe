// Times and calendars as tests write them.
#pragma once

#include <shipflow/calendar.hpp>

#include <fstream>
#include <iterator>
#include <string>

namespace shipflow_test {

inline shipflow::time_point at(const std::string& text) { return shipflow::parse_time(text).value(); }

inline shipflow::zone_rules zone_of(const std::string& name) {
  std::ifstream in("/usr/share/zoneinfo/" + name, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  return shipflow::read_zone(bytes).value();
}

inline std::string next_of(const shipflow::timetable& t, const std::string& from,
                           shipflow::openness worst = shipflow::openness::discouraged) {
  const auto found = t.next(at(from), worst);
  return found ? shipflow::format_time(*found) : "never";
}

}  // namespace shipflow_test
