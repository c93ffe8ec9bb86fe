#include "clients.hpp"

#include <cstdio>
#include <filesystem>

namespace tests {

std::string said_by(const std::string& command, int& status) {
  status = -1;
  auto* out = ::popen((command + " 2>&1").c_str(), "r");
  if (out == nullptr) return "it cannot be started: " + command;
  std::string said;
  char buffer[512];
  while (std::fgets(buffer, sizeof buffer, out) != nullptr) said += buffer;
  status = ::pclose(out);
  return said;
}

std::string client_program(const std::string& tool, const std::string& what) {
  const auto program = std::string(SHIPFLOW_SOURCE_DIR) + "/build/tools/" + tool;
  if (std::filesystem::exists(program)) return program;
  std::printf("not run: %s: %s is missing (sh tests/tools/%s.sh)\n", what.c_str(), tool.c_str(),
              tool.substr(0, tool.find('/')).c_str());
  return {};
}

std::string botocore_complains(const aws_double& d, const std::string& script, const std::string& what) {
  const auto python = client_program("moto/bin/python", what);
  if (python.empty()) return {};
  int status = 0;
  const auto shared = std::string(SHIPFLOW_SOURCE_DIR) + "/tests/aws_double";
  const auto said = said_by(
      "PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=" + shared + " " + python + " " + script + " " + d.url(), status);
  return status == 0 ? std::string{} : "exit status " + std::to_string(status) + ": " + said;
}

}  // namespace tests
