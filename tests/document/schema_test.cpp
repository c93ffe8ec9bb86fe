#include "document/suggestion.hpp"
#include "parsing.hpp"
#include "sample_tables.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

std::string findings_of(std::string_view text, const schema::type& type,
                        schema::stage at = schema::stage::written) {
  auto p = parse(text);
  REQUIRE_MESSAGE(!p.findings.has_errors(), p.text());
  schema::validate(p.doc.root, type, p.findings, at);
  return p.text();
}

std::string plan_findings(std::string_view steps) {
  return findings_of("plan: p\nsteps:\n" + std::string(steps), plan_type());
}

}  // namespace

TEST_CASE("document/schema: a good document has no findings") {
  CHECK(plan_findings(R"(
  - {id: a, command: [ls, "${dir:-/}"], env: {LOG_LEVEL: info, N: 3}, timeout: "${limit}", skippable: "${skip}"}
  - {id: b, action: api.shift, with: {weight: [1, {x: null}]}, retry: {attempts: 3, backoff: 1m30s, jitter: 0.5}}
  - {id: c, undo: none, group: {steps: [{id: d, command: ls, undo: [rm, x], wait: 0s}]}}
)") == "");
}

TEST_CASE("document/schema: everything that is wrong is reported in one go") {
  CHECK(
      findings_of(R"(plan: 1.10
levle: high
steps:
  - {id: 9x, comand: ls, timeout: 10}
  - {action: a, command: b, retry: {attempts: 120, backoff: 10, jitter: -1}}
  - {id: c, timeout: soon, skippable: yes, group: {steps: []}}
  - [x]
limits: {all: -5, x-y: -1, "0": 2}
)",
                  plan_type()) ==
      R"(d.yaml:1:7 /plan: expected a name: a letter, then up to 63 letters, digits, - and _, found the number 1.10; put it in quotes
d.yaml:2:1 /levle: unknown key "levle" in a plan; did you mean `level`?
d.yaml:4:10 /steps/0/id: "9x" is not a name: a letter, then up to 63 letters, digits, - and _
d.yaml:4:14 /steps/0/comand: unknown key "comand" in a step; did you mean `command`?
d.yaml:4:35 /steps/0/timeout: expected a duration such as 30s, 10m or 1h30m, found the number 10; it needs a unit
d.yaml:5:5 /steps/1: a step needs the key "id": name of the step, unique in the plan
d.yaml:5:17 /steps/1/command: a step can have only one of action and command
d.yaml:5:47 /steps/1/retry/attempts: 120 is above 100
d.yaml:5:61 /steps/1/retry/backoff: expected a duration such as 30s, 10m or 1h30m, found the number 10; it needs a unit
d.yaml:5:73 /steps/1/retry/jitter: -1 is below 0
d.yaml:6:22 /steps/2/timeout: "soon" is not a duration; write for example 30s, 10m or 1h30m
d.yaml:6:39 /steps/2/skippable: expected true or false, found the string "yes"; write true
d.yaml:6:59 /steps/2/group/steps: the list is empty
d.yaml:7:5 /steps/3: expected a mapping, found a list
d.yaml:8:24 /limits/x-y: -1 is below 0
d.yaml:8:28 /limits/0: "0" is not a name: a letter, then up to 63 letters, digits, - and _
)");
}

