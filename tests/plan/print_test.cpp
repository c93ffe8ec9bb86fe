// The plan as JSON, Mermaid and a table.
#include "plan/compiling.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

compiled whole() {
  return test::compile(R"(shipflow: 1
plan: shop
parameters: { bake: 10m }
components: [api, db]
checklists: { pre: [green, reviewed] }
steps:
  - { id: ready, checklist: pre }
  - { id: go, needs: [ready], approval: { roles: [qa], quorum: 2, expires: 4h } }
  - { id: closed, needs: [go], maintenance: { component: api, until: [migrate] } }
  - { id: migrate, needs: [closed], action: db.migrate, with: { runner: knex } }
  - id: api
    needs: [migrate]
    blue_green: { component: api, bake: "${bake}" }
    keep_old: { until: watch.end }
    guard: { abort: [errors, api], until: watch.end }
  - { id: smoke, needs: [api], command: ["./smoke <\"fast\">", "${steps.api.colour}"] }
  - { id: watch, needs: [smoke], watch: { for: 24h } }
rollback: { SEV2: { ask: [lead] }, decision_window: { for: 30m, roles: [lead] } }
)");
}

}  // namespace

TEST_CASE("plan/table: texts of a document do nothing to a terminal") {
  const auto c = test::compile(
      "shipflow: 1\nplan: shop\nsteps:\n  - { id: go, approval: { roles: [qa], text: \"a\\nb\\e[31m\" } }\n");
  REQUIRE_MESSAGE(!c.findings.has_errors(), c.text());
  CHECK(to_table(c.what).find(" a b [31m\n") != std::string::npos);
}

TEST_CASE("plan/json: the same input gives the same bytes and the same name") {
  const auto a = whole();
  const auto b = whole();
  CHECK(a.text() == "");
  CHECK(json::serialize(to_json(a.what)) == json::serialize(to_json(b.what)));
  CHECK(a.what.digest() == b.what.digest());
  CHECK(a.what.digest().starts_with("sha256:"));
}

TEST_CASE("plan/json: a plan survives the way through text") {
  const auto c = whole();
  const auto text = json::serialize(to_json(c.what));
  const auto parsed = parse_json(text);
  REQUIRE(parsed.has_value());
  const auto back = plan_from_json(*parsed);
  REQUIRE_MESSAGE(back.has_value(), back.error().text());
  CHECK(back->digest() == c.what.digest());
  CHECK(json::serialize(to_json(*back)) == text);
  const auto direct = plan_from_json(to_json(c.what));
  REQUIRE(direct.has_value());
  CHECK(direct->digest() == c.what.digest());
}

TEST_CASE("plan/json: another release is another plan") {
  start s;
  s.plan = "shipflow: 1\nplan: shop\nsteps:\n  - { id: a, wait: 1m }\n";
  const auto first = test::compile(s).what.digest();
  s.release.version = "1.5.1";
  CHECK(test::compile(s).what.digest() != first);
}

TEST_CASE("plan/json: what is no plan is refused with the member that is wrong") {
  const auto good = to_json(whole().what);
  const auto refused = [&](auto change) {
    auto bad = good;
    change(bad.as_object());
    const auto read = plan_from_json(bad);
    REQUIRE(!read.has_value());
    return read.error().message;
  };
  CHECK(plan_from_json(json::value(3)).error().message == "not a compiled plan:  must be an object");
  CHECK(refused([](auto& p) { p["shipflow"] = 2; }) == "not a compiled plan: /shipflow must be 1");
  CHECK(refused([](auto& p) { p.erase("steps"); }).starts_with("not a compiled plan: /steps is missing"));
  CHECK(refused([](auto& p) { p["colour"] = "red"; }) == "not a compiled plan: /colour is not known");
  CHECK(refused([](auto& p) { p["steps"].at(0).as_object()["kind"] = "dance"; }) ==
        "not a compiled plan: /steps/0/kind has the unknown name `dance`");
  CHECK(refused([](auto& p) { p["steps"].at(0).as_object()["needs"] = {0}; }) ==
        "not a compiled plan: /steps step `ready` has impossible needs");
  CHECK(refused([](auto& p) { p["steps"].at(0).as_object()["timeout_ms"] = -1; }) ==
        "not a compiled plan: /steps/0/timeout_ms must be milliseconds");
  CHECK(refused([](auto& p) { p["guards"].at(0).as_object()["from"] = 99; }) ==
        "not a compiled plan: /guards guard `errors` names a step that is not there");
  CHECK(refused([](auto& p) {
          p["steps"].at(0).as_object()["items"] = {1, 2};
        }) == "not a compiled plan: /steps/0/items must hold strings");
}

TEST_CASE("plan/print: Mermaid draws expansions as boxes and escapes labels") {
  CHECK(to_mermaid(whole().what) == R"~(flowchart TD
  s0[/"ready<br/>checklist, 2 items"/]
  s1{{"go<br/>approval by qa (2 each)"}}
  subgraph g2["closed"]
    s2["closed<br/>local.maintenance"]
    s4[["closed/restore<br/>restore closed"]]
  end
  s3["migrate<br/>database.migrate"]
  subgraph g5["api"]
    s5["api/launch<br/>local.launch"]
    s6["api/shift<br/>local.shift"]:::traffic
    s7(["api/bake<br/>wait 10m"])
    s10["api/retire<br/>local.retire"]
  end
  s8["smoke<br/>command.run"]
  s9(["watch<br/>watch 1d"])
  s0 --> s1
  s1 --> s2
  s2 --> s3
  s2 --> s4
  s3 --> s4
  s3 --> s5
  s5 --> s6
  s6 --> s7
  s5 --> s8
  s7 --> s8
  s4 --> s9
  s8 --> s9
  s7 --> s10
  s9 --> s10
  classDef irreversible stroke:#b00,stroke-width:3px
  classDef traffic stroke:#080,stroke-width:3px
)~");
}

TEST_CASE("plan/print: the table says what each step does and what a rollback does to it") {
  const auto text = to_table(whole().what);
  CHECK(text.starts_with("shop 1.5.0 to local\nsha256:"));
  const auto rows = text.substr(text.find("#   STEP"));
  CHECK(rows ==
        R"~(#   STEP            DOES                     NEEDS  UNDO                            TITLE
1   ready           checklist, 2 items       -      -                               checklist pre
2   go              approval by qa (2 each)  1      -                               approval by qa
3   closed          local.maintenance        2      yes                             maintenance of api
4   migrate         database.migrate         3      loses data, asks after traffic  migrate db
5   closed/restore  restore closed           3 4    -                               end maintenance of api
6   api/launch      local.launch             4      yes                             launch api 1.5.0
7   api/shift       local.shift              6      yes                             shift 100% of api to the new version
8   api/bake        wait 10m                 7      -                               wait 10m
9   smoke           command.run              6 8    -                               ./smoke <"fast"> ${steps.api.colour}
10  watch           watch 1d                 5 9    -                               watch for 1d
11  api/retire      local.retire             8 10   yes                             retire the old api

guard errors: errors > 1% for 5m, SEV1, from api/shift to watch
guard api: probe api, SEV1, from api/shift to watch

checklist ready
  1  green
  2  reviewed

rules
  SEV2: lead decide within 15m, else it is rolled back
  a step that fails: rolls back at once
  within 30m of the release lead may ask for a rollback

roles
  lead: group:leads
  qa: user:alice, user:bob
)~");
}
