// Events sent to the model of GitHub over HTTP, and what comes of their runs.
#include "dispatches.hpp"

using namespace tests;

TEST_CASE(
    "provider/github: a workflow is started with its inputs and a key, waited for, and its outcome passed "
    "on") {
  dispatches d;
  const auto begun = d.ask(verb::apply);
  REQUIRE_MESSAGE(begun.kind == answer_kind::started, begun.problem.message);
  CHECK(begun.value.at("run_id").as_int64() > 0);
  waits(d.settle(begun), "does not show run");
  d.hub.pass(2s);
  waits(d.settle(begun), "0 of 1 job done: https://github.com/octo/shop/actions/runs/");
  d.hub.pass(40s);
  const auto over = d.settle(begun);
  REQUIRE_MESSAGE(over.kind == answer_kind::done, over.problem.message);
  CHECK(over.value.at("conclusion") == "success");
  CHECK(over.value.at("run_id") == begun.value.at("run_id"));
  CHECK(over.value.at("url").as_string().starts_with("https://github.com/octo/shop/actions/runs/"));
  REQUIRE(d.runs().size() == 1);
  CHECK(d.runs().front().title.starts_with("deploy 1.5.0 shipflow-"));
  CHECK(d.runs().front().branch == "main");
}

TEST_CASE(
    "provider/github: a server that does not know run details is asked without, and the run is found by its "
    "key") {
  auto options = dispatches::usual();
  options.details = false;
  dispatches d(options);
  const auto begun = d.ask(verb::apply);
  REQUIRE_MESSAGE(begun.kind == answer_kind::started, begun.problem.message);
  CHECK(begun.value.at("run_id") == 0);
  CHECK(d.hub.count("POST") == 2);
  CHECK(d.runs().size() == 1);
  waits(d.settle(begun), "does not show the run yet");
  d.hub.pass(60s);
  CHECK(d.settle(begun).kind == answer_kind::done);
}

TEST_CASE("provider/github: a run is found on a later page, among those of others") {
  auto options = dispatches::usual();
  options.page = 2;
  dispatches d(options);
  const auto begun = d.ask(verb::apply);
  for (int i = 0; i < 7; ++i) d.ask(verb::apply, {}, "other-" + std::to_string(i));
  d.hub.pass(60s);
  const auto found = d.ask(verb::resolve);
  REQUIRE_MESSAGE(found.kind == answer_kind::started, found.problem.message);
  CHECK(found.value.at("run_id") == begun.value.at("run_id"));
  CHECK(d.hub.count("GET") == 4);
  for (int i = 0; i < 20; ++i) d.ask(verb::apply, {}, "more-" + std::to_string(i));
  d.hub.pass(60s);
  const auto lost = d.ask(verb::resolve);
  CHECK(lost.kind == answer_kind::unknown);
  CHECK_MESSAGE(lost.problem.message.find("more than 10 pages") != std::string::npos, lost.problem.message);
}

TEST_CASE("provider/github: after an answer that was lost the run is looked for, and there is one") {
  dispatches d;
  d.hub.next({.line = "POST", .instead = {}, .cut = true});
  CHECK(d.ask(verb::apply).kind == answer_kind::unknown);
  CHECK(d.ask(verb::resolve).kind == answer_kind::not_applied);  // its lag; the engine asks again
  d.hub.pass(2s);
  const auto found = d.ask(verb::resolve);
  REQUIRE(found.kind == answer_kind::started);
  d.hub.pass(60s);
  CHECK(d.settle(found).kind == answer_kind::done);
  CHECK(d.runs().size() == 1);
  d.hub.next({.line = "POST", .instead = hub::said{502, "<html>", {}}});
  CHECK(d.ask(verb::apply, {}, "second").kind == answer_kind::unknown);
  d.hub.pass(60s);
  CHECK(d.ask(verb::resolve, {}, "second").kind == answer_kind::not_applied);
}

