#include "feed.hpp"

using namespace shipflow;
using namespace shipflow::test;
using health::outcome;
using health::reason;

namespace {

std::string run(const std::string& alert, const std::string& slots) {
  return letters("", alert).verdicts(slots);
}

/// The first slot, counted from 1, with outcome fail; 0 when there is none.
std::size_t fires(const std::string& alert, const std::string& slots) {
  return run(alert, slots).find('!') + 1;
}

reason last_reason(const std::string& alert, const std::string& slots) {
  return letters("", alert).feed(slots).back().why;
}

}  // namespace

TEST_CASE("health/for: five observed minutes of breach, one lost slot delays and never resets or fakes") {
  const std::string alert = "errors > 1% for 5m";
  CHECK(fires(alert, "TTTTT") == 5);
  CHECK(fires(alert, "TTETTT") == 6);
  CHECK(fires(alert, "TTQTTT") == 6);
  CHECK(fires(alert, "TTNTTT") == 6);
  CHECK(fires(alert, "TQQQQT") == 0);
  CHECK(fires(alert, "TTTQQTT") == 7);
  CHECK(fires(alert, "TTTTQQQT") == 0);
  CHECK(fires(alert, "TTTTQQQTTTTT") == 12);
  CHECK(fires(alert, "TTTFTTTTT") == 9);
  CHECK(fires(alert, "QQQQQQQQQQ") == 0);
  CHECK(fires(alert, "EEEEEEEEEE") == 0);
  CHECK(fires(alert, "TLTTTT") == 6);
  CHECK(fires("errors > 1% for 5m max_gap 4m", "TQQQQTTTT") == 9);
  CHECK(fires("errors > 1% 5 consecutive", "TTETTT") == 6);
}

TEST_CASE("health/for: a breach that has not lasted neither passes nor fails, and no data never passes") {
  CHECK(run("errors > 1% for 3m", "FTTTFQEF") == "pII!puip");
  CHECK(last_reason("errors > 1% for 3m", "FT") == reason::pending);
  CHECK(last_reason("errors > 1% for 3m", "FQ") == reason::missing);
  CHECK(last_reason("errors > 1% for 3m", "FN") == reason::invalid);
  CHECK(last_reason("errors > 1% for 3m", "FE") == reason::empty);
  CHECK(last_reason("errors > 1% for 3m", "FL") == reason::low_count);
}

TEST_CASE("health/for: a condition that holds goes on holding over a short gap, not over a long one") {
  CHECK(run("errors > 1% for 2m", "TTQQQT") == "I!!!uI");
}

TEST_CASE("health/slots: m of n counts true among the newest, unknown only delays") {
  const std::string alert = "errors > 1% 2 of 3 slots";
  CHECK(fires(alert, "TFT") == 3);
  CHECK(fires(alert, "TFFT") == 0);
  CHECK(fires(alert, "TQT") == 3);
  CHECK(fires(alert, "TQQT") == 0);
  CHECK(run(alert, "FF") == "ip");
  CHECK(run(alert, "FFQQF") == "ipuui");
}

TEST_CASE("health/slots: n cumulative never forgets") {
  CHECK(fires("errors > 1% 3 cumulative", "TFTFQFT") == 7);
  CHECK(run("errors > 1% 2 cumulative", "TFTF") == "Ip!!");
}

TEST_CASE("health/keep: holds until the time after the last true slot is over") {
  CHECK(run("errors > 1% keep 3m", "FTFFF") == "p!!!p");
  CHECK(run("errors > 1% keep 3m", "FTQQQ") == "p!!!u");
}

TEST_CASE("health/missing and low: what no data counts as is the document's choice") {
  CHECK(run("errors > 1%", "QEL") == "uii");
  CHECK(run("errors > 1% missing breach", "QNEL") == "!!ii");
  CHECK(run("errors > 1% missing ok", "QNEL") == "ppii");
  CHECK(run("errors > 1% low breach", "QEL") == "u!!");
  CHECK(run("errors > 1% low ok", "QEL") == "upp");
  CHECK(letters("errors < 1% low ok", "").verdicts("TE") == "Ip");
  CHECK(letters("errors < 1% missing breach", "").verdicts("FQ") == "pI");
}

