// The double against clients that nobody here wrote: botocore with its paginators and waiters, and the AWS CLI.
#include "aws_double/shops.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>

using namespace tests;

namespace {

/// Runs a script of this folder with a program of build/tools, against a double with that shop.
void agrees(const std::string& launcher, const std::string& tool, const std::string& script,
            const std::string& shop = "shop") {
  const auto program = std::string(SHIPFLOW_SOURCE_DIR) + "/build/tools/" + tool;
  if (!std::filesystem::exists(program)) {
    std::printf("not run: aws_double, %s: %s is missing (sh tests/tools/%s.sh)\n", script.c_str(),
                tool.c_str(), tool.substr(0, tool.find('/')).c_str());
    return;
  }
  aws_double d(with_versions(), 60);
  REQUIRE(put_up(d, shop));
  const auto file = std::string(SHIPFLOW_TEST_DATA) + "/" + script;
  const auto words = launcher.empty() ? program + " " + file : launcher + " " + file + " " + program;
  auto* out = ::popen((words + " " + d.url() + " 2>&1").c_str(), "r");
  REQUIRE(out != nullptr);
  std::string said;
  char buffer[512];
  while (std::fgets(buffer, sizeof buffer, out) != nullptr) said += buffer;
  CHECK_MESSAGE(::pclose(out) == 0, said);
}

}  // namespace

TEST_CASE("the AWS double: botocore's clients, paginators and waiters agree with it") {
  agrees("", "moto/bin/python", "botocore_clients.py");
}

TEST_CASE("the AWS double: botocore's client deploys a canary through its pauses, and one back") {
  agrees("", "moto/bin/python", "botocore_native.py", "native-shop");
}

TEST_CASE("the AWS double: the AWS CLI releases through it, waits and routes") {
  agrees("sh", "awscli/bin/aws", "awscli.sh");
}