TEST_CASE(
    "provider/github: a run that ends badly names the job and step, unless its conclusion is accepted") {
  auto options = dispatches::usual();
  options.workflows.front().concludes = "failure";
  dispatches d(options);
  const auto begun = d.ask(verb::apply);
  d.hub.pass(60s);
  const auto a = d.settle(begun);
  failed(a, errc::failed, "the workflow ended with failure in deploy / Deploy: https://github.com/");
  CHECK(a.value.at("failed").as_array().at(0) == "deploy / Deploy");
  CHECK(d.ask(verb::diagnose).value.at("failed").as_array().size() == 1);
  CHECK(d.settle(begun, {{"accept", {"success", "failure"}}}).kind == answer_kind::done);
}

TEST_CASE("provider/github: what is stopped cancels the run on GitHub and waits until it is over") {
  dispatches d;
  const auto begun = d.ask(verb::apply);
  d.hub.pass(10s);
  waits(d.stop(begun), "cancels the run");
  CHECK(d.hub.count("POST /repos/octo/shop/actions/runs/") == 1);
  d.hub.pass(5s);
  failed(d.stop(begun), errc::cancelled, "ended with cancelled");
  CHECK(d.hub.count("POST /repos/octo/shop/actions/runs/") == 1);
  // One that ends by itself meanwhile is what it is.
  const auto second = d.ask(verb::apply, {}, "second");
  d.hub.pass(60s);
  CHECK(d.stop(second, "second").kind == answer_kind::done);
}

TEST_CASE(
    "provider/github: a run that does not show the key is cancelled, for a crash would dispatch twice") {
  auto options = dispatches::usual();
  options.workflows.front().run_name = "deploy ${{ inputs.version }}";
  dispatches d(options);
  const auto begun = d.ask(verb::apply);
  d.hub.pass(10s);
  failed(d.settle(begun), errc::failed, "`run-name` has to hold the key");
  CHECK(d.hub.count("POST /repos/octo/shop/actions/runs/") == 1);
  options.details = false;
  dispatches old(options);
  auto taken = old.ask(verb::apply);
  old.hub.pass(10s);
  waits(old.settle(taken), "does not show the run yet");
  taken.value.as_object()["begun"] = taken.value.at("begun").as_int64() - 301'000;
  failed(old.settle(taken), errc::not_found, "${{ inputs.shipflow_key }}");
}

TEST_CASE(
    "provider/github: an event starts the workflows that listen for it, and one of them is waited for") {
  dispatches d;
  const json::object event{{"event_type", "release"}, {"client_payload", {{"version", "1.5.0"}}}};
  auto inputs = event;
  inputs["workflow"] = "on-release.yml";
  const auto begun = d.ask(verb::apply, inputs, "k", "repository_dispatch");
  REQUIRE_MESSAGE(begun.kind == answer_kind::started, begun.problem.message);
  d.hub.pass(60s);
  const auto over = d.settle(begun, inputs, "k", "repository_dispatch");
  REQUIRE_MESSAGE(over.kind == answer_kind::done, over.problem.message);
  REQUIRE(d.runs().size() == 1);
  CHECK(d.runs().front().title.starts_with("release 1.5.0 shipflow-"));
  inputs["event_type"] = "nobody-listens";
  auto unheard = d.ask(verb::apply, inputs, "k2", "repository_dispatch");
  unheard.value.as_object()["begun"] = unheard.value.at("begun").as_int64() - 301'000;
  failed(d.settle(unheard, inputs, "k2", "repository_dispatch"), errc::not_found,
         "${{ github.event.client_payload.shipflow_key }}");
  auto loose = event;
  loose["wait"] = false;
  const auto sent = d.ask(verb::apply, loose, "k3", "repository_dispatch");
  REQUIRE(sent.kind == answer_kind::done);
  CHECK(sent.value.at("run_id").is_null());
  d.hub.pass(60s);
  CHECK(d.ask(verb::resolve, loose, "k3", "repository_dispatch").kind == answer_kind::done);
}

