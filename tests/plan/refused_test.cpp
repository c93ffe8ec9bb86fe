// Plans that must not run, each with the reason a person reads.
#include "plan/compiling.hpp"

#include <vector>

using namespace shipflow;
using namespace shipflow::test;

namespace {

struct refusal {
  std::string steps;
  std::string message;
};

std::string head(const std::string& steps) {
  return "shipflow: 1\nplan: shop\ncomponents: [api, web, db, tasks, far]\nsteps:\n" + steps;
}

const std::vector<refusal> refusals{
    {"  - { id: api, blue_green: { component: tasks } }\n",
     "provider `command` has no action `launch`, which blue_green of component `tasks` needs\n"
     "provider `command` has no action `shift`, which blue_green of component `tasks` needs\n"
     "provider `command` has no action `retire`, which blue_green of component `tasks` needs\n"},
    {"  - { id: api, in_place: { component: far } }\n",
     "component `far` is not bound in environment `local`; add it to `bind` there\n"},
    {"  - { id: api, in_place: { component: apu } }\n",
     "the plan has no component `apu`; did you mean `api`?\n"},
    {"  - { id: a, run: { x: 1 } }\n", "not built in this version: `run`\n"},
    {"  - { id: a, scan: { x: 1 } }\n", "not built in this version: `scan`\n"},
    {"  - { id: a, action: jira.create }\n",
     "action `jira.create` is not built in this version: no component or provider is called `jira`\n"},
    {"  - { id: a, action: db.migrat, with: { runner: x } }\n",
     "provider `database` of component `db` has no action `migrat`; did you mean `migrate`?\n"},
    {"  - { id: a, action: database.backups }\n",
     "provider `database` has no action `backups`; did you mean `backup`?\n"},
    {"  - { id: a, action: db.migrate, with: { runer: x } }\n",
     "action `migrate` needs `runner`\naction `migrate` has no input `runer`; did you mean `runner`?\n"},
    {"  - { id: a, action: db.migrate, with: { runner: 3, batch_size: many, limit: 30, options: [1] } }\n",
     "`runner` must be text; put it in quotes\n`batch_size` must be a whole number\n"
     "`limit` must be a duration such as 30s\n`options` must be a list of strings; put numbers in quotes\n"},
    {"  - { id: a, command: [x], undo: { with: { y: 1 } } }\n",
     "`undo` needs `command` here; `with` alone is for actions that know how to undo\n"},
    {"  - { id: a, http: { url: x }, undo: [y] }\n",
     "the undo of a call is a request; write it inside `http`\n"},
    {"  - { id: b, command: [b] }\n  - { id: a, command: [\"${steps.b.value}\"] }\n",
     "`${steps.b.value}`: step `b` has no output `value`\n"},
    {"  - { id: b, http: { url: x, capture: { ticket: /id } } }\n  - { id: a, command: "
     "[\"${steps.b.tickets}\"] }\n",
     "`${steps.b.tickets}`: step `b` has no output `tickets`; did you mean `ticket`?\n"},
    {"  - { id: a, action: db.backup, undo: [x] }\n", "action `backup` has no input `undo`\n"},
    {"  - { id: a, wait: 1m, undo: none }\n", "`undo` goes with action, command and http, not with wait\n"},
    {"  - { id: a, command: [\"${steps.b.output}\"] }\n", "`${steps.b.output}`: the plan has no step `b`\n"},
    {"  - { id: b, command: [b] }\n  - { id: a, command: [\"${steps.b.outptu}\"] }\n",
     "`${steps.b.outptu}`: step `b` has no output `outptu`; did you mean `output`?\n"},
    {"  - { id: b, wait: 1m }\n  - { id: a, command: [\"${steps.b.output}\"] }\n",
     "`${steps.b.output}`: step `b` has no output `output`\n"},
    {"  - { id: b, when: false, command: [b] }\n  - { id: a, command: [\"${steps.b.output}\"] }\n",
     "`${steps.b.output}`: step `b` is left out here\n"},
    {"  - { id: b, for_each: { in: [x, y] }, command: [b] }\n  - { id: a, command: [\"${steps.b.output}\"] "
     "}\n",
     "`${steps.b.output}`: step `b` runs several times; write `steps.b[x]`\n"},
    {"  - { id: b, for_each: { in: [x] }, command: [b] }\n  - { id: a, command: [\"${steps.b[z].output}\"] "
     "}\n",
     "`${steps.b[z].output}`: step `b` does not run for `z`\n"},
    {"  - { id: b, command: [b] }\n  - { id: a, command: [\"${steps.b}\"] }\n",
     "`${steps.b}`: name an output as well, `steps.id.output`\n"},
    {"  - { id: b, command: [b] }\n  - { id: a, wait: \"${steps.b.output}\" }\n",
     "`${steps.b.output}` is known only while the plan runs; a constant is needed here\n"},
    {"  - { id: b, command: [b] }\n  - { id: a, command: [\"${steps.b.output:-x}\"] }\n",
     "`${steps.b.output}` is an output and takes no default\n"},
    {"  - { id: a, command: [\"${LOG_LEVLE}\"] }\n",
     "`LOG_LEVLE` is neither a parameter nor a variable of environment `local`; did you mean `LOG_LEVEL`?\n"},
    {"  - { id: a, command: [\"${release.images.web}\"] }\n", "release 1.5.0 names no image for `web`\n"},
    {"  - { id: a, command: [\"${flags.nothing}\"] }\n", "environment `local` has no flag `nothing`\n"},
    {"  - { id: a, command: [\"${releases.version}\"] }\n",
     "`releases.version` is not known; references begin with parameters, release, environment, flags or "
     "steps\n"},
    {"  - { id: a, command: [\"${each}\"] }\n", "`each` has a value only in a step with `for_each`\n"},
    {"  - { id: a, command: [\"$${secret:DSN}\"] }\n", "`${steps.` and `${secret:` cannot be literal text\n"},
    {"  - { id: a, when: maybe, command: [a] }\n", "must be true or false, not `maybe`\n"},
    {"  - { id: a, when: \"${release.version} = '1'\", command: [a] }\n", "`when`: `=` is written `==`\n"},
    {"  - { id: a, when: \"${release.version} == beta\", command: [a] }\n",
     "`when`: `beta` is no value; text goes in quotes\n"},
    {"  - { id: a, when: \"(1 < 2\", command: [a] }\n", "`when`: `)` is missing\n"},
    {"  - { id: a, when: \"1 < \", command: [a] }\n", "`when`: a value is missing\n"},
    {"  - { id: a, when: \"1 < 2 3\", command: [a] }\n", "`when`: `3` is too much here\n"},
    {"  - { id: a, when: \"'x' < 2\", command: [a] }\n", "`when`: `<` compares numbers, not `x`\n"},
    {"  - { id: a, when: \"not 3 and true\", command: [a] }\n", "`when`: must be true or false, not `3`\n"},
    {"  - { id: a, for_each: { in: [x, x] }, command: [a] }\n", "holds `x` twice\n"},
    {"  - { id: a, for_each: { in: \"${LOG_LEVEL}\" }, command: [a] }\n", "must be a list\n"},
    {"  - { id: a, approval: { roles: [boss] } }\n", "environment `local` has no role `boss`\n"},
    {"  - { id: a, approval: { roles: [qa], quorum: 3 } }\n",
     "a quorum of 3 cannot be reached: role `qa` has 2\n"},
    {"  - { id: a, approval: { roles: [qa], after: 3h, expires: 1h } }\n",
     "`after` must be shorter than `expires`, or nobody could ever approve\n"},
    {"  - { id: a, checklist: pre }\n", "the plan has no checklist `pre`\n"},
    {"  - { id: a, probe: { all: [apy] } }\n",
     "environment `local` has no probe `apy`; did you mean `api`?\n"},
    {"  - { id: a, canary: { component: api, weights: [50, 10] } }\n",
     "weights must grow from one to the next\n"},
    {"  - { id: a, blue_green: { component: api, keep_old: { until: watch.end } } }\n",
     "`watch.end`: the plan has no watch step\n"},
    {"  - { id: a, maintenance: { component: api, until: [b] } }\n", "the plan has no step `b`\n"},
    {"  - { id: a, action: db.purge }\n  - { id: b, needs: [a], in_place: { component: api } }\n",
     "step `a` cannot be undone, and a rollback would put back `b/replace` behind it and leave the two "
     "apart; give it "
     "an `undo` or write `rollback: { irreversible: accept }`\n"},
    {"  - { id: a, command: [\"${steps.b.output}\"] }\n  - { id: b, needs: [a], command: [b] }\n",
     "steps need each other in a circle: a needs b needs a\n"},
    {"  - { id: a, ensure: { begin: { command: [a] }, end: [z], until: [b] } }\n"
     "  - { id: b, command: [\"${steps.a.output}\"] }\n  - { id: c, command: [c] }\n",
     ""},
};

}  // namespace

