#include "feed.hpp"
#include "health/slot_maker.hpp"

#include <cmath>
#include <limits>

using namespace shipflow;
using namespace shipflow::health;

namespace {

reading number(double v) { return {reading::state::value, v, ""}; }
reading without(reading::state s) { return {s, 0, "because"}; }

}  // namespace

TEST_CASE("health/slot: slots are aligned to the epoch and half open, also before it") {
  const duration ten = std::chrono::seconds(10);
  CHECK(slot_of(from_ms(0), ten) == 0);
  CHECK(slot_of(from_ms(9'999), ten) == 0);
  CHECK(slot_of(from_ms(10'000), ten) == 1);
  CHECK(slot_of(from_ms(-1), ten) == -1);
  CHECK(slot_of(from_ms(-10'000), ten) == -1);
  CHECK(slot_of(from_ms(-10'001), ten) == -2);
  CHECK(slot_begin(3, ten) == from_ms(30'000));
  CHECK(slot_end(3, ten) == from_ms(40'000));
}

TEST_CASE("health/slot: a counter gives its growth, needs both ends, and a fall is a restart from zero") {
  std::optional<counter_memory> m;
  CHECK(sample_of(number(100), series_kind::counter, 1, m).state == slot_state::missing);
  CHECK(sample_of(number(130), series_kind::counter, 2, m) == test::counted(30));
  CHECK(sample_of(number(130), series_kind::counter, 3, m) == test::counted(0));
  CHECK(sample_of(number(7), series_kind::counter, 4, m) == test::counted(7));
  CHECK(sample_of(number(0), series_kind::counter, 5, m) == test::counted(0));
  CHECK(sample_of(number(9), series_kind::counter, 7, m).state == slot_state::missing);
  CHECK(sample_of(number(12), series_kind::counter, 8, m) == test::counted(3));
}

TEST_CASE("health/slot: a lost look loses its slot and the next one, and is never zero") {
  std::optional<counter_memory> m;
  static_cast<void>(sample_of(number(100), series_kind::counter, 1, m));
  const auto lost = sample_of(without(reading::state::missing), series_kind::counter, 2, m);
  CHECK(lost.state == slot_state::missing);
  CHECK(lost.cause == missing_cause::series);
  CHECK(sample_of(number(150), series_kind::counter, 3, m).state == slot_state::missing);
  CHECK(sample_of(number(160), series_kind::counter, 4, m) == test::counted(10));
}

TEST_CASE("health/slot: nonsense is invalid, whatever kind of series") {
  for (const auto kind : {series_kind::counter, series_kind::gauge}) {
    std::optional<counter_memory> m{{5, 0}};
    const auto inf = std::numeric_limits<double>::infinity();
    for (const double v : {std::nan(""), inf, -inf})
      CHECK(sample_of(number(v), kind, 1, m).state == slot_state::invalid);
    CHECK(sample_of(without(reading::state::invalid), kind, 1, m).state == slot_state::invalid);
    CHECK(m == counter_memory{5, 0});
  }
  std::optional<counter_memory> m;
  CHECK(sample_of(number(-1), series_kind::counter, 1, m).state == slot_state::invalid);
  CHECK(sample_of(number(-1), series_kind::gauge, 1, m) == test::gauged(-1));
}

TEST_CASE("health/slot: a delta is taken as it comes, needs no memory and ends as a counter's sample") {
  std::optional<counter_memory> m;
  CHECK(sample_of(number(30), series_kind::delta, 1, m) == test::counted(30));
  CHECK(sample_of(number(0), series_kind::delta, 7, m) == test::counted(0));
  CHECK(sample_of(without(reading::state::empty), series_kind::delta, 8, m) == test::counted(0));
  CHECK(sample_of(number(-1), series_kind::delta, 9, m) == test::invalid_sample());
  CHECK(sample_of(number(std::nan("")), series_kind::delta, 9, m) == test::invalid_sample());
  CHECK(sample_of(without(reading::state::invalid), series_kind::delta, 9, m) == test::invalid_sample());
  CHECK(sample_of(without(reading::state::missing), series_kind::delta, 9, m) == test::unknown_series());
  CHECK(sample_of(number(2.6), series_kind::delta, 10, m).count == 3);
  auto histogram = number(100);
  histogram.buckets = {{0.1, 90}, {0.5, 99}};
  histogram.instances = {{"b", 60}, {"a", 40}};
  const auto s = sample_of(histogram, series_kind::delta, 11, m);
  REQUIRE(s.buckets.size() == 3);
  CHECK(s.buckets[1].count == 9);
  CHECK(s.buckets[2].count == 1);
  REQUIRE(s.instances.size() == 2);
  CHECK(s.instances[0] == slot_instance{"a", 40});
  histogram.buckets = {{0.1, 90}, {0.5, 80}};
  CHECK(sample_of(histogram, series_kind::delta, 12, m) == test::invalid_sample());
  CHECK(!m);
}

TEST_CASE("health/slot: a counter that does not exist yet starts from zero") {
  std::optional<counter_memory> m;
  CHECK(sample_of(without(reading::state::empty), series_kind::counter, 1, m) == test::counted(0));
  CHECK(sample_of(number(3), series_kind::counter, 2, m) == test::counted(3));
}

TEST_CASE("health/slot: samples survive JSON bit by bit") {
  for (const double v : {0.0, -0.0, 0.1, 1.0 / 3, 1e300, -5e-324, 9e15, 123456789.0}) {
    slot_sample s = test::gauged(v);
    const auto again = sample_from_json(parse_json(json::serialize(to_json(s))).value());
    REQUIRE(again.has_value());
    CHECK(*again == s);
    CHECK(std::signbit(again->sum) == std::signbit(v));
  }
  for (const auto* text : {"5", "[]", "[9,0,0,0,0]", "[0,0,\"x\",0,0]", "[0,0,\"inf\",0,0]", "[0,0,0,-1,0]"})
    CHECK(!sample_from_json(parse_json(text).value()).has_value());
}

TEST_CASE("health/slot_maker: answers become samples, a failed look is missing on the source's account") {
  const auto t = test::trigger_of(test::minute_spec("", "errors > 1%"));
  slot_maker maker(t);
  const auto answer = [](std::vector<reading> r) {
    return metric_answer{std::move(r), series_kind::counter, ""};
  };
  maker.answer(0, answer({number(10), number(1000)}));
  CHECK(maker.close(1)[0].state == slot_state::missing);
  maker.answer(0, answer({number(20), number(1100)}));
  CHECK(maker.close(2) == std::vector<slot_sample>{test::counted(10), test::counted(100)});

  slot_maker restored(t);
  REQUIRE(restored.from_json(parse_json(json::serialize(maker.to_json())).value()).has_value());
  restored.answer(0, answer({number(25), number(1200)}));
  CHECK(restored.close(3) == std::vector<slot_sample>{test::counted(5), test::counted(100)});

  maker.answer(0, {{}, series_kind::counter, "connection refused"});
  const auto failed = maker.close(3);
  CHECK(failed[0].state == slot_state::missing);
  CHECK(failed[0].cause == missing_cause::source);
  CHECK(maker.close(4)[1].state == slot_state::missing);
  maker.answer(0, answer({number(1)}));
  CHECK(maker.close(5)[0].state == slot_state::invalid);
  maker.answer(7, answer({}));

  CHECK(!maker.from_json(json::value(5)).has_value());
  CHECK(!maker.from_json(json::object{{"trigger", "other"}, {"counters", json::array{}}}).has_value());
}

TEST_CASE("health/slot: a histogram grows bucket by bucket, from zero after a restart") {
  std::optional<counter_memory> m;
  const auto look = [&](double all, std::vector<bucket> buckets, slot_index k) {
    reading r{reading::state::value, all, {}};
    r.buckets = std::move(buckets);
    return sample_of(r, series_kind::counter, k, m);
  };
  CHECK(look(10, {{100, 4}, {200, 9}}, 1).state == slot_state::missing);
  const auto s = look(16, {{100, 8}, {200, 14}}, 2);
  CHECK(s.sum == 6);
  REQUIRE(s.buckets.size() == 3);
  CHECK(s.buckets[0].count == 4);
  CHECK(s.buckets[1].count == 1);
  CHECK(s.buckets[2].count == 1);
  CHECK(look(16, {{100, 8}, {200, 14}}, 3).state == slot_state::empty);
  CHECK(look(3, {{100, 1}, {200, 3}}, 4).sum == 3);
  CHECK(look(5, {{100, 1}, {300, 5}}, 5).state == slot_state::missing);
  CHECK(look(6, {{100, 0}, {300, 6}}, 6).state == slot_state::invalid);
  CHECK(look(6, {{100, 7}, {300, 6}}, 7).state == slot_state::invalid);
  CHECK(look(6, {{300, 3}, {100, 6}}, 8).state == slot_state::invalid);
  CHECK(look(6, {{100, NAN}}, 9).state == slot_state::invalid);
  CHECK(look(6, {{100, 9}}, 10).state == slot_state::invalid);
  CHECK(look(6, std::vector<bucket>(201, {1, 1}), 11).state == slot_state::invalid);
}

TEST_CASE("health/slot: instances grow one by one, those not seen before are left out") {
  std::optional<counter_memory> m;
  const auto look = [&](std::vector<instance_reading> instances, slot_index k) {
    reading r{reading::state::value, 100.0 * static_cast<double>(k), {}};
    r.instances = std::move(instances);
    return sample_of(r, series_kind::counter, k, m).instances;
  };
  CHECK(look({{"b", 5}, {"a", 1}}, 1).empty());
  CHECK(look({{"a", 4}, {"b", 5}, {"c", 9}, {"a", 7}}, 2) == std::vector<slot_instance>{{"a", 3}, {"b", 0}});
  CHECK(look({{"a", 2}, {"b", INFINITY}}, 3) == std::vector<slot_instance>{{"a", 2}});
  CHECK(look(std::vector<instance_reading>(1001, {"x", 1}), 4).empty());
}

TEST_CASE("health/slot: buckets and instances survive JSON, damage is refused") {
  slot_sample s{slot_state::value, series_kind::counter, 7, 7, missing_cause::source};
  s.buckets = {{0.1, 3}, {HUGE_VAL, 4}};
  s.instances = {{"pod a", 3}, {"pod b", 4}};
  CHECK(sample_from_json(*parse_json(canonical(to_json(s)))).value() == s);
  for (const char* parts : {R"([])", R"({"buckets":[[1,2]]})", R"({"buckets":[["inf",2],[1,2]]})",
                            R"({"buckets":[[1,-2],["inf",1]]})", R"({"instances":[["a","nan"]]})",
                            R"({"instances":[[1,2]]})", R"({"buckets":{}})"}) {
    const auto text = std::string("[0,0,7,7,0,") + parts + "]";
    CHECK_MESSAGE(!sample_from_json(*parse_json(text)).has_value(), text);
  }
}
