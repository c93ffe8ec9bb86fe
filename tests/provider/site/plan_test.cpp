// A frontend as enterprise-eks releases it: files in a bucket of a real S3 server, CloudFront in front of it, and a look
// at what is served. A good version, one that is broken, and the same plan rehearsed.
#include "aws_double/double.hpp"
#include "s3/versitygw.hpp"
#include "window.hpp"
#include "world/aws/cloudfront.hpp"

#include <shipflow/shipflow.hpp>

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

/// Reads the first page as a visitor gets it.
class smoke final : public provider {
 public:
  explicit smoke(std::function<std::string()> page) : page_(std::move(page)) {}
  std::string name() const override { return "smoke"; }
  std::vector<action_spec> actions() const override {
    action_spec look;
    look.name = "look";
    look.undo = reversibility::forward_only;
    look.inputs = {{"text", "string", true, false, "what has to be on the first page"}};
    return {look};
  }
  void call(request q, reply r) override {
    const auto wanted = std::string(q.inputs.at("text").as_string());
    const auto page = q.what == verb::apply ? page_() : wanted;
    if (page.find(wanted) != std::string::npos) return r(answer::done());
    r(answer::failed(make_error(errc::failed, "the first page does not say " + wanted)));
  }

 private:
  std::function<std::string()> page_;
};

struct place_of_release {
  versitygw server;
  aws_double cdn{{}, 60};
  temporary_directory folder;
  aws::client c{server.keys.options()};
  std::unique_ptr<s3::bucket> bucket = s3::make_bucket(c, server.at());

  place_of_release() {
    cdn.with<cloud::cloudfront>([](auto& model, auto) { model.install("E2EXAMPLE1AB", ""); });
  }
  void build(const files& site) const {
    for (const auto& e : std::filesystem::directory_iterator(folder.path))
      std::filesystem::remove_all(e.path());
    for (const auto& [key, text] : site) {
      std::filesystem::create_directories((folder.path / key).parent_path());
      std::ofstream(folder.path / key) << text;
    }
  }
  plan compiled(engine& works, const std::string& version) const {
    diagnostics found;
    const auto document = read_plan(parse_document(plan_text, "plan.yaml", found), found);
    const auto where = read_environment(
        parse_document(environments_text(server.url(), folder.path.string()), "environments.yaml", found),
        "production", {}, found);
    release_info release;
    release.version = version;
    auto out = compile(document, where, release, {}, works.offers(), found);
    REQUIRE_MESSAGE(!found.has_errors(), found.text());
    return out;
  }
  void equip(engine& works) {
    works.add(make_site_provider({server.keys.options()})).value();
    works.add(make_cloudfront_provider({.aws = place::with_keys(cdn.url()).options()})).value();
    works
        .add(std::make_shared<smoke>([this] {
          const auto page = bucket->get("index.html", 0, 4096);
          return page ? page->body : std::string{};
        }))
        .value();
  }
  std::string released(const std::string& version) {
    loop time;
    engine works(time, make_memory_store(), {});
    equip(works);
    const auto run = works.start(compiled(works, version), {"user:me", {}, "", ""}).value();
    time.run_until([&] { return works.ended(run); });
    const auto state = works.look(run);
    return std::string(name_of(state->phase)) + " " + state->reason;
  }
  files served() const {
    files out;
    const auto all = bucket->list("", "");
    REQUIRE(all.has_value());
    for (const auto& o : all->objects)
      if (!o.key.starts_with(".shipflow/")) out[o.key] = bucket->get(o.key, 0, 4096)->body;
    return out;
  }
};

}  // namespace

TEST_CASE("provider/site: a frontend is released on a real server, and a broken version is taken back") {
  if (versitygw_program().empty()) return;
  place_of_release p;
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
  place_of_release p;
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
