// Calendars as environments write them, with files from a double of the disk.
#include "at.hpp"

#include <shipflow/model.hpp>
#include <shipflow/system.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;

namespace {

struct read {
  std::optional<shipflow::release_calendar> calendar;
  std::string findings;
};

read environment_of(const std::string& calendar, const shipflow::variable_sources& sources,
                    const std::string& file = "/etc/shop/environments.yaml") {
  shipflow::diagnostics found;
  const auto doc = shipflow::parse_document(
      "shipflow: 1\nenvironments:\n  production:\n    calendar: " + calendar + "\n", file, found);
  auto e = shipflow::read_environment(doc, "production", sources, found);
  return {e.calendar, found.text()};
}

}  // namespace

TEST_CASE("calendar/environment: the zone's rules and the holidays come from files, beside the document") {
  std::vector<std::string> asked;
  shipflow::variable_sources sources;
  sources.process_environment = [](const std::string& name) {
    return name == "TZDIR" ? std::optional<std::string>("/zones") : std::nullopt;
  };
  sources.file = [&](const std::string& path) -> shipflow::result<std::string> {
    asked.push_back(path);
    if (path == "/zones/Europe/Berlin")
      return shipflow::system_variable_sources().file("/usr/share/zoneinfo/Europe/Berlin");
    return std::string(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261225\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR");
  };
  const auto r =
      environment_of("{ zone: Europe/Berlin, holidays: [de.ics, /srv/all.ics], freeze: holidays }", sources);
  CHECK(r.findings == "");
  REQUIRE(r.calendar);
  CHECK(asked == std::vector<std::string>{"/zones/Europe/Berlin", "/etc/shop/de.ics", "/srv/all.ics"});
  CHECK(r.calendar->rules.rule == "CET-1CEST,M3.5.0,M10.5.0/3");
  CHECK(r.calendar->holidays.size() == 2);
}

TEST_CASE("calendar/environment: files that are not there or wrong are named") {
  shipflow::variable_sources sources;
  sources.file = [](const std::string& path) -> shipflow::result<std::string> {
    if (path == "bad.ics") return std::string("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR");
    return shipflow::make_error(shipflow::errc::io, path + ": no such file");
  };
  const auto r =
      environment_of("{ zone: Mars/Olympus, holidays: [bad.ics, gone.ics] }", sources, "environments.yaml");
  CHECK_FALSE(r.calendar);
  CHECK(r.findings.find("there is no time zone `Mars/Olympus` on this machine") != std::string::npos);
  CHECK(r.findings.find("bad.ics: line 3: an event without DTSTART") != std::string::npos);
  CHECK(r.findings.find("gone.ics: gone.ics: no such file") != std::string::npos);
}
