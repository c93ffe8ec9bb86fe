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
