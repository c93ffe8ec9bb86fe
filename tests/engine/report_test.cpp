// Reports of runs that really ran.
#include "rig.hpp"

#include <shipflow/release_report.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("engine/report: a release with its people, steps and times") {
  rig r;
  plan_builder b;
  b.get().release.commit = "0123456789";
  b.get().release.notes = "Wishlists";
  b.approval("go", {"qa"});
  b.set("api", "api", "2", {"go"}).inputs["weight"] = 50;
  b.wait("bake", std::chrono::minutes{10}, {"api"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "approve", "user:mallory", {{"step", "go"}}));
  CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}, {"reason", "looks good"}}));
  REQUIRE(r.finish(run));
  const auto told = shipflow::report_release(*r.store, run).value();
  CHECK(told.phase == "released");
  CHECK(told.principal == "user:dana");
  CHECK_FALSE(told.is_incident());
  CHECK(told.lasted() >= std::chrono::minutes{10});
  REQUIRE(told.words.size() == 2);
  CHECK(told.words[0].meaning == "refused");
  CHECK(told.words[1].why == "looks good");
  CHECK(told.weights.size() == 1);
  CHECK(told.steps[1].status == "done");
  const auto text = shipflow::to_markdown(told);
  CHECK(has(text, "# toy 2.0.0 to test: released"));
  CHECK(has(text, "| go | done |"));
  CHECK(has(text, "| user:quinn | approve go | counted | looks good |"));
  CHECK(has(text, "Wishlists"));
  const auto page = shipflow::to_html(told, {});
  CHECK(has(page, "<svg"));
  CHECK_FALSE(has(page, "src="));
  CHECK(to_json(told).at("lasted_ms").as_int64() == told.lasted().count());
}

TEST_CASE("engine/report: a rollback tells its reason, what was put back, and the record of the incident") {
  rig r;
  r.world->values["api"] = "1";
  plan_builder b;
  b.set("api", "api", "2");
  b.make("bad", {"api"});
  r.toy->intercept = [](const shipflow::request& q, shipflow::reply& reply) {
    if (q.step != "bad" || q.what != shipflow::verb::apply) return false;
    reply(shipflow::answer::failed(shipflow::make_error(shipflow::errc::failed, "it broke")));
    return true;
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  const auto told = shipflow::report_release(*r.store, run).value();
  CHECK(told.phase == "rolled_back");
  CHECK(told.is_incident());
  REQUIRE(told.undo.size() == 1);
  CHECK(told.undo[0].id == "api");
  const auto incident = shipflow::incident_text(told);
  CHECK(incident.starts_with("DEPLOYMENT INCIDENT\n\nStatus: Resolved\n"));
  CHECK(has(incident, "Cause: step bad failed"));
  CHECK(has(incident, "Resolution: rolled back"));
  CHECK(has(incident, "put back: api"));
}

TEST_CASE("engine/report: what people wrote stays words") {
  rig r;
  plan_builder b;
  b.approval("go", {"qa"});
  b.set("api", "api", "2", {"go"});
  b.get().release.notes = "<script>alert(1)</script>";
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "reject", "user:quinn",
              {{"step", "go"}, {"reason", "<img src=x onerror=y> | [a](b)\n# c"}}));
  REQUIRE(r.finish(run));
  const auto told = shipflow::report_release(*r.store, run).value();
  const auto page = shipflow::to_html(told, {});
  CHECK_FALSE(has(page, "<script>alert"));
  CHECK_FALSE(has(page, "<img"));
  const auto text = shipflow::to_markdown(told);
  CHECK_FALSE(has(text, "<img"));
  CHECK_FALSE(has(text, "\n# c"));
  CHECK(has(text, "\\[a\\]"));
}

TEST_CASE("engine/report: unknown runs and broken records are errors") {
  rig r;
  CHECK_FALSE(shipflow::report_release(*r.store, "nobody").has_value());
}
