#include "account.hpp"
#include "aws/moto.hpp"
#include "provider/aws/actions.hpp"
#include "provider/conversation.hpp"

#include <shipflow/providers/aws.hpp>

using namespace tests;

namespace {

constexpr auto here = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api";

std::string text(const answer& a, const char* pointer) {
  const auto v = at(a.value, pointer);
  return v.is_string() ? std::string(v.get_string()) : "";
}

std::string digest(char c) { return "sha256:" + std::string(64, c); }

struct over_http : in_earnest {
  explicit over_http(const aws_options& o) : in_earnest(make_aws_provider({.aws = o})) {}
  explicit over_http(const account& a) : over_http(place::with_keys(a.server.server.url("")).options()) {}
  answer does(const std::string& action, const json::object& inputs) { return carry(action, inputs).ended; }
  std::string problem(const std::string& action, const json::object& inputs) {
    const auto a = does(action, inputs);
    return a.kind == answer_kind::done       ? ""
           : a.kind == answer_kind::conflict ? "conflict: " + a.text
                                             : a.problem.message;
  }
};

std::string me(const std::string& arn) {
  return "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>" + arn +
         "</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
}

}  // namespace

TEST_CASE("provider/aws: an identity is that of the account and role that are meant") {
  account a;
  a.answers["GetCallerIdentity"] = me("arn:aws:sts::123456789012:assumed-role/deploy/ci");
  over_http s(a);
  const auto ok = s.does("identity", {{"account", "123456789012"}, {"role", "deploy"}});
  REQUIRE_MESSAGE(ok.kind == answer_kind::done, ok.problem.message);
  CHECK(text(ok, "/arn") == "arn:aws:sts::123456789012:assumed-role/deploy/ci");
  CHECK(s.problem("identity", {{"account", "999999999999"}})
            .ends_with("the credentials are of account 123456789012, not of 999999999999"));
  CHECK(s.problem("identity", {{"role", "ci"}}).ends_with("assumed-role/deploy/ci, not of ci"));
  s.target = {{"provider", "aws"}, {"account", "999999999999"}};
  CHECK(s.problem("identity", {}).find("not of 999999999999") != std::string::npos);
  s.target = {};
  a.answers["GetCallerIdentity"] = me("arn:aws:iam::123456789012:user/team/me");
  CHECK(s.problem("identity", {{"role", "me"}}).empty());
  CHECK(s.problem("identity", {{"role", "team"}}) != "");
}

TEST_CASE("provider/aws: alarms are all OK, or the one that is not is named") {
  account a;
  a.answers["DescribeAlarms"] = R"({"MetricAlarms":[)" + alarm("api-5xx", "OK") + "," +
                                alarm("api-slow", "OK") + R"(],"CompositeAlarms":[)" + alarm("api", "OK") +
                                "]}";
  over_http s(a);
  const auto ok = s.does("alarms", {{"prefix", "api"}});
  REQUIRE_MESSAGE(ok.kind == answer_kind::done, ok.problem.message);
  CHECK(json::serialize(ok.value) == R"({"alarms":["api","api-5xx","api-slow"]})");
  CHECK(a.was_asked(
      R"(DescribeAlarms {"AlarmNamePrefix":"api","AlarmTypes":["MetricAlarm","CompositeAlarm"],"MaxRecords":100})"));
  CHECK(s.problem("alarms", {{"names", {"api-5xx", "gone"}}}).ends_with("there is no alarm gone"));
  a.answers["DescribeAlarms"] = R"({"MetricAlarms":[)" + alarm("a", "INSUFFICIENT_DATA") + "]}";
  CHECK(s.problem("alarms", {{"names", {"a"}}}).ends_with("alarm a is INSUFFICIENT_DATA"));
  CHECK(s.problem("alarms", {{"names", {"a"}}, {"insufficient", "ok"}}).empty());
  a.answers["DescribeAlarms"] = R"({"MetricAlarms":[)" + alarm("a", "ALARM") + "]}";
  CHECK(s.problem("alarms", {{"names", {"a"}}, {"insufficient", "ok"}}).ends_with("alarm a is ALARM"));
  a.answers["DescribeAlarms"] = "{}";
  CHECK(s.problem("alarms", {{"prefix", "a"}}).ends_with("there is no alarm whose name begins with a"));
  a.answers["DescribeAlarms"] = R"({"NextToken":"again"})";
  CHECK(s.problem("alarms", {{"prefix", "a"}}).ends_with("more than 2000 alarms; give a longer prefix"));
  CHECK(s.problem("alarms", {}).find("by `names` or by `prefix`") != std::string::npos);
  CHECK(s.problem("alarms", {{"names", {"a"}}, {"prefix", "a"}}).find("not by both") != std::string::npos);
  CHECK(s.problem("alarms", {{"prefix", "a"}, {"insufficient", "maybe"}}).find("ok or failed") !=
        std::string::npos);
  a.answers["DescribeAlarms"] = "!AccessDenied";
  CHECK(s.does("alarms", {{"prefix", "a"}}).problem.code == errc::denied);
}

