#include <shipflow/changes.hpp>

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

std::string decided(const std::string& triggers, const std::string& name, const std::string& payload) {
  const auto e = read_github_event(name, parse_json(payload).value());
  if (!e) return e.error().message;
  const auto d = decide_trigger(parse_json(triggers).value().as_object(), *e);
  if (!d) return d.error().message;
  std::string out;
  for (const auto& where : d->environments) out += (out.empty() ? "" : ",") + (where.empty() ? "?" : where);
  return out + "; " + d->why;
}

std::string push(const std::string& ref, const std::string& message = "feat: a") {
  return R"({"ref":")" + ref + R"(","after":"abc","deleted":false,"head_commit":{"message":")" + message +
         R"("}})";
}

const std::string storefront =
    R"({"dev":{"push":["!main"],"pull_request":["opened"]},"staging":{"push":["main"],"event":"staging-deploy"},
 "prod":{"manual":true,"branches":["main","hotfix/*"]},"everywhere":{"message":"[deploy-all]","order":["dev","staging","prod"]},
 "skip":["[skip ci]","[ci skip]"]})";

}  // namespace

TEST_CASE("changes/triggers: the storefront's rules over GitHub's payloads") {
  CHECK(decided(storefront, "push", push("refs/heads/main")) == "staging; a push to main starts a release");
  CHECK(decided(storefront, "push", push("refs/heads/feature/x")) ==
        "dev; a push to feature/x starts a release");
  CHECK(decided(storefront, "push", push("refs/heads/main", "feat: rules [deploy-all]")) ==
        "dev,staging,prod; a push to main asks for all environments, one after the other");
  CHECK(decided(storefront, "push", push("refs/heads/main", "docs: x [skip ci]")) ==
        "; a push to main asks to be skipped");
  CHECK(decided(storefront, "push", push("refs/heads/main", "docs: x [ci skip]")) ==
        "; a push to main asks to be skipped");
  CHECK(decided(storefront, "push", push("refs/tags/v1.2.3")) == "; tag v1.2.3 starts nothing");
  CHECK(decided(
            storefront, "pull_request",
            R"({"action":"opened","pull_request":{"title":"x","base":{"ref":"main"},"head":{"sha":"1"}}})") ==
        "dev; a pull request into main (opened) starts a release");
  CHECK(decided(
            storefront, "pull_request",
            R"({"action":"closed","pull_request":{"title":"x","base":{"ref":"main"},"head":{"sha":"1"}}})") ==
        "; a pull request into main (closed) starts nothing");
  CHECK(decided(storefront, "repository_dispatch",
                R"({"action":"staging-deploy","branch":"main","client_payload":{}})") ==
        "staging; event staging-deploy starts a release");
  CHECK(decided(storefront, "workflow_dispatch", R"({"ref":"refs/heads/main","inputs":{}})") ==
        "prod; a start by hand from main starts a release");
  CHECK(decided(storefront, "workflow_dispatch", R"({"ref":"refs/heads/feature/x"})") ==
        "; a start by hand from feature/x starts nothing");
}

TEST_CASE("changes/triggers: rules without environments, and branches into which pull requests go") {
  CHECK(decided(R"({"push":["main","develop"],"pull_request":["main"]})", "push",
                push("refs/heads/develop")) == "?; a push to develop starts a release");
  CHECK(decided(R"({"tag":"v*"})", "push", push("refs/tags/v1.0.0")) == "?; tag v1.0.0 starts a release");
  const std::string pull =
      R"({"action":"synchronize","pull_request":{"title":"x [skip ci]","base":{"ref":"main"}}})";
  CHECK(decided(R"({"pull_request":["main"],"skip":["[no]"]})", "pull_request", pull) ==
        "?; a pull request into main (synchronize) starts a release");
  CHECK(decided(R"({"pull_request":["develop"],"skip":["[no]"]})", "pull_request", pull).starts_with("; "));
  CHECK(decided(R"({"pull_request":["main"]})", "pull_request", pull).ends_with("asks to be skipped"));
}

