// A plan with a canary of a site: released against the double, a bad version taken back, and rehearsed with every fault.
#include "canaries.hpp"

#include <shipflow/shipflow.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace tests;

namespace {

/// What the example releases by, for the rehearsal.
std::string example(const std::string& file) {
  std::ifstream in(std::string(SHIPFLOW_TEST_DATA) + "/../../../examples/site_canary/" + file);
  REQUIRE_MESSAGE(in.good(), file);
  return {std::istreambuf_iterator<char>(in), {}};
}

constexpr const char* short_plan = R"(
shipflow: 1
plan: shop-site
components: [cdn]
steps:
  - { id: launch, action: cdn.launch, with: { version: "${release.version}" } }
  - { id: testers, needs: [launch], action: cdn.shift, with: { path: "${steps.launch.path}", header: { name: aws-cf-cd-shop, value: next } } }
  - { id: look, needs: [testers], action: viewers.look, with: { header: next } }
  - { id: all, needs: [look], action: cdn.shift, with: { path: "${steps.launch.path}", weight: 100 } }
  - { id: retire, needs: [all], action: cdn.retire }
rollback: { on_failure: now }
)";

constexpr const char* bare_plan = R"(
shipflow: 1
plan: shop-site
components: [cdn]
steps:
  - { id: try, canary: { component: cdn, steps: [ { weight: 5, bake: 10m } ] } }
rollback: { on_failure: now }
)";

/// What the plans need; only CloudFront is asked in earnest.
void equip(engine& works, const aws_options& aws) {
  works.add(make_cloudfront_provider({.aws = aws})).value();
  works.add(make_site_provider({})).value();
  const auto probes = make_probes();
  const auto alarms = make_alarm_probes({});
  works.add(probes).value();
  works.add(alarms).value();
  works.add(make_probe_provider({probes, alarms})).value();
}

plan compiled(engine& works, const std::string& text, const std::string& staged, const std::string& version,
              diagnostics& found) {
  auto where_text = example("environments.yaml");
  where_text.insert(where_text.find("stay:"), staged);
  const auto document = read_plan(parse_document(text, "plan.yaml", found), found);
  const auto where =
      read_environment(parse_document(where_text, "environments.yaml", found), "production", {}, found);
  release_info release;
  release.version = version;
  return compile(document, where, release, {}, works.offers(), found);
}

plan compiled(engine& works, const std::string& text, const std::string& staged, const std::string& version) {
  diagnostics found;
  auto out = compiled(works, text, staged, version, found);
  REQUIRE_MESSAGE(!found.has_errors(), found.text());
  return out;
}

/// What a viewer gets who sends the header, and whether that version is any good.
class viewers final : public provider {
 public:
  explicit viewers(aws_double& cdn) : cdn_(cdn) {}
  std::string name() const override { return "viewers"; }
  std::vector<action_spec> actions() const override {
    action_spec look;
    look.name = "look";
    look.undo = reversibility::forward_only;
    look.inputs = {{"header", "string", true, false, "what is sent"}};
    return {look};
  }
  void call(request q, reply r) override {
    if (q.what != verb::apply) return r(answer::done());
    std::map<std::string, int> got;
    cdn_.with<cloud::cloudfront>([&](auto& model, auto) {
      got = model.served("E2EXAMPLE1AB", 10, 3,
                         {{"aws-cf-cd-shop", std::string(q.inputs.at("header").as_string())}});
    });
    if (got.contains("/releases/bad"))
      return r(answer::failed(make_error(errc::failed, "the first page says Internal Server Error")));
    r(answer::done());
  }

 private:
  aws_double& cdn_;
};

struct ended {
  std::string phase;
  std::map<std::string, int> served;
};

ended released(aws_double& cdn, const std::string& version) {
  loop time;
  engine works(time, make_memory_store(), {});
  equip(works, place::with_keys(cdn.url()).options());
  works.add(std::make_shared<viewers>(cdn)).value();
  const auto run = works.start(compiled(works, short_plan, "", version), {"user:me", {}, "", ""}).value();
  time.run_until([&] { return works.ended(run); });
  const auto state = works.look(run);
  ended out;
  out.phase = std::string(name_of(state->phase)) + " " + state->reason;
  cdn.with<cloud::cloudfront>(
      [&](auto& model, auto) { out.served = model.served("E2EXAMPLE1AB", 1'000, 5); });
  return out;
}

rehearsal_report rehearsed_with(const std::string& text, const std::string& staged,
                                rehearsal_options options) {
  loop time;
  engine works(time, make_memory_store(), {});
  equip(works, {});
  const auto plan = compiled(works, text, staged, "1.5.0");
  options.make_world = [&](const std::shared_ptr<world>& where) {
    recording from;
    from.behaviour.before = "1.4.0";
    return make_recorded_world(plan, from, where).value();
  };
  const auto report = rehearse(plan, options);
  REQUIRE_MESSAGE(report.has_value(), report.error().text());
  return *report;
}

}  // namespace

TEST_CASE("provider/cloudfront: a plan tries a release on testers, and a bad one is taken back") {
  aws_double cdn({}, 2'400);
  put_up_site(cdn);
  const auto bad = released(cdn, "bad");
  CHECK_MESSAGE(bad.phase.starts_with("rolled_back"), bad.phase);
  CHECK(bad.served == std::map<std::string, int>{{"/releases/1.4.0", 1'000}});
  const auto good = released(cdn, "1.5.0");
  CHECK_MESSAGE(good.phase.starts_with("released"), good.phase);
  CHECK(good.served == std::map<std::string, int>{{"/releases/1.5.0", 1'000}});
  CHECK(cdn.count("CopyDistribution") == 1);
}

TEST_CASE(
    "provider/cloudfront: a share that CloudFront does not give is refused before a run, with its place") {
  loop time;
  engine works(time, make_memory_store(), {});
  equip(works, {});
  std::string text = bare_plan;
  text.replace(text.find("weight: 5,"), 10, "weight: 50,");
  diagnostics found;
  (void)compiled(works, text, "", "1.5.0", found);
  CHECK(found.text() ==
        "plan.yaml:6:61 /steps/0/canary/steps/0/weight: `weight` must be 0 to 15 or 100, not 50\n");
}

TEST_CASE(
    "provider/cloudfront: a canary is rehearsed with every fault, with a staging distribution and without") {
  for (const auto* staged : {"", "staging: E3STAGING, "}) {
    CAPTURE(staged);
    const auto report = rehearsed_with(bare_plan, staged, {});
    for (const auto& v : report.violations) FAIL_CHECK(v.check, ": ", v.what, " ", v.replay);
    CHECK(report.restored > 10);
    CHECK(report.released > 10);
  }
}

TEST_CASE("provider/cloudfront: the example of a site with a canary is rehearsed") {
  rehearsal_options options;
  const char* more = std::getenv("SHIPFLOW_REHEARSAL");  // `exhaustive` takes a minute
  if (more == nullptr) options.mode = rehearsal_mode::swarm;
  options.runs = 20;
  const auto report = rehearsed_with(example("plan.yaml"), "", options);
  for (const auto& v : report.violations) FAIL_CHECK(v.check, ": ", v.what, " ", v.replay);
  CHECK(report.restored > 2);
  CHECK(report.released > 2);
}
