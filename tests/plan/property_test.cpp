// Random documents: whatever compiles is a graph that can be run and taken back.
#include "plan/compiling.hpp"

#include <algorithm>
#include <map>
#include <random>

using namespace shipflow;
using namespace shipflow::test;

namespace {

class document_maker {
 public:
  explicit document_maker(std::uint64_t seed) : random_(seed) {}

  std::string make() {
    std::string out =
        "shipflow: 1\nplan: shop\ncomponents: [api, web, db]\nrollback: { irreversible: accept }\nsteps:\n";
    const auto count = 1 + below(25);
    // Needs point to steps with a smaller rank; ranks are a random order of the document.
    std::vector<std::size_t> order(count);
    for (std::size_t i = 0; i < count; ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random_);
    for (std::size_t i = 0; i < count; ++i) out += step(i, order);
    return out;
  }

 private:
  std::size_t below(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most - 1)(random_);
  }

  std::string step(std::size_t i, const std::vector<std::size_t>& rank) {
    std::string needs;
    for (std::size_t other = 0; other < rank.size(); ++other)
      if (rank[other] < rank[i] && below(6) == 0) needs += (needs.empty() ? "" : ", ") + id(other);
    std::string out = "  - { id: " + id(i) + ", needs: [" + needs + "], " + kind();
    if (needs.empty()) out.erase(out.find("needs: [], "), 11);
    if (below(8) == 0) out += ", when: false";
    if (below(6) == 0) out += ", for_each: { in: [x, y, z], wave: " + std::to_string(1 + below(3)) + " }";
    return out + " }\n";
  }

  std::string kind() {
    switch (below(8)) {
      case 0: return "blue_green: { component: api, bake: 1m }";
      case 1: return "canary: { component: web, weights: [5, 50], bake: 1m }";
      case 2: return "rolling: { component: api, batch: 1 }";
      case 3: return "action: db.migrate, with: { runner: x }";
      case 4: return "action: db.purge";
      case 5: return "command: [x], undo: [y]";
      case 6: return "wait: 1m";
      default: return "approval: { roles: [qa] }";
    }
  }

  static std::string id(std::size_t i) { return "s" + std::to_string(i); }

  std::mt19937_64 random_;
};

// Every touch that can be put back says how: by a resource whose baseline is observed, or a command.
bool has_compensation(const plan_step& s) {
  if (s.kind != step_kind::action) return true;
  if (s.undo != reversibility::reversible && s.undo != reversibility::destructive) return true;
  return !s.resources.empty() || s.inputs.contains("undo");
}

}  // namespace

TEST_CASE(
    "plan/property: random documents compile to topological order, and every reversible touch can be put "
    "back") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    const auto text = document_maker(seed).make();
    CAPTURE(text);
    const auto c = test::compile(text);
    REQUIRE_MESSAGE(!c.findings.has_errors(), c.text());
    for (std::size_t i = 0; i < c.what.steps.size(); ++i) {
      const auto& s = c.what.steps[i];
      REQUIRE(std::is_sorted(s.needs.begin(), s.needs.end()));
      REQUIRE(std::adjacent_find(s.needs.begin(), s.needs.end()) == s.needs.end());
      for (const auto need : s.needs) REQUIRE(need < i);
      REQUIRE(has_compensation(s));
      if (s.undo == reversibility::destructive && s.kind == step_kind::action)
        REQUIRE(s.after == after_traffic::ask);
    }
    const auto back = plan_from_json(to_json(c.what));
    REQUIRE(back.has_value());
    REQUIRE(back->digest() == c.what.digest());
  }
}

TEST_CASE("plan/property: among steps that are equally ready the order of the document is kept") {
  std::string text = "shipflow: 1\nplan: shop\nsteps:\n";
  std::string expected;
  for (int i = 0; i < 40; ++i) {
    text += "  - { id: s" + std::to_string(i) + ", wait: 1m }\n";
    expected += "s" + std::to_string(i) + "\n";
  }
  CHECK(test::compile(text).shape() == expected);
}
