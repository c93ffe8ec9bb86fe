// The next possible start over ten years of rules: windows, weekdays, yearly ranges, 300 holidays of which
// 60 come again, a zone with summer time. Everything but the last day is frozen, so all of it is walked.
#include <shipflow/calendar.hpp>

#include <chrono>
#include <cstdio>

int main() {
  shipflow::release_calendar c;
  c.zone = "Europe/Berlin";
  c.rules.rule = "CET-1CEST,M3.5.0,M10.5.0/3";
  c.allow = {"Tue-Thu 10:00-14:00", "Mon 12:00-16:00", "Fri 08:00-10:00"};
  c.freeze = {"black-friday-week", "cyber-monday", "12-20..01-06", "02-29", "holidays"};
  const auto first = std::chrono::sys_days{std::chrono::year{2026} / 11 / 26};
  for (int i = 0; i < 300; ++i) {
    shipflow::holiday h;
    h.name = "holiday";
    h.from = first + std::chrono::days{i * 12};
    if (i % 5 == 0) h.rule = "FREQ=YEARLY";
    c.holidays.push_back(h);
  }
  // Ten years of change freezes, each of a month, that leave nothing between them but the end.
  const auto last = first + std::chrono::days{3650};
  for (auto day = first; day < last; day += std::chrono::days{31}) {
    const auto text = [](std::chrono::sys_days d) { return shipflow::format_time(d).substr(0, 10); };
    c.freeze.push_back(text(day) + ".." + text(std::min(day + std::chrono::days{30}, last)));
  }
  using clock = std::chrono::steady_clock;
  constexpr int rounds = 200;
  const auto began = clock::now();
  std::string found;
  for (int i = 0; i < rounds; ++i) {
    const auto table = shipflow::timetable::make(c).value();
    const auto next = table.next(shipflow::time_point{first});
    found = next ? shipflow::format_time(*next) : "never";
  }
  const auto us = std::chrono::duration<double, std::micro>(clock::now() - began).count() / rounds;
  std::printf(
      "{\"benchmark\": \"calendar\", \"rules\": %zu, \"holidays\": %zu, \"next\": \"%s\", "
      "\"us_per_question_with_reading\": %.1f, \"limit_us\": 1000}\n",
      c.freeze.size(), c.holidays.size(), found.c_str(), us);
}
