// A frontend as enterprise-eks releases it. A good version, one that is broken, and the same plan rehearsed.
#include "frontend.hpp"

using namespace tests;

namespace {

constexpr const char* plan_text = R"(
shipflow: 1
plan: frontend
components: [cmc, cmc-cdn]
steps:
  - { id: cmc-cache-on-return, action: cmc-cdn.invalidate, with: { paths: ["/*"], way: back } }
  - { id: cmc, needs: [cmc-cache-on-return], action: cmc.publish, with: { version: "${release.version}" } }
  - { id: cmc-cache, needs: [cmc], action: cmc-cdn.invalidate, with: { paths: "${steps.cmc.paths}", way: there } }
  - { id: there, needs: [cmc], action: cmc.verify, with: { version: "${release.version}" } }
  - { id: smoke, needs: [cmc-cache, there], action: smoke.look, with: { text: "entry" } }
rollback: { on_failure: now }
)";

std::string environments_text(const std::string& s3, const std::string& directory) {
  return R"(
shipflow: 1
environments:
  production:
    bind:
      cmc: { provider: site, bucket: site, connections: 4, endpoint_url: ")" +
         s3 + R"(", directory: ")" + directory + R"(" }
      cmc-cdn: { provider: cloudfront, distribution: E2EXAMPLE1AB }
)";
}

}  // namespace

TEST_CASE("provider/site: a frontend is released on a real server, and a broken version is taken back") {
  if (versitygw_program().empty()) return;
  frontend p(plan_text, environments_text);
  p.build(shop("1.0.0"));
  const auto first = p.released("1.0.0");
  CHECK_MESSAGE(first.starts_with("released"), first);
  const auto before = p.served();
  auto broken = shop("1.1.0", 5);
  broken["index.html"] = "Internal Server Error";
  p.build(broken);
  const auto ill = p.released("1.1.0");
  CHECK_MESSAGE(ill.starts_with("rolled_back"), ill);
  auto now = p.served();
  for (const auto& [key, text] : before) CHECK(now[key] == text);
  CHECK_FALSE(now.contains("p4/index.html"));
  p.build(shop("1.2.0"));
  const auto good = p.released("1.2.0");
  CHECK_MESSAGE(good.starts_with("released"), good);
  CHECK(p.served().at("version.json") == "1.2.0");
}

TEST_CASE("provider/site: the plan of a frontend is rehearsed with every fault") {
  if (versitygw_program().empty()) return;
  frontend p(plan_text, environments_text);
  loop time;
  engine works(time, make_memory_store(), {});
  p.equip(works);
  const auto plan = p.compiled(works, "1.1.0");
  rehearsal_options options;
  options.make_world = [&](const std::shared_ptr<world>& where) {
    recording from;
    from.behaviour.before = "1.0.0";
    return make_recorded_world(plan, from, where).value();
  };
  const auto report = rehearse(plan, options);
  REQUIRE_MESSAGE(report.has_value(), report.error().text());
  for (const auto& v : report->violations) FAIL_CHECK(v.check, ": ", v.what, " ", v.replay);
  CHECK(std::any_of(report->cells.begin(), report->cells.end(),
                    [](const auto& cell) { return cell.outcome == rehearsed::restored; }));
}