TEST_CASE("provider/aws: names of images are read, and what is none is refused before anything is asked") {
  const auto n = aws_checks::read_image(std::string(here) + ":1.5.0");
  REQUIRE(n.has_value());
  CHECK(n->registry == "123456789012");
  CHECK(n->region == "eu-central-1");
  CHECK(n->repository == "shop/api");
  CHECK(n->tag == "1.5.0");
  CHECK(aws_checks::read_image(here)->tag == "latest");
  CHECK(aws_checks::read_image(std::string(here) + ":1@" + digest('a'))->digest == digest('a'));
  CHECK(aws_checks::read_image("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a:b")->region ==
        "cn-north-1");
  for (const std::string& bad : std::vector<std::string>{
           "", "shop", "docker.io/shop:1", "12.dkr.ecr.a.amazonaws.com/x",
           "123456789012.dkr.ecr.a.evil.com/x:1", "123456789012.dkr.ecr.a.amazonaws.com/",
           "123456789012.dkr.ecr.a.amazonaws.com/x:", "123456789012.dkr.ecr.a.amazonaws.com/x@sha256:1",
           "123456789012.dkr.ecr.a/b.amazonaws.com/x:1", "123456789012.dkr.ecr.a.amazonaws.com/X:1"}) {
    CAPTURE(bad);
    CHECK(!aws_checks::read_image(bad));
  }
  CHECK(aws_checks::is_tag("v1.2_3-x"));
  for (const auto& bad : std::vector<std::string>{std::string(""), std::string("-a"), std::string("a b"),
                                                  std::string(129, 'a')})
    CHECK(!aws_checks::is_tag(bad));
}

TEST_CASE("provider/aws: an image is pinned to its digest, in the region of its name") {
  account a;
  a.answers["DescribeImages"] = R"({"imageDetails":[{"imageDigest":")" + digest('a') +
                                R"(","imageTags":["1.5.0"],"imagePushedAt":1767225600.5}]})";
  over_http s(a);
  const auto ok = s.does("image", {{"image", "123456789012.dkr.ecr.us-west-2.amazonaws.com/api:1.5.0"}});
  REQUIRE_MESSAGE(ok.kind == answer_kind::done, ok.problem.message);
  CHECK(text(ok, "/image") == "123456789012.dkr.ecr.us-west-2.amazonaws.com/api@" + digest('a'));
  CHECK(text(ok, "/pushed_at") == "2026-01-01T00:00:00.500Z");
  CHECK(a.was_asked(
      R"(DescribeImages {"registryId":"123456789012","repositoryName":"api","imageIds":[{"imageTag":"1.5.0"}]})"));
  CHECK(header(a.server.request(0), "Authorization").find("/us-west-2/ecr/") != std::string::npos);
  a.answers["DescribeImages"] = "!ImageNotFoundException";
  CHECK(s.does("image", {{"image", here}}).problem.code == errc::not_found);
  a.answers["DescribeImages"] = "{}";
  CHECK(s.does("image", {{"image", here}}).problem.code == errc::not_found);
  CHECK(s.problem("image", {{"image", "nginx"}}).find("is no image of ECR") != std::string::npos);
}

