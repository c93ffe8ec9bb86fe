// Manifests of assets, as the CDK leaves them.
#include "provider/cloudformation/stacks.hpp"
#include "some_stacks.hpp"
#include "synthesised.hpp"

using namespace tests;
using shipflow::cloudformation::asset;
using shipflow::cloudformation::home;
using shipflow::cloudformation::read_assembly;
using shipflow::cloudformation::read_assets;

namespace {

const home here{"123456789012", "eu-central-1"};

std::string why_not(const std::string& manifest, const home& in = here,
                    const std::string& folder = "cdk.out") {
  const auto read = read_assets(reader_of({{folder + "/a.json", manifest}}), folder, "a.json", in);
  return read ? std::string("read") : read.error().message;
}

/// One file with this source and this destination.
std::string manifest_of(const std::string& source, const std::string& to) {
  return R"({"files": {"f": {"source": )" + source + R"(, "destinations": {"d": )" + to + "}}}}";
}
const std::string a_place = R"({"bucketName": "b-${AWS::AccountId}-${AWS::Region}", "objectKey": "k.zip"})";
const std::string a_source = R"({"path": "asset.f", "packaging": "zip"})";

}  // namespace

TEST_CASE(
    "provider/cloudformation/assets: what aws-cdk-lib synthesised is read, with files before stacks in "
    "order") {
  const auto all = read_assembly(from_disk(), synthesised(), {}, {});
  REQUIRE_MESSAGE(all.has_value(), all.error().message);
  REQUIRE(all->stacks.size() == 2);
  CHECK(all->stacks[0].name == "shop-orders");
  CHECK(all->stacks[1].name == "Shop");
  CHECK(all->stacks[1].account == "123456789012");
  CHECK(all->stacks[1].region == "eu-central-1");
  CHECK(all->stacks[1].role ==
        "arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-eu-central-1");
  REQUIRE(all->first.files.size() == 4);
  const auto& code = all->first.files[2];
  CHECK(code.name == "Function/Code");
  CHECK(code.packed == asset::packing::zip);
  CHECK(code.bucket == "cdk-hnb659fds-assets-123456789012-eu-central-1");
  CHECK(code.key == "30b80c536483b2fa31d99faf16bb60a3f6c2c118638c25f86ea33ce8752eeacf.zip");
  CHECK(code.owner == "123456789012");
  CHECK(code.role ==
        "arn:aws:iam::123456789012:role/cdk-hnb659fds-file-publishing-role-123456789012-eu-central-1");
  // Only what the chosen stacks need.
  CHECK(read_assembly(from_disk(), synthesised(), {"Orders"}, {})->first.files.size() == 1);
}

TEST_CASE(
    "provider/cloudformation/assets: account, region and partition are filled in, also from the binding") {
  const auto read = [](const home& in) {
    return read_assets(reader_of({{"cdk.out/a.json", manifest_of(a_source, a_place)}}), "cdk.out", "a.json",
                       in);
  };
  CHECK(read(here)->files.at(0).bucket == "b-123456789012-eu-central-1");
  CHECK(why_not(manifest_of(a_source, a_place), {"", "eu-central-1"}).find("give `account` and `region`") !=
        std::string::npos);
  CHECK(why_not(manifest_of(a_source, a_place), {"123456789012", ""}).find("give `account` and `region`") !=
        std::string::npos);
  using shipflow::cloudformation::filled;
  CHECK(*filled("arn:${AWS::Partition}:iam", {"", "cn-north-1"}) == "arn:aws-cn:iam");
  CHECK(*filled("${AWS::Partition}.${AWS::Partition}", {"", "us-gov-west-1"}) == "aws-us-gov.aws-us-gov");
  CHECK(filled("${Token[1]}", here).has_error());
}

TEST_CASE("provider/cloudformation/assets: what cannot be published is named with its place and a remedy") {
  CHECK(why_not("[]") == "cdk.out/a.json: it is no JSON object");
  CHECK(
      why_not(manifest_of(R"({"executable": ["sh", "x"]})", a_place)).find("asset f is made by a program") !=
      std::string::npos);
  for (const std::string path : {"../x", "/etc/passwd", "a/../../x", "..", ""})
    CHECK(why_not(manifest_of(R"({"path": ")" + path + R"("})", a_place)).find("outside the assembly") !=
          std::string::npos);
  CHECK(why_not(manifest_of(R"({"path": "x", "packaging": "tar"})", a_place)).find("packaging \"tar\"") !=
        std::string::npos);
  CHECK(why_not(manifest_of(a_source, R"({"bucketName": "b"})")).find("without bucketName and objectKey") !=
        std::string::npos);
  CHECK(why_not(manifest_of(a_source, R"({"bucketName": "b", "objectKey": "k"})"), {})
            .find("region that is not known") != std::string::npos);
  CHECK(why_not(manifest_of(a_source, R"({"bucketName": "b", "objectKey": "k", "region": "x.evil"})"))
            .find("which is no region") != std::string::npos);
  CHECK(why_not(R"({"dockerImages": {"i": {"destinations": {"d": {"repositoryName": "r"}}}}})")
            .find("without repositoryName and imageTag") != std::string::npos);
  const auto out = read_assets(reader_of({}), "cdk.out", "../a.json", here);
  CHECK(out.error().message.find("is no manifest of assets") != std::string::npos);
  // A stage's assets are in the assembly around its own.
  CHECK(why_not(manifest_of(R"({"path": "../asset.f"})", a_place), here, "cdk.out/assembly-Prod") == "read");
}

TEST_CASE(
    "provider/cloudformation/assets: stacks of another account or region than the binding's are refused") {
  const auto why = [](const aws::destination& where) {
    const auto all = read_assembly(from_disk(), synthesised(), {}, where);
    return all ? std::string("read") : all.error().message;
  };
  CHECK(why({"eu-central-1", "", "123456789012"}) == "read");
  CHECK(why({"eu-west-1", "", ""}).find("is for region eu-central-1, and the binding says eu-west-1") !=
        std::string::npos);
  CHECK(why({"", "", "999999999999"}).find("is for account 123456789012") != std::string::npos);
}
