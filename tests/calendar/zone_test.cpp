#include "at.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <random>

using namespace shipflow_test;
using shipflow::zone_rules;

TEST_CASE("calendar/zone: offsets agree with the C library from 2020 to 2045") {
  const std::array<const char*, 9> zones{"Europe/Berlin", "America/New_York",    "Africa/Casablanca",
                                         "Asia/Tehran",   "Australia/Lord_Howe", "Asia/Kathmandu",
                                         "America/Nuuk",  "Pacific/Apia",        "Africa/Cairo"};
  const char* before = std::getenv("TZ");
  const std::string kept = before == nullptr ? "" : before;
  std::mt19937_64 dice(20'261'126);
  for (const auto* name : zones) {
    const auto rules = zone_of(name);
    ::setenv("TZ", name, 1);
    ::tzset();
    int wrong = 0;
    for (int i = 0; i < 4'000; ++i) {
      const auto seconds = static_cast<std::time_t>(1'577'836'800 + dice() % 800'000'000);
      std::tm local{};
      ::localtime_r(&seconds, &local);
      const auto ours =
          shipflow::offset_at(rules, shipflow::from_ms(static_cast<std::int64_t>(seconds) * 1000));
      if (!ours || *ours != local.tm_gmtoff) ++wrong;
    }
    CAPTURE(name);
    CHECK(wrong == 0);
  }
  before == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", kept.c_str(), 1);
  ::tzset();
}

TEST_CASE("calendar/zone: both sides of a change, to the second") {
  const zone_rules berlin{"CET-1CEST,M3.5.0,M10.5.0/3", {}};
  CHECK(shipflow::offset_at(berlin, at("2027-03-28T00:59:59Z")).value() == 3600);
  CHECK(shipflow::offset_at(berlin, at("2027-03-28T01:00:00Z")).value() == 7200);
  CHECK(shipflow::offset_at(berlin, at("2026-10-25T00:59:59Z")).value() == 7200);
  CHECK(shipflow::offset_at(berlin, at("2026-10-25T01:00:00Z")).value() == 3600);
  const zone_rules sydney{"AEST-10AEDT,M10.1.0,M4.1.0/3", {}};
  CHECK(shipflow::offset_at(sydney, at("2027-01-01T00:00:00Z")).value() == 39'600);
  CHECK(shipflow::offset_at(sydney, at("2027-07-01T00:00:00Z")).value() == 36'000);
  // Days by number: J60 is March 1 in every year, 59 is February 29 in leap years.
  const zone_rules julian{"AAA0BBB,J60/0,J300/0", {}};
  CHECK(shipflow::offset_at(julian, at("2028-02-29T12:00:00Z")).value() == 0);
  CHECK(shipflow::offset_at(julian, at("2028-03-01T00:00:00Z")).value() == 3600);
  const zone_rules counted{"AAA0BBB,59/0,300/0", {}};
  CHECK(shipflow::offset_at(counted, at("2028-02-29T00:00:00Z")).value() == 3600);
}

TEST_CASE("calendar/zone: what is no rule is refused") {
  for (const auto* text : {"", "CET", "C-1", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
                           "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J1",
                           "CET-1CEST,M3.5.0,M10.5.0/168", "CET-1CEST,M3.5.0,M10.5.0 x", "<a>1", "CET-25"}) {
    CAPTURE(text);
    CHECK_FALSE(shipflow::offset_at({text, {}}, at("2026-11-26T00:00:00Z")).has_value());
  }
  CHECK_FALSE(shipflow::offset_at({"UTC0", {{5, 0}, {3, 0}}}, at("2026-11-26T00:00:00Z")).has_value());
}

TEST_CASE("calendar/zone: broken and hostile files are refused or read, never more") {
  std::ifstream in("/usr/share/zoneinfo/Africa/Casablanca", std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(in), {});
  REQUIRE(whole.size() > 200);
  for (std::size_t n = 0; n < whole.size(); n += 7) {
    const bool refused = !shipflow::read_zone(whole.substr(0, n)).has_value();
    CHECK((refused || n > whole.size() - 10));
  }
  std::mt19937 dice(7);
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = whole;
    for (unsigned i = 0; i <= dice() % 4; ++i) bytes[dice() % bytes.size()] = static_cast<char>(dice());
    const auto read = shipflow::read_zone(bytes);
    if (read) (void)shipflow::offset_at(*read, at("2026-11-26T00:00:00Z"));
  }
  CHECK_FALSE(shipflow::read_zone("TZif").has_value());
  CHECK_FALSE(shipflow::read_zone(std::string(100, '\xff')).has_value());
}
