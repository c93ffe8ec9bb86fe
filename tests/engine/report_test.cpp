// Reports of runs that really ran.
#include "rig.hpp"

#include <shipflow/release_report.hpp>

#include <doctest/doctest.h>

#include <algorithm>

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

TEST_CASE(
    "engine/report: checklists item by item, the rules, who is in which role, and what people were told") {
  rig r;
  plan_builder b;
  auto& list = b.step("ready", shipflow::step_kind::checklist, {});
  list.items = {"database-1", "database-2"};
  list.item_texts = {"Migrations reviewed", "<b>Backup</b> verified"};
  b.set("api", "api", "2", {"ready"});
  auto& p = b.get();
  p.rollback.severities["SEV2"] = {"ask", {"lead", "qa"}, std::chrono::minutes{15}, "rollback", 2};
  p.rollback.severities["SEV2"].escalate = {{std::chrono::minutes{5}, {"dev"}}};
  p.rollback.severities["SEV3"].what = "record";
  p.rollback.severities["SEV3"].calls = {"scale-out"};
  p.rollback.decision_window = std::chrono::minutes{30};
  p.rollback.decision_roles = {"lead"};
  p.calendar.emplace();
  p.calendar->prefer = {"Tue-Thu 10:00-14:00"};
  p.calendar->freeze = {"12-20..12-26"};
  p.channels.push_back({"ops", "nobody", {}});
  shipflow::plan_message started;
  started.moment = "started";
  started.to = {"ops"};
  started.text = {{shipflow::text_piece::kind::words, "it <i>begins</i>"}};
  p.messages.push_back(started);
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "tick", "user:quinn", {{"step", "ready"}, {"item", "database-2"}}));
  r.settle();
  auto told = shipflow::report_release(*r.store, run).value();
  REQUIRE(told.items.size() == 2);
  CHECK(told.items[0].ticked == shipflow::time_point{});
  CHECK(told.items[1].who == "user:quinn");
  CHECK(told.items[1].ticked > told.created);
  const auto has_rule = [&](const std::string& rule) {
    return std::find(told.rules.begin(), told.rules.end(), rule) != told.rules.end();
  };
  CHECK(has_rule("starts preferably Tue-Thu 10:00-14:00 (UTC)"));
  CHECK(has_rule("never starts during 12-20..12-26 (UTC)"));
  CHECK(has_rule("SEV2 lead, qa decide, 2 of them within 15m, else it is rolled back; after 5m dev too"));
  CHECK(has_rule("SEV3 calls scale-out; is recorded"));
  CHECK(has_rule("a step that fails rolls back at once"));
  CHECK(has_rule("within 30m of the release lead may ask for a rollback"));
  REQUIRE(told.messages.size() == 1);
  CHECK(told.messages[0].moment == "started");
  CHECK(told.messages[0].status == "waiting");
  const auto page = shipflow::to_html(told, {});
  CHECK(has(page, "Migrations reviewed"));
  CHECK(has(page, "&lt;b&gt;Backup"));
  CHECK(has(page, "it &lt;i&gt;begins"));
  CHECK(has(page, "<td>lead</td><td>user:lee</td>"));
  const auto text = shipflow::to_markdown(told);
  CHECK(has(text, "| ready | Migrations reviewed |  |  |"));
  CHECK(has(text, "- lead: user:lee"));
  const auto o = to_json(told);
  CHECK(o.at("items").as_array().size() == 2);
  CHECK(o.at("roles").as_object().at("lead") == "user:lee");
  CHECK(o.at("messages").as_array().at(0).at("text") == "it <i>begins</i>");
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
