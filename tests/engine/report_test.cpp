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
  REQUIRE(told.weights.size() == 1);
  CHECK(told.weights[0].percent == 50);
  CHECK(told.steps[1].status == "done");
  const auto text = shipflow::to_markdown(told);
  CHECK(has(text, "# toy 2.0.0 to test: released"));
  CHECK(has(text, "| go | go | done |"));
  CHECK(has(text, "toy 2.0.0 was released to test in "));
  CHECK(has(text, "3 of 3 steps done."));
  CHECK(has(text, "Started by user:dana; agreed to by user:quinn."));
  CHECK(has(text, "| user:quinn | approve go | counted | looks good |"));
  CHECK(has(text, "Wishlists"));
  const auto page = shipflow::to_html(told, {});
  CHECK(has(page, "<svg"));
  CHECK_FALSE(has(page, "src="));
  CHECK(has(page, "<p class=\"lead\">toy 2.0.0 was released to test in "));
  CHECK(has(page, "<td>approve go</td>"));
  CHECK(to_json(told).at("lasted_ms").as_int64() == told.lasted().count());
}

TEST_CASE(
    "engine/report: checklists item by item, the rules, who is in which role, and what people were told") {
  rig r;
  plan_builder b;
  auto& list = b.step("ready", shipflow::step_kind::checklist, {});
  list.items = {"database-1", "database-2"};
  list.item_texts = {"Migrations reviewed", "<b>Backup</b> verified"};
  list.item_groups = {"Database & co", "Database & co"};
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
  CHECK(told.items[0].state == "open");
  CHECK(told.items[1].state == "done");
  CHECK(told.items[1].group == "Database & co");
  CHECK(told.items[1].who == "user:quinn");
  CHECK(told.items[1].ticked > told.created);
  const auto has_rule = [&](const std::string& rule) {
    return std::find(told.rules.begin(), told.rules.end(), rule) != told.rules.end();
  };
  CHECK(has_rule("starts preferably Tue-Thu 10:00-14:00 (UTC)"));
  CHECK(has_rule("never starts during 12-20..12-26 (UTC)"));
  CHECK(has_rule("SEV2: lead, qa decide, 2 of them within 15m, else it is rolled back; after 5m dev too"));
  CHECK(has_rule("SEV3: calls scale-out; is recorded"));
  CHECK(has_rule("a step that fails: rolls back at once"));
  CHECK(has_rule("within 30m of the release lead may ask for a rollback"));
  REQUIRE(told.messages.size() == 1);
  CHECK(told.messages[0].moment == "started");
  CHECK(told.messages[0].status == "waiting");
  const auto page = shipflow::to_html(told, {});
  CHECK(has(page, "Migrations reviewed"));
  CHECK(has(page, "&lt;b&gt;Backup"));
  CHECK(has(page, "it &lt;i&gt;begins"));
  CHECK(has(page, "<td>lead</td><td>user:lee</td>"));
  CHECK(has(page, ">Database &amp; co</th>"));
  // Who ticked what stands under the checklists, and not once more under what people said.
  CHECK_FALSE(has(page, "tick ready"));
  CHECK_FALSE(has(page, "<h2>People</h2>"));
  const auto text = shipflow::to_markdown(told);
  CHECK(has(text, "### ready: Database &amp; co\n\n- [ ] Migrations reviewed\n- [x] &lt;b\\>Backup"));
  CHECK(has(text, "- lead: user:lee"));
  CHECK_FALSE(has(text, "## People"));
  const auto o = to_json(told);
  CHECK(o.at("items").as_array().size() == 2);
  CHECK(o.at("roles").as_object().at("lead") == "user:lee");
  CHECK(o.at("messages").as_array().at(0).at("text") == "it <i>begins</i>");
}

TEST_CASE("engine/report: items that checks tick stand in their group, and are steps as well") {
  rig r;
  plan_builder b;
  auto& list = b.step("ready", shipflow::step_kind::checklist, {});
  list.items = {"code-1", "database-2"};
  list.item_texts = {"Reviewed", "Migrations reviewed"};
  list.item_groups = {"Code", "Database"};
  auto& check = b.make("ready/database-1", {});
  check.group = "ready";
  check.title = "Backup verified";
  auto& alone = b.make("ready/business-continuity-1", {});
  alone.group = "ready";
  alone.title = "Support answers";
  // A part of a strategy ends in a number, too.
  auto& part = b.make("api/shift-10", {});
  part.group = "api";
  const auto run = r.start(b);
  r.settle();
  const auto told = shipflow::report_release(*r.store, run).value();
  REQUIRE(told.items.size() == 4);
  CHECK(told.items[0].text == "Reviewed");
  CHECK(told.items[1].text == "Backup verified");
  CHECK(told.items[1].group == "Database");
  CHECK(told.items[1].who == "a check");
  CHECK(told.items[1].state == "done");
  CHECK(told.items[2].text == "Migrations reviewed");
  CHECK(told.items[2].state == "open");
  CHECK(told.items[3].group == "Business continuity");
}