TEST_CASE("plan/refused: somebody who is named twice is one person") {
  start s;
  s.plan = "shipflow: 1\nplan: shop\nsteps:\n  - { id: a, approval: { roles: [qa], quorum: 2 } }\n";
  s.environments = "shipflow: 1\nenvironments:\n  local: { roles: { qa: [\"user:ann\", \"user:ann\"] } }\n";
  CHECK(messages(test::compile(s)) == "a quorum of 2 cannot be reached: role `qa` has 1\n");
}

TEST_CASE("plan/refused: every reason is said in words") {
  for (const auto& r : refusals) {
    CAPTURE(r.steps);
    const auto c = test::compile(head(r.steps));
    CHECK(messages(c) == r.message);
    for (const auto& item : c.findings.items()) CHECK(item.place.line != 0);
  }
}

TEST_CASE("plan/refused: all findings come in one go, each with its place") {
  const auto c = test::compile(head(R"(  - { id: a, action: jira.create }
  - { id: b, needs: [a], approval: { roles: [boss] } }
  - { id: c, needs: [b], action: db.migrate, with: { runner: x, batch_size: y } }
  - { id: d, command: [d, "${nothing}"] }
)"));
  CHECK(c.text() ==
        "plan.yaml:5:22 /steps/0/action: action `jira.create` is not built in this version: no component or "
        "provider "
        "is called `jira`\n"
        "plan.yaml:6:45 /steps/1/approval/roles: environment `local` has no role `boss`\n"
        "plan.yaml:7:77 /steps/2/with/batch_size: `batch_size` must be a whole number\n"
        "plan.yaml:8:28 /steps/3/command/1: `nothing` is neither a parameter nor a variable of environment "
        "`local`\n");
}

TEST_CASE("plan/refused: an unknown provider and a wrong binding are named where they are bound") {
  start s;
  s.plan =
      "shipflow: 1\nplan: shop\ncomponents: [api, web]\nsteps:\n"
      "  - { id: api, in_place: { component: api } }\n  - { id: web, in_place: { component: web } }\n"
      "  - { id: again, in_place: { component: api } }\n";
  s.environment = "cloud";
  s.environments =
      "shipflow: 1\nenvironments:\n  cloud:\n    bind:\n      api: { provider: ecs }\n"
      "      web: { provider: local, broken: true }\n";
  const auto c = test::compile(s);
  CHECK(c.text() ==
        "environments.yaml:5:12 /environments/cloud/bind/api: component `api` is bound to provider `ecs`, "
        "which is not "
        "built in this version\n"
        "environments.yaml:6:12 /environments/cloud/bind/web: component `web` cannot be bound: `broken` is "
        "no member\n");
}

TEST_CASE("plan/refused: words of later versions that do nothing by themselves are warnings") {
  start s;
  s.plan = "shipflow: 1\nplan: shop\nreport: []\nsteps:\n  - { id: a, command: [a] }\n";
  s.environments = "shipflow: 1\nenvironments:\n  local: {}\n";
  const auto c = test::compile(s);
  CHECK(!c.findings.has_errors());
  CHECK(c.what.warnings == std::vector<std::string>{"`report` is not evaluated by this version"});
  CHECK(c.findings.items().size() == 1);
}

TEST_CASE("plan/refused: an accepted point of no return is listed") {
  const auto c = test::compile(
      head("  - { id: a, action: db.purge }\n  - { id: b, needs: [a], in_place: { component: api } }\n"
           "rollback: { irreversible: accept }\n"));
  CHECK(c.text() == "");
  CHECK(c.what.point_of_no_return == std::vector<std::string>{"a"});
}

TEST_CASE("plan/refused: the policy of a rollback is read, and its roles must exist") {
  const auto c = test::compile(head(R"(  - { id: m, action: db.migrate, with: { runner: x } }
rollback:
  SEV1: now
  SEV2: { ask: [lead], within: 10m, then: hold }
  SEV3: record
  on_failure: hold
  decision_window: { for: 30m, roles: [lead, qa] }
  unavailable: { after: 1m, then: rollback }
  verify: false
)"));
  CHECK(c.text() == "");
  const auto& r = c.what.rollback;
  CHECK(r.severities.at("SEV1").what == "now");
  CHECK(r.severities.at("SEV2").what == "ask");
  CHECK(r.severities.at("SEV2").roles == std::vector<std::string>{"lead"});
  CHECK(r.severities.at("SEV2").within == duration{600'000});
  CHECK(r.severities.at("SEV2").then == "hold");
  CHECK(r.severities.at("SEV3").what == "record");
  CHECK(r.on_failure.what == "hold");
  CHECK(r.decision_window == duration{1'800'000});
  CHECK(r.unavailable_after == duration{60'000});
  CHECK(r.unavailable_then == "rollback");
  CHECK(!r.verify);
  // Who is asked about a destructive undo is who decides about the release.
  CHECK(c.step("m").ask_roles == std::vector<std::string>{"lead", "qa"});
  CHECK(messages(test::compile(head("  - { id: a, wait: 1m }\nrollback: { SEV2: { ask: [leads] } }\n"))) ==
        "environment `local` has no role `leads`; did you mean `lead`?\n");
}

TEST_CASE("plan/refused: long chains of steps that are left out do not exhaust the stack") {
  std::string text = "shipflow: 1\nplan: shop\nsteps:\n  - { id: s0, wait: 1m }\n";
  const int last = 15'000;
  for (int i = 1; i < last; ++i)
    text += "  - { id: s" + std::to_string(i) + ", needs: [s" + std::to_string(i - 1) +
            "], when: false, wait: 1m }\n";
  text += "  - { id: end, needs: [s" + std::to_string(last - 1) + "], wait: 1m }\n";
  const auto c = test::compile(text);
  CHECK(c.text() == "");
  CHECK(c.shape() == "s0\nend < s0\n");
}

TEST_CASE("plan/refused: a plan that would need more edges than fit is refused in time") {
  std::string rounds;
  for (int i = 0; i < 1000; ++i) rounds += (i == 0 ? "" : ", ") + std::to_string(i);
  std::string text = "shipflow: 1\nplan: shop\nsteps:\n";
  for (int i = 0; i < 15; ++i)
    text += "  - { id: s" + std::to_string(i) + (i == 0 ? "" : ", needs: [s" + std::to_string(i - 1) + "]") +
            ", for_each: { in: [" + rounds + "] }, wait: 1m }\n";
  CHECK(messages(test::compile(text)) ==
        "the plan has more than 10000000 needs; group steps behind fewer others\n");
}
