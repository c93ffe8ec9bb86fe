// The releasing process is killed with SIGKILL between two calls to AWS, before or after the effect of a call, and started
// again. All of them: SHIPFLOW_KILLS=all; one: SHIPFLOW_KILLS=41, or 41+ for after its effect; otherwise some, by a seed.
#include "voyage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <random>

using namespace tests;
namespace json = shipflow::json;

namespace {

constexpr int share = 2;

struct kill {
  int call = 0;
  bool after = false;
};

bool reads(const std::string& operation) {
  return operation.starts_with("Describe") || operation.starts_with("List") || operation.starts_with("Get");
}

/// Before every call, and after those that change something: after a read is before the next call.
std::vector<kill> kills_of(const std::vector<std::string>& calls) {
  std::vector<kill> all;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    all.push_back({static_cast<int>(i) + 1, false});
    if (!reads(calls[i])) all.push_back({static_cast<int>(i) + 1, true});
  }
  const auto* said = std::getenv("SHIPFLOW_KILLS");
  const std::string wanted = said == nullptr ? "" : said;
  if (wanted == "all") return all;
  if (!wanted.empty()) return {{std::stoi(wanted), wanted.ends_with("+")}};
  const auto seed = std::random_device{}();
  std::printf("kills: seed %u of %zu\n", seed, all.size());
  std::mt19937 dice(seed);
  std::shuffle(all.begin(), all.end(), dice);
  all.resize(std::min<std::size_t>(all.size(), share));
  return all;
}

void never_more(const json::object& effects, const json::object& undisturbed) {
  for (const auto& m : undisturbed) {
    CAPTURE(std::string(m.key()));
    CHECK(effects.at(m.key()).to_number<int>() <= m.value().to_number<int>());
  }
}

void ends_the_same(const process& what, const char* version, const char* phase) {
  voyage calm(what, "1m", "2m");
  const auto begun = json::serialize(calm.picture());
  const auto undisturbed = calm.sail(version);
  INFO(json::serialize(undisturbed.said));
  REQUIRE(undisturbed.code == 0);
  REQUIRE(undisturbed.said.at("phase") == phase);
  const auto wanted = json::serialize(calm.picture());
  const bool released = undisturbed.said.at("phase") == "released";
  CHECK((wanted == begun) == !released);
  const auto kills = kills_of(calm.calls());
  int carried_out = 0;
  for (const auto& k : kills) {
    CAPTURE(k.call);
    CAPTURE(k.after);
    CAPTURE(calm.calls().at(static_cast<std::size_t>(k.call) - 1));
    voyage v(what, "1m", "2m");
    v.kill_at(k.call, k.after);
    const auto first = v.sail(version);
    carried_out += first.killed ? 1 : 0;
    CHECK((first.killed || first.code == 0));
    if (!first.killed) continue;  // this time it had fewer calls to make
    const auto second = v.sail(version);
    CAPTURE(json::serialize(second.said));
    CHECK(second.code == 0);
    CHECK(second.said.at("phase") == phase);
    CHECK(json::serialize(v.picture()) == wanted);
    never_more(v.effects(), calm.effects());
    if (released) CHECK(json::serialize(v.effects()) == json::serialize(calm.effects()));
  }
  std::printf("%s %s: %d kills of %zu places, %zu calls\n", what.name.c_str(), version, carried_out,
              kills.size(), calm.calls().size());
  CHECK(carried_out > 0);
}

}  // namespace

TEST_CASE("production of shopflow: killed between any two calls, it goes live once") {
  ends_the_same(shopflow_process(), "1.2.3", "released");
}
TEST_CASE(
    "production of shopflow: killed between any two calls, a version that never comes up is taken back") {
  ends_the_same(shopflow_process(), "ill", "rolled_back");
}
TEST_CASE("production of sample-ecommerce: killed between any two calls, it goes live once") {
  ends_the_same(sample_process(), "1.2.3", "released");
}
TEST_CASE("production of sample-ecommerce: killed between any two calls, a failing version is taken back") {
  ends_the_same(sample_process(), "ill", "rolled_back");
}
TEST_CASE("a release in maintenance: killed between any two calls, the shop opens with the new version") {
  ends_the_same(closed_process(), "1.2.3", "released");
}
TEST_CASE(
    "a release in maintenance: killed between any two calls, the shop opens as it was when the version "
    "fails") {
  ends_the_same(closed_process(), "ill", "rolled_back");
}
