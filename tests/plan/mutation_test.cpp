// Documents and compiled plans with damage: findings or errors, never a crash.
#include "plan/compiling.hpp"

#include <random>

using namespace shipflow;
using namespace shipflow::test;

namespace {

const std::string whole = R"(shipflow: 1
plan: shop
parameters: { bake: 10m, to: { default: head, type: string } }
components: [api, web, db, tasks]
checklists: { pre: { Code: [green, reviewed] } }
steps:
  - { id: ready, checklist: pre }
  - { id: go, needs: [ready], approval: { roles: [qa], quorum: 2, expires: 4h, on_expiry: hold } }
  - { id: closed, needs: [go], maintenance: { component: api, until: [migrate] } }
  - { id: backup, needs: [go], action: db.backup, with: { verify: true } }
  - { id: migrate, needs: [closed], action: db.migrate, with: { runner: "${to}" }, undo: { command: [x, "${steps.backup.file}"], after_traffic: ask, ask: [lead] } }
  - { id: api, needs: [migrate], canary: { component: api, weights: [10, 50], bake: "${bake}" }, keep_old: { until: watch.end }, guard: { abort: [errors, api], pause: [errors], until: watch.end } }
  - { id: web, for_each: { in: [eu, us], as: region, wave: 1 }, when: "${flags.fast}", in_place: { component: web, version: "${release.version}" } }
  - { id: lock, ensure: { begin: { command: [a] }, end: [b], until: [web] } }
  - { id: smoke, needs: [api], command: [smoke, "${steps.api.colour}", "${url}"], env: { A: "${DSN}" }, retry: { attempts: 3, backoff: 2s } }
  - { id: up, needs: [api], probe: { all: [api], within: 2m } }
  - { id: call, http: { url: "${url}/x", capture: { id: /id } }, when: "${steps.smoke.exit_code}" }
  - { id: watch, needs: [smoke], watch: { for: 24h } }
rollback: { SEV1: now, SEV2: { ask: [lead], within: 10m, then: hold }, decision_window: { for: 30m, roles: [lead] }, unavailable: { after: 1m, then: hold } }
)";

class damage {
 public:
  explicit damage(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most - 1)(random_);
  }

  // Words of the text change places, so that most documents stay readable and few make sense.
  std::string text(std::string from) {
    const auto changes = 1 + below(3);
    for (std::size_t i = 0; i < changes; ++i) {
      const auto [at, size] = word(from);
      const auto [other, length] = word(from);
      const auto piece = from.substr(other, length);
      from.replace(at, size, below(4) == 0 ? std::string("~") : piece);
    }
    return from;
  }

  void tree(json::value& v) {
    if (auto* object = v.if_object(); object != nullptr && !object->empty()) {
      auto* member = object->begin() + below(object->size());
      if (below(3) != 0) return tree(member->value());
      if (below(2) == 0) return static_cast<void>(object->erase(member));
    }
    if (auto* list = v.if_array(); list != nullptr && !list->empty() && below(3) != 0)
      return tree((*list)[below(list->size())]);
    static const json::array others{
        nullptr, true, -1, 7, 1e300, "word", json::array{1}, json::object{{"x", 1}}};
    v = others[below(others.size())];
  }

 private:
  std::pair<std::size_t, std::size_t> word(const std::string& in) {
    static constexpr auto separators = " ,:[]{}\n\"";
    const auto begin = in.find_first_not_of(separators, below(in.size() - 2));
    if (begin == std::string::npos) return {0, 8};
    return {begin, std::min(in.find_first_of(separators, begin), in.size()) - begin};
  }

  std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("plan/mutation: damaged documents give findings or plans that can be read back") {
  const auto intact = test::compile(whole);
  REQUIRE_MESSAGE(!intact.findings.has_errors(), intact.text());
  std::size_t usable = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    CAPTURE(seed);
    start s;
    s.plan = damage(seed).text(whole);
    diagnostics syntax;
    static_cast<void>(parse_document(s.plan, "plan.yaml", syntax));
    if (syntax.has_errors()) continue;
    const auto c = test::compile(s);
    if (c.findings.has_errors()) continue;
    ++usable;
    REQUIRE(plan_from_json(to_json(c.what)).has_value());
    REQUIRE(!to_mermaid(c.what).empty());
    REQUIRE(!to_table(c.what).empty());
  }
  CHECK(usable > 0);
}

TEST_CASE("plan/mutation: damaged compiled plans are refused, or are plans again") {
  const auto good = to_json(test::compile(whole).what);
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    auto bad = good;
    damage(seed).tree(bad);
    const auto read = plan_from_json(bad);
    if (!read) continue;
    REQUIRE(plan_from_json(to_json(*read)).has_value());
    REQUIRE(!to_mermaid(*read).empty());
  }
}
