#include <shipflow/time.hpp>

#include <doctest/doctest.h>

#include <random>

using namespace shipflow;
using namespace std::chrono_literals;

TEST_CASE("base/time: durations are read with their units") {
  const auto check = [](std::string_view text, duration expected) {
    CAPTURE(text);
    const auto read = parse_duration(text);
    REQUIRE(read.has_value());
    CHECK(*read == expected);
  };
  check("0s", 0ms);
  check("250ms", 250ms);
  check("30s", 30s);
  check("10m", 10min);
  check("24h", 24h);
  check("7d", 7 * 24h);
  check("1h30m", 90min);
  check("1d2h3m4s5ms", 26h + 3min + 4s + 5ms);
  check("10000d", 10000 * 24h);
}

TEST_CASE("base/time: what is no duration is refused with a remedy") {
  for (const std::string_view text : {"",
                                      "10",
                                      "-5s",
                                      "+5s",
                                      "5 s",
                                      " 5s",
                                      "5s ",
                                      "s",
                                      "1.5h",
                                      "5x",
                                      "5msm",
                                      "1h30",
                                      "10001d",
                                      "9223372036854775807d",
                                      "99999999999999999999s",
                                      "9999d99999h",
                                      "5M",
                                      "1h-1m",
                                      "ms",
                                      "5mss"}) {
    CAPTURE(text);
    const auto read = parse_duration(text);
    REQUIRE(!read.has_value());
    CHECK(read.error().code == errc::invalid_argument);
    CHECK(read.error().message.find("write for example") != std::string::npos);
  }
  CHECK(parse_duration("10").error().message.find("has no unit") != std::string::npos);
  CHECK(parse_duration(std::string(100'000, 'x')).error().message.size() < 200);
}

TEST_CASE("base/time: a duration has one shortest text, and it reads back") {
  CHECK(format_duration(0ms) == "0s");
  CHECK(format_duration(90s) == "1m30s");
  CHECK(format_duration(250ms) == "250ms");
  CHECK(format_duration(24h) == "1d");
  CHECK(format_duration(-1s) == "-1s");
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const duration d{static_cast<std::int64_t>(random() % 864'000'000'000ULL) >> (random() % 40)};
    const auto read = parse_duration(format_duration(d));
    REQUIRE(read.has_value());
    CHECK(*read == d);
  }
}

TEST_CASE("base/time: times are written in UTC with milliseconds") {
  CHECK(format_time(from_ms(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(format_time(from_ms(-1)) == "1969-12-31T23:59:59.999Z");
  CHECK(format_time(from_ms(1'795'241'940'123)) == "2026-11-21T06:19:00.123Z");
  CHECK(format_time(from_ms(951'782'400'000)) == "2000-02-29T00:00:00.000Z");
}

TEST_CASE("base/time: times are read with or without a fraction") {
  const auto check = [](std::string_view text, std::int64_t expected) {
    CAPTURE(text);
    const auto read = parse_time(text);
    REQUIRE(read.has_value());
    CHECK(to_ms(*read) == expected);
  };
  check("1970-01-01T00:00:00Z", 0);
  check("2026-11-21T06:19:00Z", 1'795'241'940'000);
  check("2026-11-21T06:19:00.5Z", 1'795'241'940'500);
  check("2026-11-21T06:19:00.123999Z", 1'795'241'940'123);
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto t = from_ms(static_cast<std::int64_t>(random() % 250'000'000'000'000ULL));
    const auto read = parse_time(format_time(t));
    REQUIRE(read.has_value());
    CHECK(*read == t);
  }
}

TEST_CASE("base/time: what is no time is refused") {
  for (const std::string_view text :
       {"", "now", "2026-11-21", "2026-11-21T06:19:00", "2026-11-21 06:19:00Z", "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T06:60:00Z", "2026-11-21T06:19:60Z",
        "2026-11-21T06:19:00+01:00", "2026-11-21T06:19:00.Z", "2026-11-21T06:19:00ZZ",
        " 2026-11-21T06:19:00Z", "2026-11-21T 6:19:00Z", "+026-11-21T06:19:00Z", "2026--1-21T06:19:00Z",
        "26-11-21T06:19:00Z", "2026-1-2T3:4:5Z"}) {
    CAPTURE(text);
    const auto read = parse_time(text);
    CHECK(!read.has_value());
  }
}
