// What `cdk synth` leaves, read.
#include "provider/cloudformation/stacks.hpp"
#include "some_stacks.hpp"

using namespace tests;
using shipflow::cloudformation::read_assembly;

namespace {

constexpr const char* manifest = R"({"version": "36.0.0", "artifacts": {
  "service.assets": {"type": "cdk:asset-manifest", "properties": {"file": "service.assets.json"}},
  "service": {"type": "aws:cloudformation:stack", "environment": "aws://123456789012/eu-central-1",
    "properties": {"templateFile": "service.template.json", "stackName": "shop-service", "parameters": {"Size": "2"},
      "stackTemplateAssetObjectUrl": "s3://cdk-assets-${AWS::AccountId}-${AWS::Region}/abc.json"},
    "dependencies": ["network", "service.assets"]},
  "network": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
    "properties": {"templateFile": "network.template.json"}},
  "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}}}})";

files an_assembly() {
  return {{"cdk.out/manifest.json", manifest},
          {"cdk.out/service.template.json", "service"},
          {"cdk.out/service.assets.json", "{}"},
          {"cdk.out/network.template.json", "network"}};
}

}  // namespace

TEST_CASE("provider/cloudformation: an assembly's stacks come in the order of their dependencies") {
  const auto all = read_assembly(reader_of(an_assembly()), "cdk.out", {}, {});
  REQUIRE_MESSAGE(all.has_value(), all.error().message);
  REQUIRE(all->stacks.size() == 2);
  CHECK(all->stacks.at(0).name == "network");
  CHECK(all->stacks.at(1).name == "shop-service");
  CHECK(all->stacks.at(1).text == "service");
  CHECK(all->stacks.at(1).parameters.at("Size") == "2");
  const auto one = read_assembly(reader_of(an_assembly()), "cdk.out", {"shop-service"}, {});
  CHECK(one->stacks.size() == 1);
}

TEST_CASE("provider/cloudformation: a template that is too large for a request is named by its place in S3") {
  auto with_large = an_assembly();
  with_large["cdk.out/service.template.json"] = std::string(60'000, 'x');
  const auto all = read_assembly(reader_of(with_large), "cdk.out", {"service"}, {});
  REQUIRE_MESSAGE(all.has_value(), all.error().message);
  CHECK(all->stacks.at(0).url ==
        "https://cdk-assets-123456789012-eu-central-1.s3.eu-central-1.amazonaws.com/abc.json");
  with_large["cdk.out/network.template.json"] = std::string(60'000, 'x');
  const auto unknown = read_assembly(reader_of(with_large), "cdk.out", {"network"}, {});
  CHECK(unknown.error().message.find("synthesise for an account and a region") != std::string::npos);
}

TEST_CASE("provider/cloudformation: an assembly that is not whole is named with what is missing") {
  const auto refused = [](const files& all, const std::vector<std::string>& only = {}) {
    const auto read = read_assembly(reader_of(all), "cdk.out", only, {});
    return read ? std::string("read") : read.error().message;
  };
  CHECK(refused({}) == "cdk.out/manifest.json is not there");
  CHECK(refused({{"cdk.out/manifest.json", "[]"}}) == "cdk.out/manifest.json: it is no JSON object");
  CHECK(refused({{"cdk.out/manifest.json", "{}"}}).find("there is no stack") != std::string::npos);
  CHECK(refused(an_assembly(), {"none"}) == "cdk.out/manifest.json: there is no stack none");
  auto all = an_assembly();
  all.erase("cdk.out/network.template.json");
  CHECK(refused(all) == "cdk.out/network.template.json is not there");
  CHECK(refused({{"cdk.out/manifest.json",
                  R"({"artifacts": {"a": {"type": "aws:cloudformation:stack", "dependencies": ["b"]},
                     "b": {"type": "aws:cloudformation:stack", "dependencies": ["a"]}}})"}})
            .find("depends on itself") != std::string::npos);
  CHECK(
      refused(
          {{"cdk.out/manifest.json",
            R"({"artifacts": {"a": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../x"}}}})"}})
          .find("no good templateFile") != std::string::npos);
}
