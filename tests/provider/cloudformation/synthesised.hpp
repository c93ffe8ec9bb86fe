// An assembly that aws-cdk-lib made (cdk_app.js), on the disk.
#pragma once

#include <shipflow/error.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

namespace tests {

inline std::string synthesised() { return std::string(SHIPFLOW_TEST_DATA) + "/cdk.out"; }
inline std::string bootstrap_bucket() { return "cdk-hnb659fds-assets-123456789012-eu-central-1"; }

inline std::function<shipflow::result<std::string>(const std::string&)> from_disk() {
  return [](const std::string& path) -> shipflow::result<std::string> {
    std::ifstream in(path, std::ios::binary);
    if (!in) return shipflow::make_error(shipflow::errc::not_found, path + " is not there");
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  };
}

}  // namespace tests
