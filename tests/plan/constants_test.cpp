// What is decided and rendered while a plan is compiled.
#include "plan/compiling.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

start with_parameters(json::object given) {
  start s;
  s.plan = R"(shipflow: 1
plan: shop
parameters:
  bake: 10m
  count: 2
  longer: "1${bake}"
  to: { default: head, type: string }
  limit: { default: 30s, type: duration }
components: [db, api]
steps:
  - { id: wait, wait: "${longer}" }
  - { id: migrate, action: db.migrate, with: { runner: "${to}", batch_size: "${count}", limit: "${parameters.limit}" } }
)";
  s.parameters = std::move(given);
  return s;
}

std::string head(const std::string& steps) {
  return "shipflow: 1\nplan: shop\ncomponents: [api, db]\nsteps:\n" + steps;
}

}  // namespace

TEST_CASE("plan/constants: parameters have defaults that may use each other, and a start overrides them") {
  const auto plain = test::compile(with_parameters({}));
  CHECK(plain.text() == "");
  CHECK(plain.step("wait").lasts == duration{110 * 60'000});
  CHECK(json::value(plain.step("migrate").inputs) ==
        json::value{{"runner", "head"}, {"batch_size", 2}, {"limit", "30s"}});
  const auto given = test::compile(with_parameters({{"bake", "2m"}, {"count", "7"}, {"to", 20240101}}));
  CHECK(given.text() == "");
  CHECK(given.step("wait").lasts == duration{12 * 60'000});
  CHECK(json::value(given.step("migrate").inputs) ==
        json::value{{"runner", "20240101"}, {"batch_size", 7}, {"limit", "30s"}});
  CHECK(json::value(given.what.parameters) ==
        json::value{{"bake", "2m"}, {"count", 7}, {"longer", "12m"}, {"to", "20240101"}, {"limit", "30s"}});
}

TEST_CASE("plan/constants: parameters that do not fit are refused") {
  CHECK(messages(test::compile(with_parameters({{"count", "many"}})))
            .starts_with("the value given for parameter `count` must be of type integer\n"));
  CHECK(messages(test::compile(with_parameters({{"limit", "30"}})))
            .starts_with("the value given for parameter `limit` is no duration: "));
  CHECK(messages(test::compile(with_parameters({{"bakes", "1m"}}))) ==
        "the plan has no parameter `bakes`; did you mean `bake`?\n");
  CHECK(messages(test::compile(with_parameters({{"to", "${secret:DSN}"}})))
            .starts_with("the value given for parameter `to` holds a reference itself\n"));
}

TEST_CASE("plan/constants: release, environment, variables and flags can be used everywhere") {
  auto s = start{};
  s.plan = head(
      "  - { id: a, command: [run, \"${release.version}\", \"${release.images.api}\", "
      "\"${environment.name}\","
      " \"${url}/x\", \"${LOG_LEVEL}\", \"${flags.fast}\", \"${release.team.lead}\", \"${nothing:-else}\", "
      "\"$${HOME}\"] }\n");
  s.release.extra = {{"team", {{"lead", "ann"}}}};
  const auto c = test::compile(s);
  CHECK(c.text() == "");
  CHECK(c.step("a").inputs.at("command") == json::value{"run", "1.5.0", "shop@sha256:abc", "local",
                                                        "http://127.0.0.1:8080/x", "info", "true", "ann",
                                                        "else", "${HOME}"});
}

TEST_CASE("plan/constants: the value of a secret never enters a plan") {
  const auto c =
      test::compile(head("  - { id: a, command: [run, \"--dsn=${DSN}\"] }\n  - { id: m, action: db.migrate, "
                         "with: { runner: x } }\n"));
  CHECK(c.text() == "");
  CHECK(c.step("a").inputs.at("command") == json::value{"run", "--dsn=${secret:DSN}"});
  CHECK(c.step("m").target.at("url") == "${secret:DSN}");
}

TEST_CASE("plan/constants: a binding keeps the names its provider gives values to") {
  auto s = start{};
  s.plan =
      "shipflow: 1\nplan: shop\nparameters: { port: 1 }\ncomponents: [api]\nsteps:\n"
      "  - { id: api, in_place: { component: api } }\n";
  const auto c = test::compile(s);
  CHECK(c.text() == "");
  const auto& target = c.step("api/replace").target;
  CHECK(target.at("command") == json::value{"./shop", "--port", "${port}"});
  CHECK(target.at("log") == "info");
  CHECK(c.what.components.size() == 1);
  CHECK(c.what.components[0].target == target);
}

TEST_CASE("plan/constants: a step whose `when` says no is left out, and its dependants inherit its needs") {
  const auto c = test::compile(head(R"(  - { id: a, command: [a] }
  - { id: b, needs: [a], when: "${flags.new_checkout}", command: [b] }
  - { id: c, needs: [b], when: false, command: [c] }
  - { id: d, needs: [c], when: "!${flags.new_checkout}", command: [d] }
)"));
  CHECK(c.text() == "");
  CHECK(c.shape() == "a\nd < a\n");
}

TEST_CASE("plan/constants: a `when` compares constants and joins comparisons") {
  const auto taken = [](const std::string& when) {
    const auto c = test::compile(
        head("  - { id: a, when: \"" + when + "\", command: [a] }\n  - { id: b, command: [b] }\n"));
    CHECK(c.text() == "");
    return c.what.find("a").has_value();
  };
  CHECK(taken("1 < 2"));
  CHECK_FALSE(taken("2 <= 1"));
  CHECK(taken("'1.0' == 1"));
  CHECK(taken("${release.version} != '0.0.0'"));
  CHECK(taken("true and not false"));
  CHECK_FALSE(taken("false or 1 > 2"));
  CHECK(taken("false and true or true"));
  CHECK_FALSE(taken("false and (true or true)"));
  CHECK(taken("not (1 == 2) and 'a b' == 'a b'"));
}

TEST_CASE("plan/constants: a comparison with an output is kept for the run, and is an edge") {
  const auto c = test::compile(head(R"(  - { id: look, command: [look], capture: json }
  - { id: a, when: "${steps.look.value.count} > 3 and ${release.version} != 'x'", command: [a] }
)"));
  CHECK(c.text() == "");
  CHECK(c.step("a").needs.size() == 1);
  CHECK(json::serialize(c.step("a").when).find("${steps.look.value.count}") != std::string::npos);
}

TEST_CASE("plan/constants: a `when` on outputs stays, and is an edge") {
  const auto c = test::compile(head(R"(  - { id: look, command: [look], capture: json }
  - { id: a, when: "${steps.look.value.new}", command: [a] }
)"));
  CHECK(c.text() == "");
  CHECK(c.shape() == "look\na < look\n");
  CHECK(c.step("a").when == json::value("${steps.look.value.new}"));
}

TEST_CASE("plan/constants: for_each expands, in waves that need each other") {
  const auto c = test::compile(head(R"(  - { id: go, command: [go] }
  - id: api
    needs: [go]
    for_each: { in: [eu, us, "ap.1"], as: region, wave: 2 }
    command: [deploy, "${region}", "${each}"]
  - { id: done, needs: [api], command: [done] }
)"));
  CHECK(c.text() == "");
  CHECK(c.shape() == R"(go
api[eu] < go
api[us] < go
api[ap-1] < go api[eu] api[us]
done < api[eu] api[us] api[ap-1]
)");
  CHECK(c.step("api[ap-1]").inputs.at("command") == json::value{"deploy", "ap.1", "ap.1"});
  CHECK(c.step("api[eu]").group == "api");
}

TEST_CASE("plan/constants: inside a for_each a reference means the same round of another one") {
  const auto c = test::compile(
      head(R"(  - { id: build, for_each: { in: [eu, us] }, command: [build, "${each}"], capture: text }
  - { id: ship, for_each: { in: [eu, us] }, command: [ship, "${steps.build.value}"] }
  - { id: one, command: [one, "${steps.build[us].value}"] }
)"));
  CHECK(c.text() == "");
  CHECK(c.step("ship[us]").inputs.at("command") == json::value{"ship", "${steps.build[us].value}"});
  CHECK(c.shape() == R"(build[eu]
build[us]
ship[eu] < build[eu]
ship[us] < build[us]
one < build[us]
)");
}

TEST_CASE("plan/constants: a reference to an output means the node of the expansion that declares it") {
  const auto c = test::compile(head(R"(  - { id: api, blue_green: { component: api } }
  - { id: tell, command: [tell, "now ${steps.api.colour} and ${steps.api.version}"] }
)"));
  CHECK(c.text() == "");
  CHECK(c.step("tell").inputs.at("command") ==
        json::value{"tell", "now ${steps.api/launch.colour} and ${steps.api/launch.version}"});
  CHECK(c.shape() == "api/launch\napi/shift < api/launch\napi/retire < api/shift\ntell < api/launch\n");
}

TEST_CASE("plan/constants: undo of a step goes to its action") {
  const auto c = test::compile(head(R"(  - { id: a, command: [a], undo: [b, c] }
  - { id: m, action: db.migrate, with: { runner: r }, undo: { command: [down], with: { to: 3 }, after_traffic: keep } }
  - { id: n, action: db.migrate, with: { runner: r }, undo: { ask: [lead] } }
  - { id: o, action: db.migrate, with: { runner: r } }
  - { id: p, action: api.scale-free, undo: none }
)"));
  CHECK(messages(c) == "provider `local` of component `api` has no action `scale-free`\n");
  CHECK(c.step("a").undo == reversibility::reversible);
  CHECK(c.step("a").inputs.at("undo") == json::value{"b", "c"});
  CHECK(c.step("m").undo == reversibility::destructive);
  CHECK(c.step("m").after == after_traffic::keep);
  CHECK(c.step("m").inputs.at("undo") == json::value{{"command", {"down"}}, {"with", {{"to", 3}}}});
  CHECK(c.step("n").after == after_traffic::ask);
  CHECK(c.step("n").ask_roles == std::vector<std::string>{"lead"});
  CHECK(c.step("o").after == after_traffic::ask);
}

TEST_CASE("plan/constants: words that every step has") {
  const auto c = test::compile(head(R"(  - id: a
    title: look at it
    command: [a]
    timeout: 3m
    retry: { attempts: 3, backoff: 2s }
    skippable: true
  - { id: go, approval: { roles: [qa, lead], quorum: 2, expires: 4h, on_expiry: hold, self: allow } }
  - { id: list, checklist: pre }
  - { id: up, probe: { all: [api], within: 2m } }
  - { id: call, http: { url: "${url}/x" }, needs: [a] }
checklists:
  pre: { "Code readiness": [all green, reviewed], Database: [backup] }
)"));
  CHECK(c.text() == "");
  const auto& a = c.step("a");
  CHECK(a.title == "look at it");
  CHECK(a.timeout == duration{180'000});
  CHECK(a.retry.attempts == 3);
  CHECK(a.retry.backoff == duration{2'000});
  CHECK(a.skippable);
  const auto& go = c.step("go");
  CHECK(go.roles == std::vector<std::string>{"qa", "lead"});
  CHECK(go.on_expiry == "hold");
  CHECK(go.self_approval);
  CHECK(go.timeout == duration{4 * 3'600'000});
  const auto& list = c.step("list");
  CHECK(list.items == std::vector<std::string>{"code-readiness-1", "code-readiness-2", "database-1"});
  CHECK(list.item_texts == std::vector<std::string>{"all green", "reviewed", "backup"});
  CHECK(list.timeout == duration{0});
  const auto& up = c.step("up");
  CHECK(up.provider == "probe");
  CHECK(up.inputs.at("probes").at("api").at("kind") == "http");
  CHECK(up.inputs.at("probes").at("api").at("spec").at("http") == "http://127.0.0.1:8080/api/health");
  CHECK(up.inputs.at("within") == "2m");
  CHECK(c.step("call").action == "call");
  CHECK(c.what.locks == std::vector<std::string>{"environment:local"});
}

TEST_CASE("plan/constants: tasks of an environment take what they are given, calls name what they capture") {
  const auto c = test::compile(
      "shipflow: 1\nplan: shop\ncomponents: [tasks]\nsteps:\n"
      "  - { id: m, action: tasks.migrate, with: { to: 3, tool: \"${LOG_LEVEL}\" }, undo: [./down] }\n"
      "  - { id: b, http: { url: x, capture: { ticket: /id }, undo: { method: DELETE, url: \"x/$${ticket}\" "
      "} } }\n"
      "  - { id: n, http: { url: x } }\n"
      "  - { id: t, command: [tell, \"${steps.b.ticket}\"] }\n");
  CHECK(c.text() == "");
  CHECK(json::value(c.step("m").inputs) == json::value{{"undo", {"./down"}}, {"to", 3}, {"tool", "info"}});
  CHECK(c.step("m").undo == reversibility::reversible);
  CHECK(c.step("m").resources == std::vector<std::string>{"database:tasks"});
  CHECK(c.step("b").inputs.at("undo").at("url") == "x/${ticket}");
  CHECK(c.step("b").undo == reversibility::reversible);
  CHECK(c.step("n").undo == reversibility::forward_only);
}

TEST_CASE(
    "plan/constants: a secret input comes from a secret variable, and a secret output goes to no step") {
  const auto with = [](const std::string& password, const std::string& use) {
    return test::compile(head("  - { id: made, action: db.account, with: { password: \"" + password +
                              "\" } }\n  - { id: use, command: [run, \"" + use + "\"] }\n"));
  };
  const auto good = with("${DSN}", "${steps.made.name}");
  CHECK(good.text() == "");
  CHECK(good.step("made").secret_outputs == std::vector<std::string>{"token"});
  CHECK(messages(with("hunter2", "x")) ==
        "`password` is secret: give it by a variable marked `secret: true`\n");
  CHECK(messages(with("${DSN}", "${steps.made.token}")) ==
        "`${steps.made.token}`: the output is secret and kept nowhere; let the step store it, and name that "
        "place by a variable marked `secret: true`\n");
}

TEST_CASE("plan/constants: secrets that AWS keeps are places in a plan, never values, and always secret") {
  diagnostics found;
  const auto doc = parse_document(R"(shipflow: 1
environments:
  local:
    variables:
      DSN: { aws_secret: prod/db, key: dsn, stage: AWSPREVIOUS, region: eu-west-1 }
      TOKEN: { aws_parameter: /prod/token, secret: true }
)",
                                  "e.yaml", found);
  const auto e = read_environment(doc, "local", {}, found);
  CHECK(found.text() == "");
  CHECK(e.variables.at("DSN").secret);
  CHECK(e.variables.at("DSN").value.empty());
  CHECK(e.variables.at("DSN").source ==
        R"(aws_secret:{"name":"prod/db","key":"dsn","stage":"AWSPREVIOUS","region":"eu-west-1"})");
  CHECK(e.variables.at("TOKEN").secret);
  CHECK(e.variables.at("TOKEN").source == R"(aws_parameter:{"name":"/prod/token"})");
}

TEST_CASE("plan/constants: words that do not go with where a variable comes from are refused") {
  const auto said = [](const std::string& variable) {
    diagnostics found;
    const auto doc = parse_document(
        "shipflow: 1\nenvironments:\n  local:\n    variables:\n      X: " + variable + "\n", "e.yaml", found);
    static_cast<void>(read_environment(doc, "local", {}, found));
    return found.text();
  };
  CHECK(said("{ env: A, key: b, secret: true }").find("`key` goes with `aws_secret` only") !=
        std::string::npos);
  CHECK(said("{ aws_parameter: a, stage: b }").find("`stage` goes with `aws_secret` only") !=
        std::string::npos);
  CHECK(said("{ file: a, region: b, secret: true }").find("`region` goes with `aws_secret` and") !=
        std::string::npos);
  CHECK(said("{ aws_secret: a, secret: false }").find("`secret` cannot be false") != std::string::npos);
  CHECK(said("{ aws_secret: a, default: b }").find("a secret has no `default`") != std::string::npos);
  CHECK(said("{ aws_secret: a, aws_parameter: b }") != "");
  CHECK(said("{ aws_secret: '' }") != "");
}

TEST_CASE(
    "plan/constants: an environment's words for people reach the plan, its links rendered and nothing but "
    "pages") {
  const auto with = [](const std::string& link) {
    test::start s;
    s.plan = "shipflow: 1\nplan: shop\nsteps:\n  - { id: go, approval: { roles: [qa] } }\n";
    s.environments =
        "shipflow: 1\nenvironments:\n  local:\n    url: https://shop.example.com\n    purpose: Live\n"
        "    access: Public\n    size: { tasks: 3, database: db.t3.medium }\n    account: { region: "
        "eu-west-1 }\n"
        "    roles: { qa: [\"user:quinn\"] }\n    variables: { BOARD: shop, TOKEN: { env: TOKEN, secret: "
        "true } }\n"
        "    links: { Dashboard: \"" +
        link + "\" }\n";
    return test::compile(s);
  };
  const auto c = with("${url}/d/${BOARD}");
  REQUIRE_MESSAGE(!c.findings.has_errors(), c.text());
  CHECK(json::serialize(c.what.about) ==
        R"({"purpose":"Live","access":"Public","size":{"tasks":3,"database":"db.t3.medium"},)"
        R"("account":{"region":"eu-west-1"},"links":{"Dashboard":"https://shop.example.com/d/shop"}})");
  CHECK(plan_from_json(to_json(c.what))->about == c.what.about);
  CHECK(with("javascript:alert(1)").text().find("a link begins with https:// or http://") !=
        std::string::npos);
  CHECK(with("https://x/${NOBODY}").text().find("NOBODY") != std::string::npos);
  // A secret is in no plan, and a link is in the plan.
  CHECK(with("https://x/${TOKEN}").findings.has_errors());
}
