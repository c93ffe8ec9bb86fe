#include "rig.hpp"

#include <shipflow/release_report.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;
using namespace std::chrono_literals;

namespace {

plan_builder with_tasks() {
  plan_builder b;
  b.set("api", "api", "2");
  b.watch("watch", 1h, {"api"});
  b.get().tasks = {{"old-images", "Remove old images", std::chrono::hours{24}, {"lead"}},
                   {"review", "Review the release", shipflow::duration{0}, {}}};
  return b;
}

bool tick(rig& r, const std::string& run, const std::string& who, const std::string& task) {
  const bool heard = r.say(run, "tick", who, {{"step", "tasks"}, {"item", task}});
  r.settle();
  return heard;
}

std::string last_word(rig& r, const std::string& run) {
  std::string out;
  for (const auto& stored : r.store->read_facts(run).value()) {
    if (stored.kind != shipflow::fact_kind::signal) continue;
    const auto body = shipflow::parse_json(stored.body).value().at("body").as_object();
    out = body.at("meaning").as_string().c_str();
    if (const auto* why = body.if_contains("why")) out += std::string(": ") + why->as_string().c_str();
  }
  return out;
}

}  // namespace

TEST_CASE(
    "engine/task: tasks are due after the release, ticked while watched and after the end, in the chain") {
  rig r;
  auto b = with_tasks();
  const auto run = r.start(b);
  r.time.run_until([&] { return r.phase(run) == "watching"; });
  CHECK(tick(r, run, "user:dana", "review"));
  const auto released = r.look(run).released_at;
  auto listed = shipflow::summary(r.look(run)).at("tasks").as_array();
  CHECK(listed[0].at("due").as_int64() == shipflow::to_ms(released + std::chrono::hours{24}));
  CHECK_FALSE(listed[0].as_object().contains("done"));
  CHECK(listed[1].at("by").as_string() == "user:dana");
  REQUIRE(r.finish(run));
  SUBCASE("by the engine that carried it out") {}
  SUBCASE("by one that came later") { r.crash(); }
  const auto ended = r.store->get_run(run).value();
  CHECK(tick(r, run, "user:lee", "old-images"));
  listed = shipflow::summary(r.look(run)).at("tasks").as_array();
  CHECK(listed[0].at("by").as_string() == "user:lee");
  const auto now = r.store->get_run(run).value();
  CHECK(now.status == shipflow::run_status::released);
  CHECK(now.finished_ms == ended.finished_ms);
  CHECK(now.owner.empty());
  CHECK(now.rev == ended.rev + 1);
  CHECK(shipflow::verify_audit(*r.store, run).has_value());
  CHECK(r.engine->ended(run));
}

TEST_CASE("engine/task: who may not, what is not there, twice and too early are refused with the reason") {
  rig r;
  auto b = with_tasks();
  b.approval("go", {"qa"}, {"api"});
  const auto run = r.start(b);
  r.settle();
  CHECK(tick(r, run, "user:lee", "old-images"));
  CHECK(last_word(r, run) == "refused: tasks begin with the release; the run is forward");
  CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
  REQUIRE(r.finish(run));
  CHECK(tick(r, run, "user:dana", "old-images"));
  CHECK(last_word(r, run) == "refused: needs one of the roles lead");
  CHECK(tick(r, run, "user:lee", "new-images"));
  CHECK(last_word(r, run) == "refused: the plan has no task \"new-images\"");
  CHECK(tick(r, run, "user:lee", "old-images"));
  CHECK(tick(r, run, "user:lee", "old-images"));
  CHECK(last_word(r, run) == "refused: it was ticked by user:lee already");
  CHECK_FALSE(r.say(run, "rollback", "user:lee"));
  CHECK_FALSE(r.say(run, "tick", "user:lee", {{"step", "api"}, {"item", "1"}}));
}

TEST_CASE("engine/task: a release that was taken back has none") {
  rig r;
  r.world->values["api"] = "1";
  auto b = with_tasks();
  const auto run = r.start(b);
  r.time.run_until([&] { return r.phase(run) == "watching"; });
  CHECK(r.say(run, "rollback", "user:dana"));
  REQUIRE(r.finish(run));
  CHECK_FALSE(tick(r, run, "user:lee", "old-images"));
}

TEST_CASE(
    "engine/task: the report tells what is done, done late, due and overdue, as of when it is looked at") {
  rig r;
  auto b = with_tasks();
  b.get().tasks.push_back({"<b>", "Tell | everybody", std::chrono::hours{1}, {}});
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  r.time.run_until([] { return false; }, std::chrono::hours{3});
  CHECK(tick(r, run, "user:dana", "<b>"));
  auto told = shipflow::report_release(*r.store, run).value();
  REQUIRE(told.tasks.size() == 3);
  CHECK(told.state_of(told.tasks[0]) == "due");
  CHECK(told.state_of(told.tasks[1]) == "open");
  CHECK(told.state_of(told.tasks[2]) == "done late");
  told.looked_at = told.released_at + std::chrono::hours{25};
  CHECK(told.state_of(told.tasks[0]) == "overdue");
  const auto text = shipflow::to_markdown(told);
  CHECK(text.find("## After the release") != std::string::npos);
  CHECK(text.find("| old-images | Remove old images | overdue |") != std::string::npos);
  CHECK(text.find("| \\<b\\> | Tell \\| everybody | done late |") == std::string::npos);
  CHECK(shipflow::to_html(told, {}).find("<td><b></td>") == std::string::npos);
  CHECK(to_json(told).at("tasks").as_array()[0].at("state").as_string() == "overdue");
}