TEST_CASE("document/schema: a document full of mistakes is checked in one pass") {
  std::string text = "plan: p\n";
  for (int i = 0; i < 20'000; ++i) text += "wrong" + std::to_string(i) + ": 1\n";
  auto p = parse(text);
  schema::validate(p.doc.root, plan_type(), p.findings);
  CHECK(p.findings.items().size() == 20'001);
}

TEST_CASE("document/schema: groups of keys and keys that need others are checked") {
  CHECK(plan_findings("  - {id: a}") ==
        "d.yaml:3:5 /steps/0: a step needs one of action, command or group\n");
  CHECK(plan_findings("  - {id: a, command: x, wait: 1s, at: noon}") ==
        "d.yaml:3:35 /steps/0/at: a step can have only one of wait and at\n");
  CHECK(plan_findings("  - {id: a, command: x, with: {}}") ==
        "d.yaml:3:25 /steps/0/with: \"with\" works only together with action or group\n");
  CHECK(plan_findings("  - {id: a, action: x, env: {}}") ==
        "d.yaml:3:24 /steps/0/env: \"env\" works only together with command\n");
}

TEST_CASE("document/schema: a type that depends on the kind of the node names what is possible") {
  CHECK(plan_findings("  - {id: a, command: {}}") ==
        "d.yaml:3:22 /steps/0/command: expected a string or a list, found a mapping\n");
  CHECK(plan_findings("  - {id: a, command: []}") == "d.yaml:3:22 /steps/0/command: the list is empty\n");
  CHECK(plan_findings("  - {id: a, command: x, undo: nnoe}") ==
        "d.yaml:3:31 /steps/0/undo: \"nnoe\" is not one of none, ask; did you mean `none`?\n");
  CHECK(plan_findings("  - {id: a, command: x, env: {lower: 1, A: [1]}}") ==
        "d.yaml:3:31 /steps/0/env/lower: \"lower\" is not a variable name such as LOG_LEVEL\n"
        "d.yaml:3:44 /steps/0/env/A: expected a string, number, boolean or null, found a list\n");
}

TEST_CASE("document/schema: durations have bounds and units") {
  const auto backoff = [](std::string_view value) {
    const auto out =
        plan_findings("  - {id: a, command: x, retry: {attempts: 1, backoff: " + std::string(value) + "}}");
    return out.empty() ? out : out.substr(out.find(": ") + 2);
  };
  CHECK(backoff("1h") == "");
  CHECK(backoff("61m") == "61m is above 1h\n");
  CHECK(backoff("99ms") == "99ms is below 100ms\n");
  CHECK(backoff("\"5\"") == "\"5\" has no unit; write for example 30s, 10m or 1h30m\n");
  CHECK(backoff("5 min") == "\"5 min\" has no unit; write for example 30s, 10m or 1h30m\n");
}

TEST_CASE("document/schema: references stand only where they are allowed, and are checked there") {
  CHECK(plan_findings("  - {id: \"${x}\", command: x}").find("\"${x}\" is not a name") != std::string::npos);
  CHECK(plan_findings("  - {id: a, command: x, note: \"by ${x}\"}") ==
        "d.yaml:3:31 /steps/0/note: references ${...} are not possible here\n");
  CHECK(plan_findings("  - {id: a, command: \"say ${x\"}") ==
        "d.yaml:3:27 /steps/0/command: a reference has no closing }; write $${ for a literal ${\n");
  CHECK(plan_findings("  - {id: a, action: x, with: {deep: [\"ä ${x y}\"]}}") ==
        "d.yaml:3:41 /steps/0/with/deep/0: \"x y\" is not a path; write for example ${release.version}, or "
        "$${ for a "
        "literal ${\n");
  CHECK(plan_findings("  - {id: a, command: x, timeout: \"$${x}\"}").find("is not a duration") !=
        std::string::npos);
}

TEST_CASE("document/schema: what a reference gave is checked once it is rendered") {
  const auto attempts = [](std::string_view value) {
    return findings_of("attempts: " + std::string(value), schema::table(&retry_table),
                       schema::stage::rendered);
  };
  CHECK(attempts("\"${n}\"") ==
        "d.yaml:1:11 /attempts: expected an integer from 1 to 100, found the string \"${n}\"\n");
  CHECK(attempts("\"12\"") == "");
  CHECK(attempts("\"120\"") == "d.yaml:1:11 /attempts: 120 is above 100\n");
  CHECK(attempts("\"many\"") ==
        "d.yaml:1:11 /attempts: expected an integer from 1 to 100, found the string \"many\"\n");
}

TEST_CASE("document/schema: readers give values, and never a default for what they cannot read") {
  using namespace std::chrono_literals;
  const auto p = parse(
      "{\"t\": \"1m30s\", \"n\": 7, \"x\": 0.5, \"b\": true, \"s\": \"a\", \"l\": [\"a\", 1.10], \"z\": "
      "null, "
      "\"r\": \"${x}\", \"q\": \"12\"}");
  const auto& m = p.doc.root;
  CHECK(schema::read_duration(m, "t", 0ms) == 90s);
  CHECK(schema::read_duration(m, "z", 5ms) == 5ms);
  CHECK(!schema::read_duration(m, "none"));
  CHECK(schema::read_integer(m, "n", 0) == 7);
  CHECK(schema::read_integer(m, "q", 0) == 12);
  CHECK(schema::read_number(m, "x", 0) == 0.5);
  CHECK(schema::read_number(m, "n", 0) == 7.0);
  CHECK(schema::read_boolean(m, "b") == true);
  CHECK(schema::read_string(m, "s") == "a");
  CHECK(schema::read_string(m, "none", "fallback") == "fallback");
  CHECK(schema::read_strings(m, "l") == std::vector<std::string>{"a", "1.10"});
  CHECK(schema::read_strings(m, "s") == std::vector<std::string>{"a"});
  CHECK(schema::read_strings(m, "none").empty());
  CHECK_THROWS_AS(static_cast<void>(schema::read_duration(m, "r")), shipflow::exception);
  CHECK_THROWS_AS(static_cast<void>(schema::read_integer(m, "s")), shipflow::exception);
  CHECK_THROWS_AS(static_cast<void>(schema::read_string(m, "l")), shipflow::exception);
  CHECK(schema::has_reference(m));
  CHECK(!schema::has_reference(*m.find("l")));
}

TEST_CASE("document/schema: the generated schema says what the table says") {
  const auto s = schema::json_schema(plan_type(), "plan");
  CHECK(s.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
  CHECK(s.at("$ref") == "#/$defs/plan");
  const auto& step = s.at("$defs").at("step");
  CHECK(step.at("description") == "One step of a plan");
  CHECK(step.at("required") == json::array{"id"});
  CHECK(step.at("additionalProperties") == false);
  CHECK(step.at("properties").at("skippable").at("default") == false);
  CHECK(step.at("properties").at("timeout").at("examples") == json::array{"10m"});
  CHECK(step.at("properties").at("timeout").at("description") == "longest time it may take");
  CHECK(s.at("$defs").at("group").at("properties").at("steps").at("items").at("$ref") == "#/$defs/step");
  CHECK(canonical(s) == canonical(schema::json_schema(plan_type(), "plan")));
}

TEST_CASE("document/suggestion: the nearest word by edits is meant") {
  CHECK(doc::edit_distance("", "abc") == 3);
  CHECK(doc::edit_distance("ca", "ac") == 1);
  CHECK(doc::edit_distance("kitten", "sitting") == 3);
  CHECK(doc::edit_distance("same", "same") == 0);
  const std::vector<std::string> known{"timeout", "needs", "id", "blue_green"};
  CHECK(doc::nearest("tiemout", known) == "timeout");
  CHECK(doc::nearest("Blue-Green", known) == "blue_green");
  CHECK(doc::nearest("ids", known) == "id");
  CHECK(!doc::nearest("xy", known));
  CHECK(!doc::nearest("completely", known));
  CHECK(!doc::nearest("", known));
  CHECK(!doc::nearest(std::string(100'000, 'x'), known));
}
