// What sources do over time, slot by slot, and what a trigger makes of it.
#include "feed.hpp"
#include "health/slot_maker.hpp"

using namespace shipflow;
using namespace shipflow::health;

namespace {

/// One look per slot at [bad, all], as a source answers it.
metric_answer counts(series_kind kind, double bad, double all) {
  metric_answer a;
  a.kind = kind;
  for (const double number : {bad, all}) {
    reading r;
    r.what = reading::state::value;
    r.number = number;
    a.readings.push_back(std::move(r));
  }
  return a;
}
metric_answer counter(double bad, double all) { return counts(series_kind::counter, bad, all); }
metric_answer delta(double bad, double all) { return counts(series_kind::delta, bad, all); }
metric_answer down() {
  metric_answer a;
  a.why = "connection refused";
  return a;
}

struct step {
  slot_index slot;
  std::optional<metric_answer> answer;  ///< nothing: it came too late
  const char* bad;                      ///< "value 3", "empty", "missing", "invalid"
  const char* all;
};

std::string shown(const slot_sample& s) {
  auto out = std::string(name_of(s.state));
  if (s.state == slot_state::value) out += " " + std::to_string(static_cast<long long>(s.sum));
  return out;
}

void play(const std::vector<step>& story) {
  slot_maker maker(test::trigger_of(test::minute_spec("", "errors > 5%")));
  for (const auto& s : story) {
    CAPTURE(s.slot);
    if (s.answer) maker.answer(0, *s.answer);
    const auto samples = maker.close(s.slot);
    REQUIRE(samples.size() == 2);
    CHECK(shown(samples[0]) == s.bad);
    CHECK(shown(samples[1]) == s.all);
  }
}

}  // namespace

TEST_CASE("health/source: a counter from its first look on") {
  play({{1, counter(5, 100), "missing", "missing"},
        {2, counter(6, 150), "value 1", "value 50"},
        {3, counter(6, 150), "empty", "empty"},
        {4, counter(9, 250), "value 3", "value 100"}});
}

TEST_CASE("health/source: a process that starts again loses what it had not told, and nothing else") {
  play({{1, counter(50, 1000), "missing", "missing"},
        {2, counter(2, 30), "value 2", "value 30"},
        {3, counter(2, 40), "empty", "value 10"},
        {4, counter(0, 0), "empty", "empty"},
        {5, counter(1, 9), "value 1", "value 9"}});
}

TEST_CASE(
    "health/source: an answer that came too late costs its slot and the next, never a wrong difference") {
  play({{1, counter(0, 100), "missing", "missing"},
        {2, std::nullopt, "missing", "missing"},
        {3, counter(9, 400), "missing", "missing"},
        {4, counter(9, 500), "empty", "value 100"}});
}

TEST_CASE("health/source: an outage is missing and not zero, whatever kind of source") {
  play({{1, counter(0, 100), "missing", "missing"},
        {2, down(), "missing", "missing"},
        {3, counter(9, 400), "missing", "missing"},
        {4, counter(9, 500), "empty", "value 100"}});
  play({{1, delta(1, 100), "value 1", "value 100"},
        {2, down(), "missing", "missing"},
        {3, delta(2, 100), "value 2", "value 100"}});
}

TEST_CASE("health/source: the answer of an earlier look does not stand in for a later one") {
  play({{1, counter(0, 100), "missing", "missing"},
        {2, counter(1, 200), "value 1", "value 100"},
        {3, std::nullopt, "missing", "missing"},
        {4, std::nullopt, "missing", "missing"}});
}

TEST_CASE("health/source: slots that were left out are no gap to count across") {
  play({{1, counter(0, 100), "missing", "missing"},
        {4, counter(3, 400), "missing", "missing"},
        {5, counter(3, 500), "empty", "value 100"}});
  play({{1, delta(0, 100), "empty", "value 100"}, {4, delta(3, 100), "value 3", "value 100"}});
}

TEST_CASE("health/source: answers of the wrong shape are invalid for their slot alone") {
  auto one = counter(1, 2);
  one.readings.pop_back();
  auto three = counter(1, 2);
  three.readings.push_back(three.readings.front());
  play({{1, delta(0, 10), "empty", "value 10"},
        {2, one, "invalid", "invalid"},
        {3, three, "invalid", "invalid"},
        {4, delta(-1, 10), "invalid", "value 10"},
        {5, delta(0, 10), "empty", "value 10"}});
}

TEST_CASE("health/source: of two answers to one look the second counts") {
  slot_maker maker(test::trigger_of(test::minute_spec("", "errors > 5%")));
  maker.answer(0, delta(9, 9));
  maker.answer(0, delta(1, 100));
  CHECK(shown(maker.close(1)[0]) == "value 1");
  maker.answer(7, delta(9, 9));  // a look that was never asked
  CHECK(shown(maker.close(2)[0]) == "missing");
}
