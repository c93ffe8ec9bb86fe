// A process environment and files as a test wants them.
#pragma once

#include <shipflow/aws.hpp>

#include <map>
#include <string>

namespace tests {

struct place {
  std::map<std::string, std::string> variables{{"AWS_REGION", "eu-central-1"},
                                               {"AWS_EC2_METADATA_DISABLED", "true"}};
  std::map<std::string, std::string> files;

  [[nodiscard]] shipflow::aws_options options() const {
    shipflow::aws_options o;
    o.variable = [v = variables](const std::string& name) {
      const auto found = v.find(name);
      return found == v.end() ? std::nullopt : std::optional(found->second);
    };
    o.file = [f = files](const std::string& path) -> shipflow::result<std::string> {
      const auto found = f.find(path);
      if (found == f.end()) return shipflow::make_error(shipflow::errc::not_found, path + " is not there");
      return found->second;
    };
    return o;
  }
  static place with_keys(const std::string& url) {
    place p;
    p.variables["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE";
    p.variables["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI";
    p.variables["AWS_ENDPOINT_URL"] = url;
    return p;
  }
};

}  // namespace tests