TEST_CASE("health/min_count: too few events decide nothing") {
  CHECK(run("errors > 1%", "T") == "!");
  CHECK(run("errors > 1% min_count 101", "TT") == "ii");
  CHECK(run("errors over 2m > 1% min_count 101", "TT") == "i!");
  CHECK(run("errors > 1%", "L") == "i");
  CHECK(run("errors > 1% min_count 1", "L") == "!");
}

TEST_CASE("health/window: sums over the window, and its newest slot must be there") {
  letters w("", "errors over 3m > 20%");
  const auto v = w.feed("FFTTQFFF");
  CHECK(v[2].alert->atoms[0].value == doctest::Approx(50.0 / 3));
  CHECK(v[2].is == outcome::pass);
  CHECK(v[3].alert->atoms[0].value == doctest::Approx(100.0 / 3));
  CHECK(v[3].is == outcome::fail);
  CHECK(v[4].is == outcome::unavailable);
  CHECK(v[5].alert->atoms[0].value == doctest::Approx(25));
  CHECK(v[5].alert->atoms[0].slots == 2);
  CHECK(v[5].is == outcome::fail);
  CHECK(v[7].alert->atoms[0].value == doctest::Approx(0));
  CHECK(v[7].alert->atoms[0].events == 300);
}

TEST_CASE("health/warmup: nothing counts until it is over, then windows begin") {
  CHECK(run("errors > 1% warmup 2m", "TTTF") == "ii!p");
  CHECK(last_reason("errors > 1% warmup 2m", "T") == reason::warmup);
  letters w("", "errors over start > 20% warmup 1m");
  const auto v = w.feed("TFT");
  CHECK(v[1].alert->atoms[0].value == doctest::Approx(0));
  CHECK(v[2].alert->atoms[0].value == doctest::Approx(25));
}

TEST_CASE("health/rates: per minute and per second of observed time, unknown below half of the window") {
  auto s = minute_spec("", "per_min(bad) over 4m > 10");
  letters w(s);
  std::vector<health::trigger_verdict> v;
  const auto push = [&](const health::slot_sample& bad) {
    const std::vector<health::slot_sample> one{bad};
    v.push_back(w.state.push(w.next++, one).value());
  };
  push(counted(30));
  CHECK(v.back().why == reason::coverage);
  push(counted(0));
  CHECK(v.back().alert->atoms[0].value == doctest::Approx(15));
  CHECK(v.back().is == outcome::fail);
  push({});
  CHECK(v.back().is == outcome::unavailable);
  push(counted(0));
  CHECK(v.back().alert->atoms[0].value == doctest::Approx(10));
  CHECK(v.back().is == outcome::pass);
  s.alert = "rate(bad) over 2m > 1";
  letters r(s);
  const std::vector<health::slot_sample> many{counted(120)};
  static_cast<void>(r.state.push(1, many));
  CHECK(r.state.push(2, many)->alert->atoms[0].value == doctest::Approx(2));
}

TEST_CASE("health/gauges: value, mean, min and max, and nonsense is not a number") {
  letters w(
      "",
      "value(cpu) > 0.9 or mean(cpu) over 2m > 0.8 or min(cpu) over 2m > 0.7 or max(cpu) over 3m >= 0.95");
  const auto push = [&](double x) {
    const std::vector<health::slot_sample> one{gauged(x)};
    return w.state.push(w.next++, one).value();
  };
  CHECK(push(0.5).is == outcome::pass);
  CHECK(push(0.95).is == outcome::fail);
  const auto after = push(0.5);
  CHECK(after.alert->atoms[0].is == health::no());
  CHECK(after.alert->atoms[1].value == doctest::Approx(0.725));
  CHECK(after.alert->atoms[2].value == doctest::Approx(0.5));
  CHECK(after.alert->atoms[3].value == doctest::Approx(0.95));
  CHECK(after.is == outcome::fail);
  const std::vector<health::slot_sample> counter{counted(5)};
  CHECK(letters("", "value(cpu) > 1").state.push(1, counter)->why == reason::invalid);
  const std::vector<health::slot_sample> gauges{gauged(5), gauged(10)};
  CHECK(letters("", "errors > 1%").state.push(1, gauges)->why == reason::invalid);
}

