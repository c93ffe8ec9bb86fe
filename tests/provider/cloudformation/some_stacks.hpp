// Stacks in the world of the provider, and behind the double; templates are files in memory.
#pragma once

#include "aws/place.hpp"
#include "aws_double/cloudformation.hpp"
#include "aws_double/double.hpp"
#include "provider/conversation.hpp"

#include <shipflow/providers/cloudformation.hpp>
#include <shipflow/providers/cloudformation_world.hpp>

namespace tests {

using files = std::map<std::string, std::string>;

inline std::function<result<std::string>(const std::string&)> reader_of(files all) {
  return [all = std::move(all)](const std::string& path) -> result<std::string> {
    const auto found = all.find(path);
    if (found == all.end()) return make_error(errc::not_found, path + " is not there");
    return found->second;
  };
}

inline const files& some_files() {
  static const files all{
      {"network.yaml", "network 2 Param:Cidr Param:Password"},
      {"service.yaml", "service 2"},
      {"same.yaml", "network 1 Param:Cidr Param:Password"},
      {"fails.yaml", "service FAILS"},
      {"stuck.yaml", "service is STUCK"},
      {"replaces.yaml", "service REPLACES"},
      {"deletes.yaml", "service DELETES"},
      {"nested.yaml", "service FAILS NESTED"},
      {"large.yaml", std::string(60'000, 'x')},
      {"empty.yaml", ""},
      {"cdk.out/manifest.json",
       R"({"artifacts": {"service": {"type": "aws:cloudformation:stack", "dependencies": ["network"],
                                     "properties": {"templateFile": "service.json"}},
                         "network": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "network.json"}},
                         "fresh": {"type": "aws:cloudformation:stack", "dependencies": ["service"],
                                   "properties": {"templateFile": "fresh.json"}}}})"},
      {"cdk.out/service.json", "service 2"},
      {"cdk.out/network.json", "network 2 Param:Cidr Param:Password"},
      {"cdk.out/fresh.json", "fresh 1"}};
  return all;
}

inline json::object deploys(const std::string& stack, const std::string& file) {
  return {{"stack", stack}, {"template", file}};
}
inline const json::object& the_assembly() {
  static const json::object inputs{{"assembly", "cdk.out"}};
  return inputs;
}
inline const std::string& network_before() {
  static const std::string text = "network 1 Param:Cidr Param:Password";
  return text;
}

class stacks_in_memory final : public in_world {
 public:
  stacks_in_memory() {
    cloudformation_world_options options;
    options.file = reader_of(some_files());
    cloud = make_cloudformation_world(where, options);
    target = json::object{{"region", "eu-central-1"}};
    cloud->install("production", "api", "network", network_before());
    cloud->install("production", "api", "service", "service 1");
  }
  [[nodiscard]] json::value stack(const std::string& name) {
    const auto all = cloud->snapshot().at("assembly:api").as_object();
    return all.contains(name) ? all.at(name) : json::value(nullptr);
  }

  std::shared_ptr<cloudformation_world> cloud;

 private:
  provider& asked() override { return *cloud; }
};

/// A stack fails, or is stuck, by what its template says.
inline void put_up_stacks(aws_double& d) {
  d.with<cloud::cloudformation_options>([](auto& options, auto) {
    options.ends = [](const std::string& text) {
      if (text.find("STUCK") != std::string::npos) return cloud::stack_fate::stuck;
      return text.find("FAILS") != std::string::npos ? cloud::stack_fate::taken_back
                                                     : cloud::stack_fate::good;
    };
  });
  d.with<cloud::cloudformation>([](auto& model, auto) {
    model.install("network", network_before(), {{"Cidr", "10.0.0.0/16"}, {"Password", "****"}});
    model.install("service", "service 1");
  });
}

class over_http final : public in_earnest {
 public:
  explicit over_http(const aws_options& options)
      : in_earnest(make_cloudformation_provider({.aws = options})) {
    target = json::object{{"capabilities", {"CAPABILITY_NAMED_IAM"}}};
  }
  explicit over_http(const aws_double& d) : over_http(with_files(d)) {}
  static aws_options with_files(const aws_double& d) {
    auto options = place::with_keys(d.url()).options();
    options.file = reader_of(some_files());
    return options;
  }
};

}  // namespace tests
