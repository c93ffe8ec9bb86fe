#include "plans.hpp"

#include <shipflow/rehearsal.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace shipflow_test;
using namespace shipflow;

TEST_CASE("rehearsal/faults: text and back, for every kind") {
  std::set<std::string> names;
  for (const auto& kind : fault_catalogue()) {
    CHECK(names.insert(kind.name).second);
    CHECK_FALSE(kind.help.empty());
    const fault f{"api/shift", kind.name, "undo"};
    const auto read = parse_fault(to_text(f));
    REQUIRE(read.has_value());
    CHECK(*read == f);
  }
  CHECK(parse_fault("web:prod/shift:stalls")->step == "web:prod/shift");
  CHECK(to_text({"a", "fails", "apply"}) == "a:fails");
}

TEST_CASE("rehearsal/faults: what is wrong with a fault is said") {
  CHECK(parse_fault("api").error().message == "fault \"api\": it must read STEP:KIND or VERB@STEP:KIND");
  CHECK(parse_fault("api:explodes").error().message.find("\"explodes\" is none of crash_before_intent") !=
        std::string::npos);
  CHECK(parse_fault("shout@api:fails").error().message.find("\"shout\" is none of apply") !=
        std::string::npos);
  CHECK_FALSE(parse_fault("").has_value());
  rehearsed_plan b;
  b.set("api", "api", "2");
  rehearsal_options options;
  options.faults = {{"web", "fails", "apply"}};
  CHECK(rehearse(b.get(), options).error().message == "fault \"web:fails\": the plan has no step \"web\"");
  CHECK(rehearse(plan{}, {}).error().code == errc::invalid_argument);
}

TEST_CASE("rehearsal: the same seed gives the same facts, another one others") {
  rehearsed_plan b;
  b.shop();
  const auto hash = [&](std::uint64_t seed) {
    rehearsal_options options;
    options.mode = rehearsal_mode::swarm;
    options.runs = 10;
    options.seed = seed;
    options.compare_every = 1;
    return rehearse(b.get(), options).value().hash;
  };
  const auto first = hash(5);
  CHECK(first == hash(5));
  CHECK(first != hash(6));
}

TEST_CASE("rehearsal: a single run shows what one fault leads to") {
  rehearsed_plan b;
  b.shop();
  rehearsal_options options;
  options.mode = rehearsal_mode::single;
  options.faults = {parse_fault("bake:trigger_fires").value()};
  const auto r = rehearse(b.get(), options).value();
  REQUIRE(r.cells.size() == 1);
  CHECK(r.cells[0].outcome == rehearsed::restored);
  CHECK(r.cells[0].why.find("health") != std::string::npos);
  CHECK(r.cells[0].restoring.value() < std::chrono::minutes(2));
  CHECK(r.cells[0].replay == "--seed 1 --fault bake:trigger_fires");
  CHECK(r.cells[0].questions == std::vector<std::string>{"go"});
  CHECK(r.violations.empty());
}

TEST_CASE("rehearsal: a clock set back just as a trigger is armed delays no verdict") {
  rehearsed_plan b;
  b.set("traffic", "traffic", "2").first_traffic = true;
  b.wait("bake", std::chrono::minutes(10), {"traffic"});
  b.trigger("errors", "traffic", "5m");
  rehearsal_options options;
  options.mode = rehearsal_mode::single;
  options.faults = {parse_fault("bake:clock_back").value()};
  const auto r = rehearse(b.get(), options).value();
  for (const auto& v : r.violations) FAIL_CHECK(v.check, ": ", v.what);
  CHECK(r.cells.at(0).outcome == rehearsed::released);
  // The bake ends at a time of day, which comes an hour later.
  CHECK(r.cells[0].lasted < std::chrono::minutes(80));
}

TEST_CASE("rehearsal: a watch of another length, progress, and the end of patience for it") {
  rehearsed_plan b;
  b.shop();
  rehearsal_options options;
  options.mode = rehearsal_mode::swarm;
  options.watch = std::chrono::hours(1);
  options.runs = 50;
  std::size_t seen = 0;
  options.progress = [&](std::size_t done, std::size_t of) {
    CHECK(of == 50);
    seen = done;
    return done < 3;
  };
  const auto r = rehearse(b.get(), options).value();
  CHECK(seen == 3);
  CHECK(r.runs == 4);
  CHECK(r.undisturbed.lasted < std::chrono::hours(2));
  CHECK(r.undisturbed.lasted > std::chrono::hours(1));
}

TEST_CASE("rehearsal: a step that cannot be taken back is the point of no return") {
  rehearsed_plan b;
  b.set("api", "api", "2");
  b.set("drop", "table", "gone", {"api"}).undo = reversibility::irreversible;
  b.set("web", "web", "2", {"drop"});
  b.get().point_of_no_return = {"drop"};
  const auto r = rehearse(b.get(), {}).value();
  REQUIRE(r.point_of_no_return.size() == 1);
  CHECK(r.point_of_no_return[0].step == "drop");
  for (const auto& v : r.violations) FAIL_CHECK(v.check, ": ", v.what, " ", v.replay);
}

TEST_CASE("rehearsal: the report as JSON has every row, column and cell") {
  rehearsed_plan b;
  b.set("api", "api", "2");
  const auto r = rehearse(b.get(), {}).value();
  const auto o = to_json(r);
  CHECK(o.at("plan") == "toy");
  CHECK(o.at("mode") == "exhaustive");
  CHECK(o.at("rows").as_array().size() == 1);
  CHECK(o.at("columns").as_array().size() == r.columns.size());
  REQUIRE(o.at("cells").as_array().size() == r.cells.size());
  for (const auto& cell : o.at("cells").as_array()) {
    CHECK(cell.at("step") == "api");
    CHECK(parse_fault("api:" + std::string(cell.at("fault").as_string())).has_value());
  }
  CHECK(o.at("runs").as_uint64() == r.runs);
  CHECK(o.at("violations").as_array().empty());
}
