#include "compiling.hpp"

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

test::compiled with_list(const std::string& list) {
  return test::compile("shipflow: 1\nplan: shop\nchecklists:\n  pre:\n" + list +
                       "steps:\n  - { id: ready, checklist: pre, roles: [qa] }\n"
                       "  - { id: go, needs: [ready], approval: { roles: [qa] } }\n");
}

}  // namespace

TEST_CASE("plan/checklist: items that checks tick are steps of their own, and all must be over before go") {
  const auto c = with_list(
      "    Code:\n"
      "      - reviewed\n"
      "      - { text: CI green, wait_for: { url: \"${url}/ci\", expect: { status: 200 } }, timeout: 5m }\n"
      "    Database:\n"
      "      - { text: Backup verified, action: database.backup, retry: { attempts: 3, backoff: 1s } }\n"
      "      - migrations reviewed\n"
      "      - { text: Tools there, command: [kubectl, version], skippable: true }\n"
      "    Tests:\n"
      "      - { text: Covered, gate: { file: c.xml, cobertura: { lines: 80% } }, directory: /srv }\n"
      "      - { text: API up, probe: { all: [api] } }\n");
  REQUIRE_MESSAGE(!c.findings.has_errors(), c.text());
  const auto& people = c.step("ready");
  CHECK(people.items == std::vector<std::string>{"code-1", "database-2"});
  CHECK(people.item_texts == std::vector<std::string>{"reviewed", "migrations reviewed"});
  CHECK(people.item_groups == std::vector<std::string>{"Code", "Database"});
  CHECK(people.roles == std::vector<std::string>{"qa"});
  CHECK(c.step("ready/code-2").title == "CI green");
  CHECK(c.step("ready/code-2").action == "wait");
  CHECK(c.step("ready/code-2").timeout == std::chrono::minutes{5});
  CHECK(c.step("ready/database-1").action == "backup");
  CHECK(c.step("ready/database-1").retry.attempts == 3);
  CHECK(c.step("ready/database-3").provider == "command");
  CHECK(c.step("ready/database-3").skippable);
  CHECK(c.step("ready/tests-1").inputs.at("directory").as_string() == "/srv");
  CHECK(c.step("ready/tests-2").title == "API up");
  CHECK(c.step("go").needs.size() == 6);
}

TEST_CASE("plan/checklist: a list that checks alone tick asks nobody") {
  const auto c = with_list("    - { text: a, command: [a] }\n    - { text: b, command: [b] }\n");
  REQUIRE_MESSAGE(!c.findings.has_errors(), c.text());
  CHECK(c.what.steps.size() == 3);
  CHECK(c.step("ready/1").kind == step_kind::action);
  CHECK(c.step("go").needs.size() == 2);
}

TEST_CASE("plan/checklist: groups whose items would have the same names are refused") {
  CHECK(
      with_list("    Code x: [a]\n    code-x: [b]\n")
          .text()
          .find(
              "/checklists/pre/code-x: the groups `Code x` and `code-x` would both name their items code-x-1 "
              "and so on") != std::string::npos);
  CHECK(with_list("    X: [{ text: a, command: [a] }]\n    x: [{ text: b, command: [b] }]\n")
            .text()
            .find("would both name") != std::string::npos);
  CHECK(with_list("    \"!!!\": [a]\n").text().find("the group `!!!` needs a letter or a digit") !=
        std::string::npos);
  CHECK_FALSE(with_list("    Code: [a]\n    Code 1: [b]\n    \xC3\xA4: [c]\n").findings.has_errors());
}

TEST_CASE("plan/checklist: an item that is neither text nor check is refused") {
  CHECK(with_list("    - { text: a }\n").findings.has_errors());
  CHECK(with_list("    - { command: [a] }\n").findings.has_errors());
  CHECK(with_list("    - { text: a, command: [a], gate: { file: x, junit: {} } }\n").findings.has_errors());
  CHECK(with_list("    - { text: a, action: database.nothing }\n").text().find("has no action `nothing`") !=
        std::string::npos);
  CHECK(with_list("    - { text: a, probe: { all: [nobody] } }\n").findings.has_errors());
  CHECK(with_list("    - [a]\n").findings.has_errors());
  CHECK(test::compile("shipflow: 1\nplan: shop\nsteps:\n  - { id: a, command: [a], roles: [qa] }\n")
            .text()
            .find("`roles` of a step say who ticks a checklist") != std::string::npos);
}
