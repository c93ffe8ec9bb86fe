// Ended at any point, a release goes on or is taken back; and no page ever names what is not there.
#include "window.hpp"

#include <cstdlib>
#include <random>

using namespace tests;

namespace {

std::uint64_t seed() {
  const auto* given = std::getenv("SHIPFLOW_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

/// A site in which pages name assets and each other at random.
files random_site(std::mt19937_64& dice, const std::string& version) {
  files out;
  const auto pick = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(dice); };
  std::vector<std::string> named;
  for (std::size_t i = 0, n = 1 + pick(6); i < n; ++i) {
    const auto content = version + std::to_string(pick(4)) + std::to_string(i);
    named.push_back("assets/part" + std::to_string(i) + "-" + sha256_hex(content).substr(0, 8) + "0.js");
    out[named.back()] = content;
  }
  for (std::size_t i = 0, n = pick(5); i < n; ++i) out["data/" + std::to_string(pick(8)) + ".json"] = version;
  for (std::size_t i = 0, n = 1 + pick(5); i < n; ++i)
    out["page" + std::to_string(pick(7)) + ".html"] = "[" + named[pick(named.size())] + "] " + version;
  out["index.html"] = version + " [" + named[pick(named.size())] + "]";
  for (const auto& [key, body] : files(out))
    if (key.starts_with("page")) out["index.html"] += " [" + key + "]";
  return out;
}

bool holds(const window& w, const files& site) {
  const auto now = w.served();
  return std::all_of(site.begin(), site.end(), [&](const auto& f) {
    const auto at = now.find(f.first);
    return at != now.end() && at->second == f.second;
  });
}

std::size_t pages_in(const files& site) {
  return static_cast<std::size_t>(
      std::count_if(site.begin(), site.end(), [](const auto& f) { return f.first.ends_with(".html"); }));
}

/// How many writes a second release takes.
std::uint64_t writes_of(const files& one, const files& two) {
  window w;
  w.local = one;
  REQUIRE(w.publish("1").kind == answer_kind::done);
  const auto before = w.bucket.writes();
  w.local = two;
  REQUIRE(w.publish("2").kind == answer_kind::done);
  return w.bucket.writes() - before;
}

}  // namespace

TEST_CASE("provider/site: cut off at any write, a release goes on without sending again what is there") {
  const auto one = shop("1");
  const auto two = shop("2", 2);
  const auto all = writes_of(one, two);
  for (const bool opaque : {false, true})
    for (std::uint64_t at = 0; at <= all; ++at) {
      CAPTURE(at);
      CAPTURE(opaque);
      window w;
      w.bucket.opaque_etags = opaque;
      w.local = one;
      REQUIRE(w.publish("1").kind == answer_kind::done);
      w.local = two;
      w.on.allow(at);
      const auto cut = w.publish("2");
      CHECK(w.on.cut_off() == (cut.kind != answer_kind::done));
      std::size_t there = 0;
      for (const auto& [key, body] : two) {
        const auto* o = w.bucket.find(key);
        there += o != nullptr && o->body == body ? 1U : 0U;
      }
      w.on.allow(1'000'000);
      const auto done = w.publish("2");
      REQUIRE_MESSAGE(done.kind == answer_kind::done, done.problem.text());
      CHECK(holds(w, two));
      CHECK(w.broken == "");
      CHECK(static_cast<std::size_t>(done.value.at("uploaded").to_number<int>()) <= two.size() - there);
      CHECK(w.bucket.find(".shipflow/pending.json") == nullptr);
      CHECK(w.bucket.find(".shipflow/lock.json")->body.find("\"holder\":\"\"") != std::string::npos);
      CHECK(w.act("verify").kind == answer_kind::done);
    }
}

TEST_CASE(
    "provider/site: cut off at any write, a release is taken back, and its undo may be cut off as well") {
  const auto one = shop("1");
  const auto two = shop("2", 5);
  const auto all = writes_of(one, two);
  for (std::uint64_t at = 0; at <= all; ++at)
    for (const std::uint64_t again : {std::uint64_t{3}, std::uint64_t{7}, std::uint64_t{1'000}}) {
      CAPTURE(at);
      CAPTURE(again);
      window w;
      w.local = one;
      REQUIRE(w.publish("1").kind == answer_kind::done);
      const auto before = w.look();
      w.local = two;
      w.on.allow(at);
      (void)w.publish("2");
      w.on.allow(again);
      auto back = w.undo(before);
      w.on.allow(1'000'000);
      if (back.kind != answer_kind::done) back = w.undo(before);
      REQUIRE_MESSAGE(back.kind == answer_kind::done, back.problem.text());
      CHECK(holds(w, one));
      CHECK(pages_in(w.served()) == pages_in(one));
      CHECK(w.look().at("restores") == before.at("restores"));
      CHECK(w.broken == "");
      CHECK(w.act("verify").kind == answer_kind::done);
    }
}

TEST_CASE("provider/site: the first release of all is taken back from any point to what was there before") {
  const auto site = shop("1");
  for (std::uint64_t at = 0; at <= 20; ++at) {
    CAPTURE(at);
    window w;
    w.bucket.put("index.html", "from before", {{"content-type", "text/html"}}, {}).value();
    const auto before = w.served();
    const auto nothing = w.look();
    w.local = site;
    w.on.allow(at);
    (void)w.publish("1");
    w.on.allow(1'000'000);
    const auto back = w.undo(nothing);
    REQUIRE_MESSAGE(back.kind == answer_kind::done, back.problem.text());
    CHECK(w.served() == before);
    CHECK(w.look() == nothing);
    CHECK(w.broken == "");
  }
}

TEST_CASE(
    "provider/site: whatever is released, cut off, taken back or pruned, pages name only what is there") {
  const auto begin = seed();
  MESSAGE("SHIPFLOW_SEED=" << begin);
  for (std::uint64_t round = 0; round < 150; ++round) {
    std::mt19937_64 dice(begin + round);
    CAPTURE(begin + round);
    const auto pick = [&](std::uint64_t n) {
      return std::uniform_int_distribution<std::uint64_t>(0, n - 1)(dice);
    };
    window w;
    w.target["keep"] = json::object{{"releases", 2}, {"for", "1h"}};
    w.bucket.opaque_etags = pick(3) == 0;
    files stands;
    for (int step = 0; step < 6; ++step) {
      const auto before = w.look();
      const auto version = std::to_string(step);
      w.local = random_site(dice, version);
      w.on.page = 1 + pick(5);
      w.run = "run-" + version;
      w.on.allow(pick(3) == 0 ? pick(25) : 1'000'000);
      const auto a = w.publish(version, "key " + version);
      w.on.allow(1'000'000);
      if (a.kind == answer_kind::done && pick(3) != 0) {
        stands = w.local;
      } else if (pick(2) == 0) {
        const auto back = w.undo(before, "undo " + version);
        REQUIRE_MESSAGE(back.kind == answer_kind::done, back.problem.text());
        CHECK(w.look().at("restores") == before.at("restores"));
      } else {
        const auto done = w.publish(version, "key " + version);
        REQUIRE_MESSAGE(done.kind == answer_kind::done, done.problem.text());
        stands = w.local;
      }
      CHECK(holds(w, stands));
      w.clock += std::chrono::minutes(pick(120));
      if (pick(3) == 0) REQUIRE(w.act("prune", {}, "prune " + version).kind == answer_kind::done);
      CHECK(holds(w, stands));
      CHECK(w.broken == "");
    }
  }
}
