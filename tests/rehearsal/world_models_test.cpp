// Rehearsals among people who do not answer as wished, a database, and numbers that are late or missing.
#include "plans.hpp"

#include <shipflow/rehearsal.hpp>
#include <shipflow/world_models.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;
using namespace shipflow;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

rehearsed_plan approved(const std::string& on_expiry) {
  rehearsed_plan b;
  b.set("before", "api", "2");
  b.approval("go", {"qa"}, {"before"}).on_expiry = on_expiry;
  b.set("after", "web", "2", {"go"});
  return b;
}

rehearsal_cell asked(const std::string& on_expiry, const std::string& fault) {
  auto b = approved(on_expiry);
  rehearsal_options options;
  options.mode = rehearsal_mode::single;
  options.faults = {parse_fault("go:" + fault).value()};
  const auto r = rehearse(b.get(), options).value();
  for (const auto& v : r.violations) FAIL_CHECK(v.check, ": ", v.what);
  return r.cells.at(0);
}

rehearsed_plan database_plan() {
  rehearsed_plan b;
  const auto step = [&](const std::string& id, const std::string& action,
                        const std::vector<std::string>& needs) -> auto& {
    auto& s = b.step(id, step_kind::action, needs);
    s.provider = "database";
    s.action = action;
    s.undo = reversibility::forward_only;
    s.timeout = minutes(30);
    return s;
  };
  step("backup", "backup", {}).repeat = effect_class::creates;
  step("backup-verified", "verify_backup", {"backup"});
  auto& migrate = step("migrate", "migrate", {"backup-verified"});
  migrate.inputs = {{"to", "0002"}};
  migrate.repeat = effect_class::token;
  migrate.undo = reversibility::destructive;
  migrate.rank = restore_rank::database;
  migrate.resources = {"schema:database"};
  migrate.tells_ready = true;
  b.set("traffic", "traffic", "2", {"migrate"}).rank = restore_rank::traffic;
  b.watch("watch", hours(24), {"traffic"});
  return b;
}

rehearsal_options with_database(const database_model_options& database) {
  rehearsal_options options;
  options.make_world = [database](const std::shared_ptr<world>& where) {
    rehearsal_world out;
    out.models.push_back(make_database_model(where, "database", database));
    return out;
  };
  return options;
}

rehearsed_plan watched_plan() {
  rehearsed_plan b;
  b.set("traffic", "traffic", "2").first_traffic = true;
  b.wait("bake", minutes(30), {"traffic"});
  b.trigger("errors", "traffic", "5m");
  b.get().rollback.unavailable_after = minutes(5);
  return b;
}

result<rehearsal_report> with_numbers(const metric_model_options& numbers, rehearsal_mode mode) {
  auto b = watched_plan();
  rehearsal_options options;
  options.mode = mode;
  options.make_world = [numbers](const std::shared_ptr<world>& where) {
    rehearsal_world out;
    auto mine = numbers;
    mine.name = "toy";
    mine.rates = {{"errors", 0.001}, {"all", 100}};
    out.metrics.push_back(make_metric_model(where, mine));
    return out;
  };
  return rehearse(b.get(), options);
}

}  // namespace

TEST_CASE("rehearsal/people: who approves too late has let the release expire, or finds it waiting") {
  CHECK(asked("reject", "approval_late").outcome == rehearsed::restored);
  CHECK(asked("reject", "approval_late").why.find("nobody answered within 4h") != std::string::npos);
  CHECK(asked("hold", "approval_late").outcome != rehearsed::violated);
}

TEST_CASE("rehearsal/people: who approves twice approves once") {
  CHECK(asked("reject", "approval_twice").outcome == rehearsed::released);
}

TEST_CASE("rehearsal/people: who never approves ends the release or leaves it with a command that leads on") {
  CHECK(asked("reject", "approval_never").outcome == rehearsed::restored);
  const auto held = asked("hold", "approval_never");
  CHECK(held.outcome == rehearsed::parked);
  CHECK(held.action.find("shipflow approve ") == 0);
  CHECK(asked("reject", "approval_rejected").outcome == rehearsed::restored);
}

TEST_CASE("rehearsal/database: backup and migration lead back from every fault") {
  auto b = database_plan();
  const auto r = rehearse(b.get(), with_database({}));
  REQUIRE_MESSAGE(r.has_value(), (r ? "" : r.error().text()));
  for (const auto& v : r->violations) FAIL_CHECK(v.check, ": ", v.what, "\n  ", v.replay);
  CHECK(r->rows.at(2).undone);
  // A restore takes nine minutes.
  REQUIRE(r->restoring_worst.has_value());
  CHECK(*r->restoring_worst >= minutes(9));
}

TEST_CASE(
    "rehearsal/database: a migration whose backup is gone by then is put back by a person, or not at all") {
  database_model_options options;
  options.keeps_backups = hours(12);
  auto single = with_database(options);
  single.mode = rehearsal_mode::single;
  single.faults = {parse_fault("watch:rollback").value()};
  auto b = database_plan();
  b.set("after", "web", "2", {"watch"});
  const auto r = rehearse(b.get(), single).value();
  REQUIRE(r.cells.size() == 1);
  CHECK(r.cells[0].outcome == rehearsed::violated);
  CHECK(r.cells[0].why.find("putting back migrate failed: database: there is no such backup any more") !=
        std::string::npos);
}

TEST_CASE("rehearsal/metrics: numbers that are late change nothing but when they are seen") {
  metric_model_options late;
  late.lag = minutes(2);
  const auto r = with_numbers(late, rehearsal_mode::exhaustive);
  REQUIRE_MESSAGE(r.has_value(), (r ? "" : r.error().text()));
  for (const auto& v : r->violations) FAIL_CHECK(v.check, ": ", v.what, "\n  ", v.replay);
  CHECK(r->undisturbed.lasted >= minutes(30));
}

TEST_CASE("rehearsal/metrics: a short gap and a short outage are waited out") {
  metric_model_options some;
  some.gaps = {{minutes(10), minutes(11)}};
  some.outages = {{minutes(20), minutes(22)}};
  const auto r = with_numbers(some, rehearsal_mode::exhaustive);
  REQUIRE_MESSAGE(r.has_value(), (r ? "" : r.error().text()));
  for (const auto& v : r->violations) FAIL_CHECK(v.check, ": ", v.what, "\n  ", v.replay);
}

TEST_CASE("rehearsal/metrics: a source that stays away promotes nothing and waits for a person") {
  metric_model_options gone;
  gone.outages = {{minutes(10), hours(100)}};
  const auto r = with_numbers(gone, rehearsal_mode::single);
  REQUIRE_FALSE(r.has_value());
  CHECK(r.error().code == errc::unsupported);
  CHECK(r.error().message.find("toy is away") != std::string::npos);
}