TEST_CASE("engine/report: traffic of several components is told apart, and goes back to nothing") {
  rig r;
  plan_builder b;
  auto& api = b.set("api", "api", "2");
  api.component = "api";
  api.inputs["weight"] = 10;
  auto& web = b.set("web", "web", "2", {"api"});
  web.component = "web";
  web.inputs["weight"] = 100;
  b.make("bad", {"web"});
  r.toy->intercept = [](const shipflow::request& q, shipflow::reply& reply) {
    if (q.step != "bad" || q.what != shipflow::verb::apply) return false;
    reply(shipflow::answer::failed(shipflow::make_error(shipflow::errc::failed, "it broke")));
    return true;
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  const auto told = shipflow::report_release(*r.store, run).value();
  CHECK(told.turned >= told.created);
  REQUIRE(told.weights.size() == 4);
  CHECK(told.weights[0].component == "api");
  CHECK(told.weights[0].percent == 10);
  CHECK(told.weights[1].component == "web");
  CHECK(told.weights[2].percent == 0);
  CHECK(told.weights[3].percent == 0);
  const auto page = shipflow::to_html(told, {});
  CHECK(has(page, ">api</text>"));
  CHECK(has(page, ">web</text>"));
  CHECK(has(page, ">rollback</text>"));
  CHECK(has(page, "was rolled back in test after "));
}

TEST_CASE("engine/report: a long watch leaves the way to the release to be seen, with its times") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  b.wait("bake", std::chrono::minutes{10}, {"api"});
  b.step("watch", shipflow::step_kind::watch, {"bake"}).lasts = std::chrono::hours{24};
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  const auto told = shipflow::report_release(*r.store, run).value();
  const auto page = shipflow::to_html(told, {});
  CHECK(has(page, "<h3>Up to the release</h3>"));
  CHECK(has(page, "<h3>From then on</h3>"));
  CHECK(has(page, "and was watched for 1d after that."));
  // One style for all pictures, and a title for each.
  CHECK(page.find("<style>") == page.rfind("<style>"));
  CHECK(page.find("<svg") != page.rfind("<svg"));
  for (auto at = page.find("<svg"); at != std::string::npos; at = page.find("<svg", at + 1))
    CHECK(page.find("<title>", at) < page.find("</svg>", at));
}

TEST_CASE("engine/report: the environment in words, its links, and nothing to click that is no page") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  auto& p = b.get();
  p.environment_url = "javascript:alert(1)";
  p.about = {{"purpose", "Live"},
             {"size", shipflow::json::object{{"tasks", 3}, {"multi_az", true}, {"cpus", 0.5}}},
             {"links", shipflow::json::object{{"Logs <b>", "https://logs.example.com/?a=1&b=2"},
                                              {"Bad", "javascript:alert(2)"}}}};
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  const auto told = shipflow::report_release(*r.store, run).value();
  const auto page = shipflow::to_html(told, {});
  CHECK(has(page, "href=\"https://logs.example.com/?a=1&amp;b=2\">Logs &lt;b&gt;</a>"));
  CHECK(has(page, "<td>cpus 0.5, multi_az yes, tasks 3</td>"));
  CHECK_FALSE(has(page, "href=\"javascript"));
  const auto text = shipflow::to_markdown(told);
  CHECK(has(text, "- Size: cpus 0.5, multi\\_az yes, tasks 3"));
  CHECK(to_json(told).at("about").at("purpose") == "Live");
}

TEST_CASE(
    "engine/report: health before and since the release, the worst of both sides, and a probe's share") {
  shipflow::release_report told;
  told.guards = {{"errors", "SEV1", "pass", "", 0, "", "errors > 1%"},
                 {"orders", "SEV1", "pass", "", 0, "", "orders < 95%"},
                 {"api", "SEV1", "pass", "", 0},
                 {"worse", "SEV1", "pass", "", 0}};
  const auto at = [](int s) { return shipflow::from_ms(1'000'000 + s * 1000); };
  const auto seen = [&](const char* guard, const char* text, const char* unit, std::vector<double> values) {
    shipflow::guard_evidence e;
    e.rule.guard = guard;
    e.begins = at(3);
    shipflow::evidence_line line{"alert", text, unit, {}, {}, {}};
    int second = 0;
    for (const auto v : values) line.points.push_back({at(++second), v});
    e.lines.push_back(line);
    return e;
  };
  std::vector<shipflow::guard_evidence> all{
      seen("errors", "errors > 1%", "%", {0.1, 0.1, 0.3, 0.2, 0.2, 0.9}),
      seen("orders", "orders < 95%", "%", {99, 99, 99, 98, 98, 90}),
      seen("api", "api", "", {1, 1, 1, 1, 0, 1}), seen("worse", "worse(...)", " nats", {1, 2, 3, 4, 5, 6})};
  all[2].rule.probe = "api";
  // A probe is looked at from the release on, and is not told when that was.
  all[2].begins.reset();
  all[2].levels = {{at(0), at(3), "pass", false}, {at(4), at(9), "pass", true}};
  tell_health(told, all);
  CHECK(told.guards[0].before == "0.1%, at most 0.3%");
  CHECK(told.guards[0].after == "0.2%, at most 0.9%");
  CHECK(told.guards[1].before == "99%");
  CHECK(told.guards[1].after == "98%, at least 90%");
  CHECK(told.guards[2].before == "100% up");
  CHECK(told.guards[2].after == "66.7% up");
  CHECK(told.guards[3].after.empty());
  CHECK(has(shipflow::to_markdown(told), "| 0.1%, at most 0.3% | 0.2%, at most 0.9% |"));
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
  auto partly = told;
  partly.undo.push_back({"migrate", "kept", "the plan keeps it"});
  CHECK(has(shipflow::incident_text(partly), "is there again, but for migrate, kept\n"));
  CHECK(has(shipflow::summary_of(partly).front(), "is there again, but for migrate, kept: "));
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
