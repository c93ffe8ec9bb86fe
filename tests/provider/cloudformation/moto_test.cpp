// An assembly of the CDK against moto, which makes the resources: a function from its archive, a queue, a parameter.
//
// Where moto is otherwise than CloudFormation: a stack does not say which change set it was changed by (the change set says
// that it was executed), names of change sets are those of all stacks, a change set without changes is refused at once, outputs
// and exports are not known of what a change set made, a kept parameter that comes from SSM is read as its value, and nothing
// takes time or fails.
#include "aws/moto.hpp"

#include "some_stacks.hpp"
#include "synthesised.hpp"

using namespace tests;

namespace {

constexpr aws::service ssm{"SSM", "ssm", "ssm", aws::protocol::json_1_1, "AmazonSSM"};
constexpr aws::service lambda{"LAMBDA", "lambda", "lambda", aws::protocol::rest_json, ""};

/// moto with what `cdk bootstrap` leaves. Templates have blanks, which moto signs in another way than it is sent, so
/// signatures are not looked at; that S3's and those of forms without blanks are right is in tests/aws and tests/s3.
struct bootstrapped {
  moto server;
  aws::client admin{server.keys.options()};

  bootstrapped() {
    server.let_pass(100'000);
    make_bucket(bootstrap_bucket());
    static_cast<void>(
        moto::call(admin, ssm, "PutParameter",
                   {{"Name", "/cdk-bootstrap/hnb659fds/version"}, {"Value", "21"}, {"Type", "String"}}));
  }
  void make_bucket(const std::string& name) {
    aws::wire_request q;
    q.operation = "CreateBucket";
    q.method = "PUT";
    q.bucket = name;
    q.body = aws::xml_text("CreateBucketConfiguration", {{"LocationConstraint", "eu-central-1"}});
    REQUIRE(moto::try_send(admin, aws::s3, q).has_value());
  }
  std::string body(const aws::service& of, const std::string& path, const std::string& bucket = "") {
    aws::wire_request q;
    q.operation = "Get";
    q.method = "GET";
    q.bucket = bucket;
    q.path = path;
    const auto got = moto::try_send(admin, of, q);
    return got ? got->body : got.error().message;
  }
  [[nodiscard]] aws_options options(
      const std::function<result<std::string>(const std::string&)>& file) const {
    auto out = server.keys.options();
    out.file = file;
    return out;
  }
  over_http provider(const std::function<result<std::string>(const std::string&)>& file = from_disk()) const {
    return over_http(options(file));
  }
};

const json::object& inputs() {
  static const json::object all{{"assembly", synthesised()}};
  return all;
}

void published_deployed_and_taken_back(bootstrapped& cloud) {
  auto s = cloud.provider();
  s.target["role"] = "assembly";
  const auto a = s.carry("deploy_assembly", inputs());
  REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  CHECK(at(a.ended.value, "/changed") == json::value{"shop-orders", "Shop"});
  // The function was made from the archive.
  const auto function = cloud.body(lambda, "/2015-03-31/functions/shop");
  CHECK_MESSAGE(function.find("index.handler") != std::string::npos, function);
  CHECK(function.find("orders") != std::string::npos);
  const auto code = cloud.body(
      aws::s3, "/30b80c536483b2fa31d99faf16bb60a3f6c2c118638c25f86ea33ce8752eeacf.zip", bootstrap_bucket());
  CHECK(code.starts_with("PK\x03\x04"));
  CHECK(code.find("lib/price.js") != std::string::npos);
  CHECK(cloud.body(aws::s3, "/999672d1e235f483e63555bd4e96496e7a211984484c467bdb71124a00417e11.txt",
                   bootstrap_bucket()) == "open: 9-17\n");
  const auto hours = moto::call(cloud.admin, ssm, "GetParameter", {{"Name", "/shop/hours"}});
  CHECK(at(hours, "/Parameter/Value") ==
        "999672d1e235f483e63555bd4e96496e7a211984484c467bdb71124a00417e11.txt");
  // Released again there is nothing to change.
  const auto again = s.carry("deploy_assembly", inputs(), "again").ended;
  CHECK_MESSAGE(again.kind == answer_kind::done, kind_and_problem(again));
  CHECK(at(again.value, "/changed").as_array().empty());
  const auto back = s.undo("deploy_assembly", inputs(), a.before);
  CHECK_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
  CHECK(at(s.look("deploy_assembly", inputs()).value, "/stacks/Shop/exists") == false);
  // Assets stay.
  CHECK(cloud.body(aws::s3, "/30b80c536483b2fa31d99faf16bb60a3f6c2c118638c25f86ea33ce8752eeacf.zip",
                   bootstrap_bucket()) == code);
}

void goes_on_after_a_crash(bootstrapped& cloud) {
  auto first = cloud.provider();
  auto q = first.make(verb::apply, "deploy_assembly", inputs(), "crash");
  q.baseline = first.look("deploy_assembly", inputs()).value;
  REQUIRE(first.ask(q).kind == answer_kind::started);
  auto next = cloud.provider();
  auto r = q;
  r.what = verb::resolve;
  const auto found = next.ask(r);
  const auto end = next.finish(q, found.kind == answer_kind::not_applied ? next.ask(q) : found);
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(next.undo("deploy_assembly", inputs(), q.baseline).kind == answer_kind::done);
}

void large_templates_by_way_of_the_bucket(bootstrapped& cloud) {
  const auto text = [](const std::string& name) {
    return R"({"Description": ")" + std::string(60'000, 'x') +
           R"(", "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": ")" + name +
           "\"}}}}";
  };
  cloud.make_bucket("templates");
  const auto file = reader_of({{"one.json", text("one")}, {"two.json", text("two")}});
  auto s = cloud.provider(file);
  CHECK(s.carry("deploy", deploys("large", "one.json")).ended.problem.message.find("give a `bucket`") !=
        std::string::npos);
  s.target["bucket"] = "templates";
  s.target["region"] = "eu-central-1";
  const auto one = s.carry("deploy", deploys("large", "one.json"), "one").ended;
  REQUIRE_MESSAGE(one.kind == answer_kind::done, kind_and_problem(one));
  const auto two = s.carry("deploy", deploys("large", "two.json"), "two");
  REQUIRE_MESSAGE(two.ended.kind == answer_kind::done, kind_and_problem(two.ended));
  const auto back = s.undo("deploy", deploys("large", "two.json"), two.before);
  CHECK_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
  CHECK(at(s.look("deploy", deploys("large", "two.json")).value, "/restores") == at(two.before, "/restores"));
}

void images_and_accounts(bootstrapped& cloud) {
  const auto with_image = [](const std::string& path) {
    auto text = from_disk()(path);
    if (text && path.ends_with("/Shop.assets.json"))
      text->replace(
          text->find("\"dockerImages\": {}"), 18,
          R"("dockerImages": {"i": {"displayName": "Web", "source": {"directory": "web"}, "destinations": {"d":
                       {"repositoryName": "cdk-assets", "imageTag": "web-1", "region": "eu-central-1"}}}})");
    return text;
  };
  auto s = cloud.provider(with_image);
  for (const bool repository : {false, true}) {
    if (repository)
      static_cast<void>(
          moto::call(cloud.admin, aws::ecr, "CreateRepository", {{"repositoryName", "cdk-assets"}}));
    const auto missing = s.carry("deploy_assembly", inputs(), repository ? "no tag" : "no repository").ended;
    CHECK(missing.problem.code == errc::not_found);
    CHECK_MESSAGE(
        missing.problem.message.find("image asset Web is not in ECR as cdk-assets:web-1; images are not "
                                     "built here") != std::string::npos,
        missing.problem.message);
  }
  static_cast<void>(moto::call(
      cloud.admin, aws::ecr, "PutImage",
      {{"repositoryName", "cdk-assets"},
       {"imageTag", "web-1"},
       {"imageManifest",
        R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"size":1,"digest":"sha256:00"},"layers":[]})"},
       {"imageManifestMediaType", "application/vnd.docker.distribution.manifest.v2+json"}}));
  const auto there = s.carry("deploy_assembly", inputs(), "there").ended;
  CHECK_MESSAGE(there.kind == answer_kind::done, kind_and_problem(there));
  const auto elsewhere = [](const std::string& path) {
    auto text = from_disk()(path);
    if (text && path.ends_with("/manifest.json"))
      for (auto p = text->find("aws://123456789012"); p != std::string::npos;
           p = text->find("aws://123456789012"))
        text->replace(p, 18, "aws://999999999999");
    return text;
  };
  auto other = cloud.provider(elsewhere);
  CHECK(other.carry("deploy_assembly", inputs(), "elsewhere").ended.problem.code == errc::denied);
}

}  // namespace

TEST_CASE(
    "provider/cloudformation, moto: what the CDK synthesised is published, deployed and taken back, also "
    "after a crash; "
    "large templates go by way of a bucket; images must be there") {
  if (moto_program().empty()) return;
  // One server, which takes seconds to start: each leaves it as it was, or uses other names.
  bootstrapped cloud;
  goes_on_after_a_crash(cloud);
  published_deployed_and_taken_back(cloud);
  large_templates_by_way_of_the_bucket(cloud);
  images_and_accounts(cloud);
}
