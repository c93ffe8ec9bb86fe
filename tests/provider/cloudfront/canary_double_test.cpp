// Canaries over HTTP, against the double: who gets what, each write lost, and what is refused.
#include "base/members.hpp"
#include "canaries.hpp"

using namespace tests;

namespace {

constexpr int speed = 2'400;
constexpr int requests = 20'000;

class over_canary final : public in_earnest {
 public:
  explicit over_canary(const aws_options& options, const json::object& canary = {})
      : in_earnest(make_cloudfront_provider({.aws = options})) {
    target = a_canary(canary);
  }
  explicit over_canary(const aws_double& d, const json::object& canary = {})
      : over_canary(place::with_keys(d.url()).options(), canary) {}

  /// As an engine does, to the end: what is unclear in the middle is looked at again, at the beginning it is resolved.
  answer persist(const std::string& action, const json::object& inputs) {
    auto q = make(verb::apply, action, inputs);
    q.baseline = look(action, inputs).value;
    auto a = ask(q);
    for (int i = 0; i < 500 && a.kind != answer_kind::done && a.kind != answer_kind::conflict; ++i) {
      if (a.kind == answer_kind::failed && !a.problem.retryable()) break;
      if (a.kind == answer_kind::started) q.handle = a.value;
      wait(a.look_again);
      const bool applied = !q.handle.is_null();
      q.what = applied ? verb::settle : a.kind == answer_kind::unknown ? verb::resolve : verb::apply;
      a = ask(q);
    }
    return a;
  }
};

using by_path = std::map<std::string, int>;

by_path served(aws_double& d, const cloud::viewer_headers& headers = {}) {
  by_path out;
  d.with<cloud::cloudfront>(
      [&](auto& model, auto) { out = model.served("E2EXAMPLE1AB", requests, 7, headers); });
  return out;
}

json::object config_of(aws_double& d, const std::string& id = "E2EXAMPLE1AB") {
  json::object out;
  d.with<cloud::cloudfront>([&](auto& model, auto) { out = model.find(id)->config; });
  return out;
}

void done(const answer& a) { REQUIRE_MESSAGE(a.kind == answer_kind::done, kind_and_problem(a)); }

}  // namespace

TEST_CASE(
    "provider/cloudfront over HTTP: the share that is asked for gets the new release, and then all get it") {
  aws_double d({}, speed);
  put_up_site(d);
  over_canary s(d, {{"stay", {{"idle", "5m"}, {"most", "1h"}}}});
  auto before = config_of(d);
  done(s.carry("launch", to_new).ended);
  CHECK(served(d) == by_path{{"/releases/1.4.0", requests}});
  const auto first = s.carry("shift", weight(5), "five");
  done(first.ended);
  CHECK(served(d)["/releases/1.5.0"] == doctest::Approx(requests * 0.05).epsilon(0.1));
  done(s.carry("shift", weight(15), "fifteen").ended);
  CHECK(served(d)["/releases/1.5.0"] == doctest::Approx(requests * 0.15).epsilon(0.1));
  done(s.carry("shift", weight(100), "all").ended);
  CHECK(served(d) == by_path{{"/releases/1.5.0", requests}});
  done(s.undo("shift", weight(5), first.before));
  CHECK(served(d) == by_path{{"/releases/1.4.0", requests}});
  // The policy stays attached; nothing else of the distribution is other than before.
  auto after = config_of(d);
  CHECK(after["ContinuousDeploymentPolicyId"] != "");
  before.erase("ContinuousDeploymentPolicyId");
  after.erase("ContinuousDeploymentPolicyId");
  CHECK(after == before);
}

TEST_CASE("provider/cloudfront over HTTP: with a header only those who send it get the new release") {
  aws_double d({}, speed);
  put_up_site(d);
  over_canary s(d);
  done(s.carry("launch", to_new).ended);
  done(s.carry("shift", {{"header", {{"name", "aws-cf-cd-shop"}, {"value", "next"}}}}).ended);
  CHECK(served(d) == by_path{{"/releases/1.4.0", requests}});
  CHECK(served(d, {{"aws-cf-cd-shop", "next"}}) == by_path{{"/releases/1.5.0", requests}});
  CHECK(served(d, {{"aws-cf-cd-shop", "other"}}) == by_path{{"/releases/1.4.0", requests}});
}