TEST_CASE("health/outside: both ends belong to the range") {
  letters w("", "value(cpu) outside [0.2, 0.8]");
  const auto fails = [&](double x) {
    const std::vector<health::slot_sample> one{gauged(x)};
    return w.state.push(w.next++, one)->is == outcome::fail;
  };
  CHECK(fails(0.1));
  CHECK(!fails(0.2));
  CHECK(!fails(0.8));
  CHECK(fails(0.9));
}

TEST_CASE("health/absent: absence counts only while a witness reports") {
  letters fleet("", "absent(all, 2m)");
  const auto push = [](letters& w, std::vector<health::slot_sample> s) {
    return w.state.push(w.next++, s).value();
  };
  CHECK(push(fleet, {counted(10)}).is == outcome::pass);
  CHECK(push(fleet, {unknown_series()}).is == outcome::unavailable);
  CHECK(push(fleet, {health::slot_sample{}}).is == outcome::unavailable);
  CHECK(push(fleet, {unknown_series()}).is == outcome::fail);
  CHECK(push(fleet, {counted(0)}).is == outcome::pass);

  letters canary("", "absent(all, 2m) on canary");
  REQUIRE(canary.trigger->inputs().size() == 2);
  CHECK(canary.trigger->inputs()[1].arm == metric_arm::baseline);
  CHECK(push(canary, {unknown_series(), unknown_series()}).is == outcome::unavailable);
  CHECK(push(canary, {unknown_series(), unknown_series()}).is == outcome::unavailable);
  CHECK(push(canary, {{}, counted(5)}).is == outcome::unavailable);
  CHECK(push(canary, {{}, counted(0)}).is == outcome::fail);
}

TEST_CASE("health/levels: outside normal watches, beyond alert acts, only within normal passes") {
  letters w("errors < 0.1%", "errors > 1% for 2m");
  CHECK(w.verdicts("FWTTWFQ") == "pII!Ipu");
  letters only_normal("errors < 0.1%", "");
  const auto v = only_normal.feed("FWTQ");
  CHECK(health::guard_word(v[0]) == "pass");
  CHECK(health::guard_word(v[1]) == "watch");
  CHECK(health::guard_word(v[2]) == "watch");
  CHECK(v[2].why == reason::outside_normal);
  CHECK(health::guard_word(v[3]) == "unavailable");
  CHECK(health::guard_word(letters("", "errors > 1%").feed("T")[0]) == "alert");
  CHECK(health::guard_word(letters("", "errors > 1%").feed("E")[0]) == "insufficient");
}

TEST_CASE("health/attribution: before the release nothing is blamed and nothing promotes") {
  auto w = letters("", "errors > 1%");
  w.state = health::trigger_state(w.trigger);
  const auto v = w.feed("FTQ");
  for (const auto& one : v) {
    CHECK(one.is == outcome::insufficient);
    CHECK(one.why == reason::before_release);
  }
}

TEST_CASE("health/attribution: red before the release is not blamed until it has been green once") {
  auto s = minute_spec("", "errors > 1% for 2m");
  s.whom = health::blame::attributable_only;
  letters w(s);
  w.state = health::trigger_state(w.trigger);
  static_cast<void>(w.feed("FT"));  // building up counts as red: the release did not start it
  w.state.begin(w.next);
  auto v = w.feed("TTQ");
  CHECK(v[0].is == outcome::pass);
  CHECK(v[0].why == reason::already_red);
  CHECK(v[0].level == health::health_level::alert);
  CHECK(v[0].already_red);
  CHECK(v[2].already_red);
  v = w.feed("QQFTT");
  CHECK(v[1].is == outcome::unavailable);
  CHECK(v[2].is == outcome::pass);
  CHECK(!v[2].already_red);
  CHECK(v[3].why == reason::pending);
  CHECK(v[4].is == outcome::fail);
}

TEST_CASE("health/attribution: by default red before the release is said and still acts") {
  letters w("", "errors > 1%");
  w.state = health::trigger_state(w.trigger);
  static_cast<void>(w.feed("T"));
  w.state.begin(w.next);
  const auto v = w.feed("TFT");
  CHECK(v[0].is == outcome::fail);
  CHECK(v[0].already_red);
  CHECK(v[2].is == outcome::fail);
  CHECK(!v[2].already_red);
}

