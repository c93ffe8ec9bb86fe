// Recordings: taken, kept, and rehearsed from.
#include "plans.hpp"

#include <shipflow/recording.hpp>

#include <doctest/doctest.h>

#include <optional>

using namespace shipflow_test;
using namespace shipflow;

namespace {

const json::object binding{{"provider", "local"},
                           {"command", {"shop", "--port", "${port}"}},
                           {"listen", "127.0.0.1:8080"},
                           {"instances", 3}};
const json::object tasks{{"provider", "command"},
                         {"tasks",
                          {{"migrate",
                            {{"command", {"migrate"}},
                             {"undo", {"back"}},
                             {"observe", {"status"}},
                             {"resource", "database:shop"}}}}}};

/// Migration and blue-green on the built-in providers.
class built_in_plan : public plan_builder {
 public:
  built_in_plan() {
    auto& migrate = step("migrate", step_kind::action, {});
    migrate.provider = "command";
    migrate.component = "database";
    migrate.action = "migrate";
    migrate.target = tasks;
    migrate.inputs = {{"to", "0003"}};
    migrate.repeat = effect_class::creates;
    migrate.rank = restore_rank::database;
    migrate.resources = {"database:shop"};
    local("launch", "fleet:api/new", {"migrate"}, {{"version", "2.0.0"}});
    auto& shift =
        local("shift", "traffic:api", {"launch"}, {{"weight", 100}, {"colour", "${steps.launch.colour}"}});
    shift.repeat = effect_class::compare_and_set;
    shift.rank = restore_rank::traffic;
    shift.first_traffic = true;
    watch("watch", std::chrono::hours(1), {"shift"});
    local("retire", "fleet:api/old", {"watch"}, {});
  }

 private:
  plan_step& local(const std::string& action, const std::string& resource,
                   const std::vector<std::string>& needs, json::object inputs) {
    auto& s = step(action, step_kind::action, needs);
    s.provider = "local";
    s.component = "api";
    s.action = action;
    s.target = binding;
    s.inputs = std::move(inputs);
    s.repeat = effect_class::token;
    s.resources = {resource};
    return s;
  }
};

/// Answers observe from a table; the rest never comes.
class seen_provider final : public provider {
 public:
  seen_provider(std::string name, answer a) : name_(std::move(name)), answer_(std::move(a)) {}
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return {}; }
  void call(request q, reply r) override {
    CHECK(q.what == verb::observe);
    secrets = q.secrets;
    if (answer_.kind == answer_kind::progress)
      held_.push_back(std::move(r));
    else
      r(answer_);
  }
  /// Drops what was not answered, while the scheduler is still there to hear of it.
  void forget() { held_.clear(); }
  std::vector<std::string> secrets;

 private:
  std::string name_;
  answer answer_;
  std::vector<reply> held_;
};

result<recording> take(const plan& what, const std::vector<std::shared_ptr<seen_provider>>& seen) {
  virtual_time time(1);
  const std::vector<std::shared_ptr<provider>> providers(seen.begin(), seen.end());
  std::optional<result<recording>> got;
  take_recording(
      what, providers, [](const std::string&) -> result<std::string> { return std::string("s3cret"); }, time,
      [&](result<recording> r) { got = std::move(r); });
  REQUIRE(time.run_until([&] { return got.has_value(); }));
  for (const auto& p : seen) p->forget();
  return *got;
}

rehearsal_options from(const plan& what, const recording& r) {
  rehearsal_options o;
  o.make_world = [what, r](const std::shared_ptr<world>& w) {
    return make_recorded_world(what, r, w).value();
  };
  return o;
}

}  // namespace

TEST_CASE("rehearsal/recording: every fault leads back to the recorded state of the built-in providers") {
  built_in_plan b;
  recording r;
  r.environment = "test";
  r.steps["migrate"] = {"command", "migrate", "database", "0002"};
  r.steps["launch"] = {
      "local", "launch", "api",
      json::parse(R"({"live": "green", "version": "1.4.0", "weights": {"blue": 0, "green": 100},
                           "fleets": {"green": {"version": "1.4.0", "instances": 3, "ready": 3, "recipe": "sha256:x"}},
                           "maintenance": false, "balancer": "running"})")};
  const auto report = rehearse(b.get(), from(b.get(), r));
  REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().text()));
  for (const auto& v : report->violations) FAIL_CHECK(v.check, ": ", v.what, " ", v.replay);
  CHECK(report->restored > 10);
  CHECK(report->released > 10);
  const auto again = rehearse(b.get(), from(b.get(), r));
  REQUIRE(again.has_value());
  CHECK(again->hash == report->hash);
}

TEST_CASE("rehearsal/recording: a version that never becomes ready is taken back by itself") {
  built_in_plan b;
  recording r;
  r.behaviour.versions["2.0.0"].ready.reset();
  auto options = from(b.get(), r);
  options.mode = rehearsal_mode::single;
  const auto report = rehearse(b.get(), options);
  REQUIRE_FALSE(report.has_value());
  CHECK(report.error().code == errc::unsupported);
  CHECK(report.error().message.find("restored") != std::string::npos);
}

