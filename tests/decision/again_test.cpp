#include "made.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace shipflow_test;

namespace {

shipflow::decision_record through_text(const shipflow::decision_record& r) {
  return shipflow::decisions_from_json(shipflow::parse_json(json::serialize(to_json(r))).value()).value();
}

std::string difference(const shipflow::decision_record& r) { return decide_again(r).value().difference; }

}  // namespace

TEST_CASE("decision: a record evaluated again says the same, also after a way through text") {
  const auto r = bad_release();
  REQUIRE(r.guards[0].decisions.back().level == "alert");
  for (const auto& record : {r, through_text(r)}) {
    const auto checked = decide_again(record).value();
    CHECK(checked.difference.empty());
    CHECK(checked.guards == 1);
    CHECK(checked.slots == 9);
    CHECK(checked.decisions == r.guards[0].decisions.size());
  }
  CHECK(json::serialize(to_json(through_text(r))) == json::serialize(to_json(r)));
}

TEST_CASE("decision: random records say the same again, and lost slots do too") {
  std::mt19937_64 numbers(20'260'303);
  for (int round = 0; round < 300; ++round) {
    seconds_seen seen;
    for (int i = 0; i < 60; ++i) {
      const auto dice = numbers() % 10;
      seen.bad.push_back(dice < 5    ? 0
                         : dice < 8  ? static_cast<std::int64_t>(numbers() % 20)
                         : dice == 8 ? -1
                                     : -2);
    }
    auto rule = errors_rule();
    rule.attributable_only = round % 2 == 0;
    const auto r = record_with(decided(rule, seen, seen.first + static_cast<std::int64_t>(numbers() % 20)));
    INFO("seed 20260303, round " << round);
    CHECK(difference(through_text(r)) == "");
  }
}

TEST_CASE("decision: a changed sample, level, number or digest is the first difference") {
  auto r = bad_release();
  auto& g = r.guards[0];
  SUBCASE("sample") {
    g.slots[7].as_array()[1].as_array()[2] = 0;
    CHECK(difference(r).find("errors, fact") == 0);
    CHECK(difference(r).find("what was seen by then") != std::string::npos);
  }
  SUBCASE("level") {
    g.decisions.back().level = "pass";
    CHECK(difference(r).find("the record says pass, the replay says alert") != std::string::npos);
  }
  SUBCASE("number") {
    g.decisions.back().numbers["alert"].as_object()["seen_slots"] = 99;
    CHECK(difference(r).find("/alert/seen_slots is 99 in the record and 3 in the replay") !=
          std::string::npos);
  }
  SUBCASE("a number off by less than the tolerance is none") {
    auto& value = g.decisions.back().numbers["alert"].as_object()["atoms"].as_array()[0].as_object()["value"];
    value = value.to_number<double>() * (1 + 1e-12);
    CHECK(difference(r) == "");
  }
  SUBCASE("digest") {
    g.decisions.back().samples = std::string(64, '0');
    CHECK(difference(r).find("what was seen by then") != std::string::npos);
  }
  SUBCASE("a decision left out") {
    g.decisions.erase(g.decisions.begin() + 1);
    CHECK(difference(r).find("the record has no such decision") != std::string::npos);
  }
  SUBCASE("a decision whose samples are gone") {
    g.slots.resize(4);
    CHECK(difference(r).find("the samples of this decision are not in the record") != std::string::npos);
  }
  SUBCASE("another begin") {
    g.begin = *g.begin + 3;
    CHECK(difference(r) != "");
  }
}

TEST_CASE("decision: records that cannot be evaluated are refused with place") {
  const auto fails = [](const json::value& v) {
    const auto r = shipflow::decisions_from_json(v);
    if (!r) return r.error().text();
    const auto checked = decide_again(*r);
    return checked ? "difference: " + checked->difference : checked.error().text();
  };
  json::value v = to_json(bad_release());
  auto& guard = v.as_object()["guards"].as_array()[0].as_object();
  const auto redigest = [&] { guard["configuration"] = shipflow::digest_of(guard["rule"]); };
  SUBCASE("no record") { CHECK(fails(json::array{}).find("this is no decision record") == 0); }
  SUBCASE("newer") {
    v.as_object()["shipflow_decisions"] = 2;
    const auto r = shipflow::decisions_from_json(v);
    CHECK(r.error().code == shipflow::errc::newer_version);
  }
  SUBCASE("a rule changed by hand") {
    guard["rule"].as_object()["alert"] = "errors > 50%";
    CHECK(fails(v).find("errors: the rule is not the one of its digest") == 0);
  }
  SUBCASE("a rule changed with its digest still has other conditions") {
    guard["rule"].as_object()["alert"] = "errors > 50%";
    redigest();
    CHECK(fails(v).find("`conditions` and `inputs` are not those of the rule") != std::string::npos);
  }
  SUBCASE("a rule that does not parse") {
    guard["rule"].as_object()["alert"] = "errors >> 50%";
    redigest();
    CHECK(fails(v).find("errors") != std::string::npos);
  }
  SUBCASE("a row that is no row") {
    guard["slots"].as_array()[2] = json::array{1};
    CHECK(fails(v).find("errors: slots/2 must be a slot and 2 samples") == 0);
  }
  SUBCASE("slots that run backwards") {
    guard["slots"].as_array()[2] = guard["slots"].as_array()[1];
    CHECK(fails(v).find("errors: slots/2: the slots must grow") == 0);
  }
  SUBCASE("a sample of nonsense") {
    guard["slots"].as_array()[2].as_array()[1] = "NaN";
    CHECK(fails(v).find("errors: slots/2") == 0);
  }
  SUBCASE("a member of another kind") {
    guard["decisions"].as_array()[0].as_object()["rev"] = "one";
    CHECK(fails(v).find("errors: decision: `rev` must be a whole number") == 0);
  }
}

TEST_CASE("decision: mutated records never crash and never gain a decision") {
  const auto text = json::serialize(to_json(bad_release()));
  std::mt19937_64 numbers(11);
  for (int i = 0; i < 3'000; ++i) {
    auto broken = text;
    for (auto k = numbers() % 3 + 1; k > 0; --k)
      broken[numbers() % broken.size()] = static_cast<char>(' ' + numbers() % 95);
    const auto v = shipflow::parse_json(broken);
    if (!v) continue;
    const auto r = shipflow::decisions_from_json(*v);
    if (!r) continue;
    const auto checked = decide_again(*r);
    INFO("seed 11, round " << i);
    if (checked) CHECK(checked->slots <= 9);
  }
}