TEST_CASE("changes/triggers: no marker and no tag leads around the branches of an environment") {
  CHECK(
      decided(storefront, "push", push("refs/heads/feature/x", "feat: y [deploy-all]")) ==
      "dev,staging; a push to feature/x asks for all environments, one after the other; prod and what comes "
      "behind it take no such branch");
  const std::string tagged = R"({"prod":{"manual":true,"branches":["main"],"tag":"v*"}})";
  const std::string by_hand = R"({"ref":"refs/tags/)";
  CHECK(decided(storefront, "workflow_dispatch", by_hand + R"(v1.0.0"})") ==
        "; a start by hand from v1.0.0 starts nothing");
  CHECK(decided(tagged, "workflow_dispatch", by_hand + R"(v1.0.0"})") ==
        "prod; a start by hand from v1.0.0 starts a release");
  CHECK(decided(tagged, "workflow_dispatch", by_hand + R"(x"})").starts_with("; "));
  CHECK(
      decided(R"({"prod":{"manual":true}})", "workflow_dispatch", by_hand + R"(x"})").starts_with("prod; "));
}

TEST_CASE("changes/triggers: pull requests by action, by branch, by both, and from forks") {
  const auto pull = [](const std::string& action, const std::string& into, const std::string& repository) {
    return R"({"action":")" + action + R"(","pull_request":{"title":"x","base":{"ref":")" + into +
           R"(","repo":{"full_name":"octo/shop"}},"head":{"sha":"1","repo":)" + repository + "}}}";
  };
  const std::string own = R"({"full_name":"octo/shop"})";
  const auto starts = [&](const std::string& triggers, const std::string& action, const std::string& into,
                          const std::string& repository) {
    return !decided(triggers, "pull_request", pull(action, into, repository)).starts_with(";");
  };
  const std::string branches = R"({"pull_request":["main"]})";
  for (const auto* action : {"opened", "synchronize", "reopened"})
    CHECK(starts(branches, action, "main", own));
  for (const auto* action : {"closed", "labeled", "edited", "assigned", "review_requested"})
    CHECK_FALSE(starts(branches, action, "main", own));
  const std::string both = R"({"pull_request":["labeled","release/*"]})";
  CHECK(starts(both, "labeled", "release/1", own));
  CHECK_FALSE(starts(both, "labeled", "main", own));
  CHECK_FALSE(starts(both, "opened", "release/1", own));
  for (const auto& fork : {std::string(R"({"full_name":"mallory/shop"})"), std::string("null")}) {
    CHECK(decided(branches, "pull_request", pull("opened", "main", fork)) ==
          "; a pull request into main (opened, from a fork) starts nothing");
    CHECK(starts(R"({"pull_request":["main"],"forks":true})", "opened", "main", fork));
  }
}

TEST_CASE("changes/triggers: a commit is named as it can be built, and words stay on one line") {
  const auto tag = read_github_event("push", parse_json(R"({"ref":"refs/tags/v1","after":"the tag itself",
    "head_commit":{"id":"c0ffee","message":"x"}})")
                                                 .value());
  CHECK(tag.value().commit == "c0ffee");
  CHECK(
      decided("{}", "push", R"({"ref":"refs/heads/x","after":"0000000000000000000000000000000000000000"})") ==
      "a push that deletes starts nothing");
  CHECK(decided("{}", "repository_dispatch", R"({"action":"a\nb\u001b[2J"})") ==
        "; event a b [2J starts nothing");
  CHECK(decided(storefront, "push", push("refs/heads/main", "x\\n\\nwords [skip ci] in the body")) ==
        "; a push to main asks to be skipped");
  CHECK(
      decided(storefront, "push", push("refs/heads/main", "un[skip ci]ped"))  // as GitHub: wherever it stands
          .ends_with("asks to be skipped"));
  CHECK(decided(storefront, "push", push("refs/heads/main", "x skip ci [skip] [SKIP CI]"))
            .starts_with("staging; "));
}

TEST_CASE("changes/triggers: a dispatch may say what is to be released") {
  const auto read = [](const char* name, const char* payload) {
    return read_github_event(name, parse_json(payload).value());
  };
  const auto e =
      read("repository_dispatch", R"({"action":"deploy","branch":"main","client_payload":{"version":"1.2.3",
    "commit":"c0ffee","images":{"api":"r/api:v1.2.3"},"own":[1]},"repository":{"full_name":"octo/shop"}})");
  CHECK(e.value().version == "1.2.3");
  CHECK(e.value().commit == "c0ffee");
  CHECK(e.value().images == std::map<std::string, std::string>{{"api", "r/api:v1.2.3"}});
  CHECK(read("workflow_dispatch", R"({"ref":"refs/heads/main","inputs":{"version":"1.2.3","commit":""}})")
            .value()
            .version == "1.2.3");
  CHECK(read("workflow_dispatch", R"({"ref":"refs/heads/main","inputs":null})").value().version.empty());
  CHECK(read("repository_dispatch", R"({"action":"x","client_payload":{"version":1}})").error().message ==
        "`version` of the payload of `repository_dispatch` must be a text");
  for (const auto* images : {"7", "[]", R"({"api":7})"})
    CHECK(read("repository_dispatch",
               (R"({"action":"x","client_payload":{"images":)" + std::string(images) + "}}").c_str())
              .error()
              .message.find("`images` of the payload") == 0);
}

TEST_CASE("changes/triggers: rules that cannot be meant are found in the plan, with the place") {
  diagnostics found;
  const auto plan = read_plan(parse_document("shipflow: 1\nplan: x\nsteps: [{ id: a, wait: 1s }]\ntriggers:\n"
                                             "  dev: { pushes: [main] }\n",
                                             "p.yaml", found),
                              found);
  REQUIRE_FALSE(found.has_errors());
  check_triggers(plan, found);
  CHECK(found.text().starts_with("p.yaml:5:3 /triggers: `triggers.dev.pushes` is not known"));
  CHECK(triggered_environments(parse_json(storefront).value().as_object()) ==
        std::set<std::string>{"dev", "staging", "prod"});
  CHECK(triggered_environments(parse_json(R"({"push":["main"]})").value().as_object()).empty());
}

TEST_CASE("changes/triggers: payloads and rules that are none are named") {
  CHECK(decided("{}", "push", "{}") == "the payload is not that of `push`: it has no ref of a branch or tag");
  CHECK(decided("{}", "push", R"({"ref":"refs/pull/1"})") ==
        "the payload is not that of `push`: it has no ref of a branch or tag");
  CHECK(decided("{}", "push", R"({"ref":"refs/heads/x","deleted":true})") ==
        "a push that deletes starts nothing");
  CHECK(decided("{}", "pull_request", "[]").find("it has no action and base branch") != std::string::npos);
  CHECK(decided("{}", "workflow_dispatch", "{}").find("it has no ref") != std::string::npos);
  CHECK(decided("{}", "repository_dispatch", R"({"action":7})").find("it has no action") !=
        std::string::npos);
  CHECK(decided("{}", "issues", "{}") == "events of kind `issues` are not known to this version");
  const auto main = push("refs/heads/main");
  CHECK(
      decided(R"({"dev":{"pushes":["x"]}})", "push", main).starts_with("`triggers.dev.pushes` is not known"));
  CHECK(decided(R"({"push":7})", "push", main) == "`triggers.push` must be a text or a list of texts");
  CHECK(decided(R"({"dev":{"manual":"yes"}})", "push", main) ==
        "`triggers.dev.manual` must be true or false");
  CHECK(decided(R"({"everywhere":{"message":"x"}})", "push", main)
            .starts_with("`triggers.everywhere` must be"));
  CHECK(decided(R"({"skip":[]})", "push", main) == "`triggers.skip` must be a text or a list of texts");
}
