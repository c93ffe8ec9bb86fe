// Releases in places of their own behind CloudFront: switched, taken back, cleared; and rehearsed.
#include "frontend.hpp"

using namespace tests;

namespace {

constexpr const char* plan_text = R"(
shipflow: 1
plan: frontend
components: [web, cdn]
steps:
  - { id: files, action: web.publish, with: { version: "${release.version}" } }
  - { id: right, needs: [files], action: web.verify, with: { version: "${release.version}" } }
  - { id: switch, needs: [right], action: cdn.switch_origin, with: { path: "/releases/${release.version}" } }
  - { id: smoke, needs: [switch], action: smoke.look, with: { text: "entry" } }
  - id: old
    needs: [smoke]
    action: web.prune_prefixes
    with: { live: "${steps.switch.origin_path}", keep: 1 }
rollback: { on_failure: now }
)";

std::string environments_text(const std::string& s3, const std::string& directory) {
  return R"(
shipflow: 1
environments:
  production:
    bind:
      web: { provider: site, bucket: site, prefix: "releases/${release.version}", connections: 4, endpoint_url: ")" +
         s3 + R"(", directory: ")" + directory + R"(" }
      cdn: { provider: cloudfront, distribution: E2EXAMPLE1AB }
)";
}

/// Versions of which files are there.
std::string stand(const frontend& p) {
  std::string out;
  for (const auto& [key, text] : p.served()) {
    const auto version = key.substr(0, key.find('/', key.find('/') + 1));
    if (key.find("/.shipflow/") == std::string::npos && !out.ends_with(version + " ")) out += version + " ";
  }
  return out;
}

}  // namespace

TEST_CASE(
    "provider/site: a place for each release: switched to, left again when it is broken, and cleared later") {
  if (versitygw_program().empty()) return;
  frontend p(plan_text, environments_text, "/releases/0.9.0");
  for (const auto* version : {"1.0.0", "1.1.0"}) {
    p.build(shop(version));
    const auto good = p.released(version);
    REQUIRE_MESSAGE(good.starts_with("released"), good);
    CHECK(p.page("version.json") == version);
  }
  CHECK(stand(p) == "releases/1.0.0 releases/1.1.0 ");
  auto broken = shop("1.2.0");
  broken["index.html"] = "Internal Server Error";
  p.build(broken);
  const auto ill = p.released("1.2.0");
  CHECK_MESSAGE(ill.starts_with("rolled_back"), ill);
  CHECK(p.path() == "/releases/1.1.0");
  CHECK(p.page("version.json") == "1.1.0");
  CHECK(stand(p) == "releases/1.0.0 releases/1.1.0 ");
  p.build(shop("1.3.0"));
  const auto good = p.released("1.3.0");
  REQUIRE_MESSAGE(good.starts_with("released"), good);
  CHECK(p.page("version.json") == "1.3.0");
  // The one that viewers came from stays, the one before has gone.
  CHECK(stand(p) == "releases/1.1.0 releases/1.3.0 ");
}

TEST_CASE("provider/site: the plan with a place for each release is rehearsed with every fault") {
  if (versitygw_program().empty()) return;
  frontend p(plan_text, environments_text, "/releases/1.0.0");
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