TEST_CASE("provider/aws: a tag that is there is left alone, and one that cannot be moved is a conflict") {
  account a;
  a.answers["DescribeImages"] = R"({"imageDetails":[{"imageDigest":")" + digest('a') + "\"}]}";
  over_http s(a);
  const json::object inputs{{"image", std::string(here) + ":1"}, {"as", "production"}};
  CHECK(s.problem("retag", inputs).empty());
  CHECK(!a.was_asked("PutImage"));
  CHECK(s.problem("retag", {{"image", here}, {"as", "a b"}}).find("cannot be a tag") != std::string::npos);
  s.target = {{"provider", "aws"}, {"nonsense", 1}};
  CHECK(!make_aws_provider({})->actions_of(s.target));
}

TEST_CASE("provider/aws: moto's ECR and CloudWatch") {
  if (moto_program().empty()) return;
  moto server;
  const auto options = server.keys.options();
  aws::client admin(options);
  static_cast<void>(moto::call(admin, aws::ecr, "CreateRepository", {{"repositoryName", "shop/api"}}));
  const auto manifest = [](const std::string& layer) {
    return json::serialize(
        json::object{{"schemaVersion", 2},
                     {"mediaType", "application/vnd.docker.distribution.manifest.v2+json"},
                     {"config",
                      {{"mediaType", "application/vnd.docker.container.image.v1+json"},
                       {"size", 7023},
                       {"digest", digest('b')}}},
                     {"layers",
                      {json::object{{"mediaType", "application/vnd.docker.image.rootfs.diff.tar.gzip"},
                                    {"size", 32654},
                                    {"digest", layer}}}}});
  };
  for (const auto& [tag, layer] : {std::pair{"1.5.0", digest('c')}, std::pair{"1.4.0", digest('d')}})
    static_cast<void>(
        moto::call(admin, aws::ecr, "PutImage",
                   {{"repositoryName", "shop/api"}, {"imageManifest", manifest(layer)}, {"imageTag", tag}}));
  over_http s(options);
  const auto pinned = s.does("image", {{"image", std::string(here) + ":1.5.0"}});
  REQUIRE_MESSAGE(pinned.kind == answer_kind::done, pinned.problem.message);
  const auto by_digest = s.does("image", {{"image", text(pinned, "/image")}});
  CHECK_MESSAGE(by_digest.value == pinned.value, by_digest.problem.message);
  CHECK(s.does("image", {{"image", std::string(here) + ":none"}}).problem.code == errc::not_found);
  for (const auto* from : {"1.4.0", "1.5.0", "1.5.0"}) {
    const auto tagged = s.does("retag", {{"image", std::string(here) + ":" + from}, {"as", "production"}});
    REQUIRE_MESSAGE(tagged.kind == answer_kind::done, tagged.problem.message);
    const auto now = s.does("image", {{"image", std::string(here) + ":production"}});
    CHECK_MESSAGE(text(now, "/digest") == text(tagged, "/digest"), now.problem.message);
  }
  static_cast<void>(moto::call(admin, aws::cloudwatch, "PutMetricAlarm",
                               {{"AlarmName", "api-5xx"},
                                {"MetricName", "Errors"},
                                {"Namespace", "Shop"},
                                {"Period", 60},
                                {"EvaluationPeriods", 1},
                                {"Statistic", "Sum"},
                                {"Threshold", 1.0},
                                {"ComparisonOperator", "GreaterThanThreshold"}}));
  const auto state = [&](const std::string& value) {
    static_cast<void>(moto::call(admin, aws::cloudwatch, "SetAlarmState",
                                 {{"AlarmName", "api-5xx"}, {"StateValue", value}, {"StateReason", "test"}}));
    return s.problem("alarms", {{"prefix", "api"}});
  };
  CHECK(state("OK").empty());
  CHECK(state("ALARM").ends_with("alarm api-5xx is ALARM"));
  const auto who = s.does("identity", {{"account", "123456789012"}, {"role", "shop"}});
  CHECK_MESSAGE(who.kind == answer_kind::done, who.problem.message);
}
