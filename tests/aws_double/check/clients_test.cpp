// The double against botocore's own clients, paginators and waiters.
#include "aws_double/shops.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>

using namespace tests;

TEST_CASE("the AWS double: botocore's clients, paginators and waiters agree with it") {
  const std::string python = std::string(SHIPFLOW_SOURCE_DIR) + "/build/tools/moto/bin/python";
  if (!std::filesystem::exists(python)) {
    std::printf("not run: aws_double, botocore: it is missing (sh tests/tools/moto.sh)\n");
    return;
  }
  aws_double d(with_versions(), 60);
  put_up_shop(d);
  const auto command = python + " " + SHIPFLOW_TEST_DATA + "/botocore_clients.py " + d.url() + " 2>&1";
  auto* out = ::popen(command.c_str(), "r");
  REQUIRE(out != nullptr);
  std::string said;
  char buffer[512];
  while (std::fgets(buffer, sizeof buffer, out) != nullptr) said += buffer;
  CHECK_MESSAGE(::pclose(out) == 0, said);
}