TEST_CASE("provider/github: what GitHub refuses is said with the remedy, and the token is in no message") {
  dispatches d;
  const auto refuse = [&](json::object more, errc code, const std::string& why) {
    const auto a = d.ask(verb::apply, std::move(more));
    failed(a, code, why);
    CHECK(a.problem.message.find("t0ken") == std::string::npos);
  };
  refuse({{"workflow", "gone.yml"}}, errc::not_found, "not on the default branch");
  refuse({{"ref", "v9"}}, errc::failed, "No ref found for: v9");
  refuse({{"workflow", "nightly.yml"}}, errc::failed, "`on: workflow_dispatch`");
  refuse({{"inputs", {{"colour", "red"}}}}, errc::failed, "Unexpected inputs provided");
  refuse({{"inputs", json::object{}}}, errc::failed, "Required input 'version' not provided");
  refuse({{"key_input", "ticket"}}, errc::failed, "has to declare the input `ticket`");
  refuse({{"token", "wr0ng"}}, errc::denied, "401: Bad credentials");
  d.hub.next({.line = "POST", .instead = hub::said{403, R"({"message":"Resource not accessible"})", {}}});
  refuse({}, errc::denied, "the permission to write this (Actions: write)");
  CHECK(d.runs().empty());
}

TEST_CASE("provider/github: a dispatch that meets a rate limit was not made, and says how long to wait") {
  dispatches d;
  const auto limited = [&](hub::said instead) {
    d.hub.next({.line = "POST", .instead = std::move(instead)});
    return d.ask(verb::apply);
  };
  const auto secondary = limited({429, "{}", {{"Retry-After", "90"}}});
  failed(secondary, errc::throttled, "wait for 90 s");
  CHECK(secondary.look_again == 90s);
  const auto reset = std::chrono::duration_cast<std::chrono::seconds>(
                         (std::chrono::system_clock::now() + 600s).time_since_epoch())
                         .count();
  const auto primary =
      limited({403,
               R"({"message":"API rate limit exceeded"})",
               {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", std::to_string(reset)}}});
  failed(primary, errc::throttled, "the limit is reset at");
  CHECK(primary.look_again > 500s);
  CHECK(primary.look_again <= 600s);
  CHECK(limited({429, "{}", {}}).look_again == 60s);
  CHECK(limited({429, "{}", {{"Retry-After", "999999999999"}}}).look_again == 60s);
  CHECK(d.runs().empty());
  const auto begun = d.ask(verb::apply);
  d.hub.next({.line = "GET", .instead = hub::said{429, "{}", {{"Retry-After", "30"}}}});
  waits(d.settle(begun), "wait for 30 s");
}

TEST_CASE("provider/github: inputs of a dispatch that cannot be meant are refused before anything is asked") {
  dispatches d;
  const auto refuse = [&](json::object more, const std::string& why,
                          const std::string& action = "workflow_dispatch") {
    failed(d.ask(verb::apply, std::move(more), "k", action), errc::invalid_argument, why);
  };
  refuse({{"repository", "octo"}}, "OWNER/NAME");
  refuse({{"workflow", ""}}, "`workflow` is empty");
  refuse({{"ref", ""}}, "`ref` is empty");
  refuse({{"inputs", {{"shipflow_key", "mine"}}}}, "which shipflow gives");
  json::object many;
  for (int i = 0; i < 25; ++i) many["i" + std::to_string(i)] = "x";
  refuse({{"inputs", many}}, "`inputs` has 25 members");
  refuse({{"event_type", ""}}, "1 to 100 characters", "repository_dispatch");
  refuse({{"event_type", "release"}, {"workflow", ""}}, "`wait: false`", "repository_dispatch");
  refuse({{"event_type", "release"}, {"client_payload", many}}, "has 25 members", "repository_dispatch");
  refuse({{"event_type", "release"}, {"client_payload", {{"shipflow_key", "x"}}}}, "which shipflow gives",
         "repository_dispatch");
  CHECK(d.hub.seen().empty());
}
