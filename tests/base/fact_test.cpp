#include <shipflow/fact.hpp>

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace shipflow;

namespace {

fact sample(std::int64_t rev) {
  fact f;
  f.rev = rev;
  f.kind = static_cast<fact_kind>(1 + rev % 15);
  f.at = from_ms(1'795'241'940'000 + rev);
  f.step = "step-" + std::to_string(rev % 7);
  f.attempt = static_cast<int>(rev % 3);
  f.body = {{"text", "é\n" + std::to_string(rev)}, {"list", {1, 2.5, nullptr, json::object{{"x", rev}}}}};
  return f;
}

std::vector<fact> journal(std::int64_t n) {
  std::vector<fact> out;
  for (std::int64_t rev = 1; rev <= n; ++rev) out.push_back(sample(rev));
  return out;
}

std::vector<std::string> hashes(const std::vector<fact>& facts, std::string_view run = "run-1") {
  std::vector<std::string> out{chain_start(run)};
  for (const auto& f : facts) out.push_back(chain(out.back(), f));
  return out;
}

}  // namespace

TEST_CASE("base/fact: every kind has its own name and keeps its number") {
  std::set<std::string_view> names;
  for (int i = 1; i <= 15; ++i) names.insert(name_of(static_cast<fact_kind>(i)));
  CHECK(names.size() == 15);
  CHECK(!names.contains("unknown"));
  CHECK(name_of(static_cast<fact_kind>(0)) == "unknown");
  CHECK(name_of(fact_kind::intent) == "intent");
  CHECK(static_cast<int>(fact_kind::intent) == 3);
  CHECK(static_cast<int>(fact_kind::undo_started) == 15);
}

TEST_CASE("base/fact: a fact survives JSON") {
  for (const auto& f : journal(60)) {
    const auto text = json::serialize(to_json(f));
    const auto read = fact_from_json(json::parse(text));
    REQUIRE(read.has_value());
    CHECK(*read == f);
  }
}

TEST_CASE("base/fact: a fact with a member missing or of another type is corrupt") {
  const auto good = to_json(sample(4));
  for (const std::string_view key : {"rev", "kind", "at", "step", "attempt", "body"}) {
    CAPTURE(key);
    auto missing = good;
    missing.erase(key);
    REQUIRE(!fact_from_json(missing).has_value());
    CHECK(fact_from_json(missing).error().code == errc::corrupt);
    auto other = good;
    other[key] = json::array{};
    REQUIRE(!fact_from_json(other).has_value());
    CHECK(fact_from_json(other).error().code == errc::corrupt);
  }
  CHECK(fact_from_json(json::array{}).error().code == errc::corrupt);
  auto large = good;
  large["attempt"] = std::int64_t{1} << 40U;
  REQUIRE(!fact_from_json(large).has_value());
  CHECK(fact_from_json(large).error().code == errc::corrupt);
}

TEST_CASE("base/fact: a kind from a newer version is named as such") {
  auto f = to_json(sample(1));
  f["kind"] = "teleported";
  const auto read = fact_from_json(f);
  REQUIRE(!read.has_value());
  CHECK(read.error().code == errc::newer_version);
  CHECK(read.error().message.find("teleported") != std::string::npos);
}

TEST_CASE("base/fact: the chain is the same for the same facts, and starts with the run") {
  CHECK(hashes(journal(10)) == hashes(journal(10)));
  CHECK(chain_start("run-1") != chain_start("run-2"));
  CHECK(hashes(journal(3), "run-1").back() != hashes(journal(3), "run-2").back());
  // Fixed for good: journals already written are verified against it.
  fact f;
  f.rev = 1;
  f.kind = fact_kind::created;
  f.at = from_ms(1000);
  CHECK(chain(chain_start("r"), f) ==
        sha256_hex(sha256_hex("shipflow run r") +
                   "\n{\"at\":1000,\"attempt\":0,\"body\":{},\"kind\":\"created\",\"rev\":1,\"step\":\"\"}"));
}

TEST_CASE("base/fact: changing, removing or swapping any fact changes every later hash") {
  const auto facts = journal(12);
  const auto before = hashes(facts);
  const auto differs_from = [&](const std::vector<fact>& changed, std::size_t first) {
    const auto after = hashes(changed);
    for (auto i = first; i < std::min(before.size(), after.size()); ++i) CHECK(after[i] != before[i]);
  };
  for (std::size_t i = 0; i < facts.size(); ++i) {
    CAPTURE(i);
    for (int what = 0; what < 6; ++what) {
      auto changed = facts;
      if (what == 0) ++changed[i].rev;
      if (what == 1)
        changed[i].kind = changed[i].kind == fact_kind::note ? fact_kind::state : fact_kind::note;
      if (what == 2) changed[i].at += duration{1};
      if (what == 3) changed[i].step += "x";
      if (what == 4) ++changed[i].attempt;
      if (what == 5) changed[i].body["text"] = "forged";
      differs_from(changed, i + 1);
    }
    auto removed = facts;
    removed.erase(removed.begin() + static_cast<std::ptrdiff_t>(i));
    differs_from(removed, i + 1);
    if (i + 1 == facts.size()) continue;
    auto swapped = facts;
    std::swap(swapped[i], swapped[i + 1]);
    differs_from(swapped, i + 1);
  }
}
