// The smallest program that embeds the library: it links, and the library answers.
#include <shipflow/json.hpp>
#include <shipflow/time.hpp>
#include <shipflow/version.hpp>

#include <iostream>
#include <string>

int main() {
  const auto bake = shipflow::parse_duration("1h30m");
  const auto nonsense = shipflow::parse_duration("soon");
  const auto body = shipflow::parse_json(R"({"b": 2, "a": 1})");
  const bool fine = bake && bake->count() == 5'400'000 && !nonsense &&
                    nonsense.error().code == shipflow::errc::invalid_argument && body &&
                    shipflow::canonical(*body) == R"({"a":1,"b":2})" &&
                    shipflow::digest_of(*body).size() == 71;
  std::cout << "shipflow " << shipflow::version_string() << (fine ? " works\n" : " is broken\n");
  return fine ? 0 : 1;
}