TEST_CASE(
    "provider/cloudfront over HTTP: each write of a canary may be lost, or its answer, and is made once") {
  const std::vector<std::string> writes{"CopyDistribution", "CreateContinuousDeploymentPolicy",
                                        "UpdateDistribution", "UpdateContinuousDeploymentPolicy",
                                        "UpdateDistributionWithStagingConfig"};
  for (const auto how : {mishap::fails_before, mishap::fails_after, mishap::drops_after})
    for (const auto& which : writes) {
      CAPTURE(which);
      CAPTURE(static_cast<int>(how));
      aws_double d({}, speed);
      put_up_site(d);
      auto options = place::with_keys(d.url()).options();
      options.attempts = 1;
      over_canary s(options);
      d.on_call([&](const std::string& operation, int number) {
        return operation == which && number == 1 ? how : mishap::none;
      });
      const auto step = [&](const std::string& action, const json::object& inputs) {
        const auto end = s.persist(action, inputs);
        CHECK_MESSAGE(end.kind == answer_kind::done, action, " ", kind_and_problem(end));
      };
      step("launch", to_new);
      step("shift", weight(5));
      step("shift", weight(100));
      CHECK(served(d) == by_path{{"/releases/1.5.0", requests}});
      d.with<cloud::cloudfront>([](auto& model, auto) {
        auto* staging = model.staging_of(*model.find("E2EXAMPLE1AB"));
        REQUIRE(staging != nullptr);
        CHECK(model.find("ESTAGING2") == nullptr);
        CHECK(model.find_policy("policy-4") == nullptr);
      });
    }
}

TEST_CASE("provider/cloudfront over HTTP: a distribution with HTTP/3 is refused before anything is changed") {
  aws_double d({}, speed);
  put_up_site(d);
  d.with<cloud::cloudfront>(
      [](auto& model, auto) { model.find("E2EXAMPLE1AB")->config["HttpVersion"] = "http2and3"; });
  over_canary s(d);
  const auto none = s.carry("launch", to_new).ended;
  CHECK(none.problem.code == errc::invalid_argument);
  CHECK(none.problem.message.find("set HttpVersion to http2") != std::string::npos);
  CHECK(d.count("CopyDistribution") == 0);
}

TEST_CASE("provider/cloudfront over HTTP: a canary of others is neither joined nor ended") {
  aws_double d({}, speed);
  put_up_site(d);
  over_canary s(d);
  done(s.carry("launch", to_new).ended);
  const auto first = s.carry("shift", weight(5), "five");
  done(first.ended);
  const auto second = s.carry("launch", {{"version", "1.6.0"}}, "second").ended;
  CHECK(second.problem.message.find("goes on already for 5%") != std::string::npos);
  // Somebody stops it: the next stage does not set it going again.
  d.with<cloud::cloudfront>([](auto& model, auto) {
    auto& primary = *model.find("E2EXAMPLE1AB");
    auto* rule =
        model.find_policy(std::string(primary.config.at("ContinuousDeploymentPolicyId").as_string()));
    rule->config["Enabled"] = "false";
    ++rule->version;
  });
  const auto next = s.carry("shift", weight(15), "fifteen").ended;
  CHECK(next.kind == answer_kind::conflict);
  CHECK(next.problem.message.find("switched off") != std::string::npos);
  done(s.undo("shift", weight(5), first.before));
  // A policy for another staging distribution than the binding's.
  d.with<cloud::cloudfront>(
      [](auto& model, auto) { model.install("EOTHER", "").config["Staging"] = "true"; });
  over_canary named(d, {{"staging", "EOTHER"}});
  const auto other = named.look("launch", to_new);
  CHECK(other.problem.message.find("which is not EOTHER") != std::string::npos);
}

TEST_CASE(
    "provider/cloudfront over HTTP: what was changed of the distribution since the launch is not undone by "
    "promoting") {
  aws_double d({}, speed);
  put_up_site(d);
  over_canary s(d);
  done(s.carry("launch", to_new).ended);
  done(s.carry("shift", weight(5), "five").ended);
  d.with<cloud::cloudfront>([](auto& model, auto) {
    auto& primary = *model.find("E2EXAMPLE1AB");
    primary.config["DefaultRootObject"] = "start.html";
    ++primary.version;
  });
  const auto end = s.carry("shift", weight(100), "all").ended;
  CHECK(end.kind == answer_kind::conflict);
  CHECK(end.problem.message.find("DefaultRootObject of distribution E2EXAMPLE1AB was changed") !=
        std::string::npos);
  CHECK(d.count("UpdateDistributionWithStagingConfig") == 0);
}

TEST_CASE(
    "provider/cloudfront over HTTP: the staging distribution is found among many, and quotas are said") {
  aws_double d({}, speed);
  put_up_site(d);
  d.with<cloud::cloudfront>([](auto& model, auto) {
    for (int i = 0; i < 230; ++i) model.install("EANOTHER" + std::to_string(i), "");
    for (int i = 0; i < 20; ++i) {
      auto& made = model.install("ESTAGED" + std::to_string(i), "");
      made.config["Staging"] = "true";
      made.config["Aliases"] = json::object{{"Quantity", "0"}};
    }
  });
  over_canary s(d);
  const auto full = s.carry("launch", to_new).ended;
  CHECK(full.problem.message.find("TooManyDistributions") != std::string::npos);
  over_canary named(d, {{"staging", "ESTAGED7"}});
  done(named.carry("launch", to_new).ended);
  over_canary found(d);
  done(found.carry("launch", {{"version", "1.6.0"}}, "again").ended);
  CHECK(d.count("ListDistributions") >= 3);
  CHECK(cloud::cloudfront::origin_path([&] {
          cloud::distribution copy;
          copy.config = config_of(d, "ESTAGED7");
          return copy;
        }()) == "/releases/1.6.0");
}