TEST_CASE("health/attribution: without a slot the release begins with the first one pushed") {
  const auto t = trigger_of(minute_spec("", "errors > 1% 2 consecutive"));
  health::trigger_state state(t);
  state.begin();
  CHECK(state.push(7'000, errors_of('T'))->why == reason::pending);
  CHECK(state.push(7'001, errors_of('T'))->is == outcome::fail);
}

TEST_CASE("health/attribution: a window over the run begins with the release") {
  letters w("", "errors over start > 20%");
  w.state = health::trigger_state(w.trigger);
  static_cast<void>(w.feed("TTTT"));
  w.state.begin(w.next);
  const auto v = w.feed("F");
  CHECK(v[0].alert->atoms[0].events == 100);
  CHECK(v[0].is == outcome::pass);
}

TEST_CASE("health/slots: closed slots are final, left out ones are missing") {
  letters w("", "errors > 1% for 3m");
  static_cast<void>(w.feed("TT"));
  CHECK(!w.state.push(2, errors_of('T')).has_value());
  CHECK(!w.state.push(-5, errors_of('T')).has_value());
  CHECK(w.state.push(4, errors_of('T'))->is == outcome::fail);
  const auto years = w.state.push(2'000'000'000, errors_of('T'));
  CHECK(years->why == reason::pending);
  CHECK(years->alert->seen == 1);
}

TEST_CASE("health/verdict: the numbers used are in the record and in one line") {
  letters w("errors < 0.1%", "errors > 1% for 2m");
  const auto v = w.feed("TT").back();
  const auto record = health::to_json(*w.trigger, v);
  CHECK(
      canonical(record) ==
      R"({"alert":{"atoms":[{"events":100,"is":"true","slots":1,"text":"errors > 1%","unit":"%","value":5E1}],)"
      R"("condition":"errors > 1% for 2m","gap_slots":0,"holds":"true","now":"true","seen_slots":2},)"
      R"("already_red":false,"level":"alert","normal":{"atoms":[{"events":100,"is":"false","slots":1,)"
      R"("text":"errors < 0.1%","unit":"%","value":5E1}],"condition":"errors < 0.1%","gap_slots":0,)"
      R"("holds":"false","now":"false","seen_slots":0},"reason":"breach","severity":"SEV1","slot":2,"verdict":"fail"})");
  CHECK(health::describe(*w.trigger, v) ==
        "errors fail (breach), alert `errors > 1% for 2m`, seen for 2m: errors > 1% is true at 50% of 100 "
        "events");
}

TEST_CASE("health/trigger: what cannot be evaluated is refused with its name") {
  const auto refusal = [](const std::string& normal, const std::string& alert) {
    const auto t = health::make_trigger(minute_spec(normal, alert));
    REQUIRE(!t.has_value());
    return t.error().text();
  };
  CHECK(refusal("", "") == "trigger \"errors\" has neither `normal` nor `alert`");
  CHECK(refusal("", "errors > 1% fro 5m") ==
        "column 13: trigger \"errors\", alert: unknown option \"fro\"; did you mean \"for\"?");
  CHECK(refusal("erors < 1%", "") ==
        "trigger \"errors\", normal: there is no metric \"erors\" in the environment; did you mean "
        "\"errors\"?");
  CHECK(refusal("", "no_worse(cpu than baseline, ratio 2, beta 1%)").find("no_worse needs a ratio") !=
        std::string::npos);
}

TEST_CASE("health/trigger: one look reads all series of a metric and an arm") {
  const auto t = trigger_of(minute_spec("errors < 1%", "errors > 5% or sum(all) < 1 or cpu on canary > 0.8"));
  REQUIRE(t->looks().size() == 2);
  CHECK(t->looks()[0].source == "lb");
  CHECK(t->looks()[0].series == std::vector<std::string>{"bad", "all"});
  CHECK(t->looks()[1].arm == metric_arm::canary);
  CHECK(t->inputs().size() == 3);
}