TEST_CASE("rehearsal/recording: observe of every step that touches something, secrets taken out") {
  plan_builder b;
  auto& set = b.set("set", "a", "1");
  set.inputs["token"] = "${secret:TOKEN}";
  b.make("made", {"set"});
  const auto toy =
      std::make_shared<seen_provider>("toy", answer::done(json::object{{"value", "has s3cret in it"}}));
  const auto r = take(b.get(), {toy});
  REQUIRE_MESSAGE(r.has_value(), (r ? "" : r.error().text()));
  CHECK(r->steps.size() == 1);
  CHECK(r->environment == "test");
  CHECK(toy->secrets == std::vector<std::string>{"s3cret"});
  CHECK(json::serialize(to_json(*r)).find("s3cret") == std::string::npos);
}

TEST_CASE("rehearsal/recording: what cannot be looked at is named") {
  plan_builder b;
  b.set("set", "a", "1");
  auto none = take(b.get(), {});
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().message == "step set: there is no provider toy");
  auto failed = take(b.get(), {std::make_shared<seen_provider>(
                                  "toy", answer::failed(make_error(errc::unavailable, "no route")))});
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().message == "step set cannot be looked at: no route");
  auto silent =
      take(b.get(), {std::make_shared<seen_provider>("toy", answer::in_progress(0, "", duration{1}))});
  REQUIRE_FALSE(silent.has_value());
  CHECK(silent.error().code == errc::timeout);
}

TEST_CASE("rehearsal/recording: as JSON and back, and what is wrong is named") {
  const auto text =
      R"({"shipflow_recording": 1, "plan": "shop", "environment": "test", "taken": "2026-03-03T10:00:00Z",
      "steps": {"migrate": {"provider": "command", "action": "migrate", "component": "database", "observed": "2"}},
      "behaviour": {"before": null, "versions": {"2": {"ready": null, "errors": 0.5, "dies": "3s"}},
                    "programs": {"database.migrate": {"lasts": "4m", "exit_code": 3, "prints": "x"}},
                    "endpoints": {"GET http://a/": {"status": 503}}}})";
  const auto r = recording_from_json(json::parse(text));
  REQUIRE_MESSAGE(r.has_value(), (r ? "" : r.error().text()));
  CHECK_FALSE(r->behaviour.before.has_value());
  CHECK_FALSE(r->behaviour.versions.at("2").ready.has_value());
  CHECK(r->behaviour.programs.at("database.migrate").lasts == std::chrono::minutes(4));
  CHECK(r->behaviour.endpoints.at("GET http://a/").status == 503);
  const auto again = recording_from_json(to_json(*r));
  REQUIRE(again.has_value());
  CHECK(to_json(*again) == to_json(*r));

  const std::vector<std::pair<const char*, const char*>> rows{
      {"[]", "a recording is a mapping"},
      {"{}", "recording: shipflow_recording, the number of its format, is missing"},
      {R"({"shipflow_recording": 2})", "the recording has format 2, this shipflow reads up to 1"},
      {R"({"shipflow_recording": 1, "stepps": {}})", "recording: stepps is not known here"},
      {R"({"shipflow_recording": 1, "taken": "soon"})", "recording: taken is no time"},
      {R"({"shipflow_recording": 1, "steps": {"a": 3}})", "recording: steps `a` must be a mapping"},
      {R"({"shipflow_recording": 1, "behaviour": {"versions": {"2": {"errors": 2}}}})",
       "versions `2`: errors is no number that fits"},
      {R"({"shipflow_recording": 1, "behaviour": {"programs": {"a": {"lasts": 3}}}})",
       "programs `a`: lasts must be a text"},
      {R"({"shipflow_recording": 1, "behaviour": {"programs": {"a": {"lasts": "long"}}}})",
       "programs `a`: lasts must be a duration such as \"2s\""},
      {R"({"shipflow_recording": 1, "behaviour": {"endpoints": {"a": {"refuses": 1}}}})",
       "endpoints `a`: refuses must be true or false"}};
  for (const auto& [json_text, wanted] : rows) {
    const auto wrong = recording_from_json(json::parse(json_text));
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error().message == wanted);
  }
}

TEST_CASE("rehearsal/recording: a recording of another environment or of something else is refused") {
  built_in_plan b;
  virtual_time time(1);
  const auto w = std::make_shared<world>(time);
  recording r;
  r.environment = "production";
  const auto other = make_recorded_world(b.get(), r, w);
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().message == "the recording is of environment production, the plan is for test");
  r.environment = "test";
  r.steps["launch"] = {"local", "launch", "api", json::object{{"fleets", 3}}};
  const auto wrong = make_recorded_world(b.get(), r, w);
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().message == "component api: baseline: fleets must be a mapping");
}
