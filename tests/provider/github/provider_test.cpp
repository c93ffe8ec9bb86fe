#include "double.hpp"

#include <shipflow/providers/github.hpp>

#include <doctest/doctest.h>

#include <future>

using namespace shipflow;
using namespace std::chrono_literals;
using tests::github_double;

namespace {

const std::string commits = "/repos/octo/shop/commits/abc";
const std::string status_path = commits + "/status?per_page=100";
const std::string runs_path = commits + "/check-runs?per_page=100";
const std::string none = R"({"state":"pending","statuses":[],"total_count":0})";

std::string run(const std::string& name, const std::string& status, const std::string& conclusion) {
  return R"({"name":")" + name + R"(","status":")" + status + R"(","conclusion":)" +
         (conclusion.empty() ? "null" : "\"" + conclusion + "\"") + "}";
}

std::string runs(const std::string& items) { return R"({"total_count":1,"check_runs":[)" + items + "]}"; }

answer answered(provider& p, request q) {
  auto promise = std::make_shared<std::promise<answer>>();
  auto future = promise->get_future();
  p.call(std::move(q), reply([promise](answer a) { promise->set_value(std::move(a)); }));
  if (future.wait_for(30s) != std::future_status::ready) throw std::runtime_error("no answer at all");
  return future.get();
}

answer ask(provider& p, verb what, const std::string& action, const json::object& inputs) {
  request q;
  q.what = what;
  q.action = action;
  q.inputs = inputs;
  q.deadline = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) + 20s;
  return answered(p, std::move(q));
}

struct place {
  github_double hub;
  std::shared_ptr<provider> github = make_github_provider();

  json::object with(json::object more) {
    json::object out{{"repository", "octo/shop"}, {"api_url", hub.url()}};
    for (const auto& m : more) out[m.key()] = m.value();
    return out;
  }
  answer checks(json::object more = {}) {
    more["ref"] = "abc";
    return ask(*github, verb::settle, "checks", with(std::move(more)));
  }
  answer pull(json::object more = {{"number", 7}}) {
    return ask(*github, verb::settle, "pull_request", with(std::move(more)));
  }
  void pull_is(const std::string& members, const std::string& reviews) {
    hub.answer("/repos/octo/shop/pulls/7", R"({"number":7,)" + members + "}");
    hub.answer("/repos/octo/shop/pulls/7/reviews?per_page=100", "[" + reviews + "]");
  }
};

std::string review(const std::string& who, const std::string& state) {
  return R"({"user":{"login":")" + who + R"("},"state":")" + state + "\"}";
}

void failed(const answer& a, errc code, const std::string& why) {
  CHECK(a.kind == answer_kind::failed);
  CHECK(a.problem.code == code);
  CHECK_MESSAGE(a.problem.message.find(why) != std::string::npos, a.problem.message);
}

void waits(const answer& a, const std::string& why) {
  CHECK(a.kind == answer_kind::progress);
  CHECK_MESSAGE(a.text.find(why) != std::string::npos, a.text);
}

}  // namespace

TEST_CASE("provider/github: a commit whose statuses and check runs all passed goes on") {
  place p;
  p.hub.answer(status_path, R"({"state":"success","statuses":[{"context":"ci/build","state":"success"}]})");
  p.hub.answer(runs_path,
               runs(run("test", "completed", "success") + "," + run("docs", "completed", "skipped")));
  const auto a = p.checks({{"required", {"ci/build", "test"}}});
  REQUIRE(a.kind == answer_kind::done);
  CHECK(a.value.at("text").as_string() == "3 checks passed");
}

TEST_CASE("provider/github: what failed fails, what is under way or has not begun is waited for") {
  place p;
  p.hub.answer(status_path, none);
  p.hub.answer(runs_path, runs(run("test", "completed", "timed_out") + "," + run("slow", "in_progress", "")));
  failed(p.checks(), errc::failed, "failed: test");
  p.hub.answer(runs_path, runs(run("test", "completed", "success") + "," + run("slow", "queued", "")));
  waits(p.checks(), "under way: slow");
  p.hub.answer(runs_path, runs(run("test", "completed", "success")));
  waits(p.checks({{"required", {"e2e"}}}), "not begun: e2e");
  p.hub.answer(status_path, R"({"state":"failure","statuses":[{"context":"ci/build","state":"error"}]})");
  failed(p.checks(), errc::failed, "failed: ci/build");
}

TEST_CASE("provider/github: a commit that nothing has checked is no pass") {
  place p;
  p.hub.answer(status_path, none);
  p.hub.answer(runs_path, runs(""));
  failed(p.checks(), errc::failed, "nothing has checked this commit");
}

TEST_CASE("provider/github: check runs of all pages count, and the token goes to no other host") {
  place p;
  p.hub.answer(status_path, none);
  const auto second = "/repositories/1/commits/abc/check-runs?per_page=100&page=2";
  p.hub.answer(runs_path, github_double::reply{"200 OK",
                                               runs(run("a", "completed", "success")),
                                               {"Link: <" + p.hub.url(second) + ">; rel=\"next\", <" +
                                                p.hub.url(second) + ">; rel=\"last\""}});
  p.hub.answer(second, runs(run("b", "completed", "failure")));
  failed(p.checks(), errc::failed, "failed: b");
  github_double other;
  p.hub.answer(runs_path, github_double::reply{"200 OK",
                                               runs(run("a", "completed", "success")),
                                               {"Link: <" + other.url(second) + ">; rel=\"next\""}});
  failed(p.checks({{"token", "t0ken"}}), errc::denied, "another host");
  CHECK(other.seen().empty());
}

TEST_CASE("provider/github: pages without end are given up") {
  place p;
  p.hub.answer(status_path, none);
  p.hub.answer(runs_path, github_double::reply{"200 OK",
                                               runs(run("a", "completed", "success")),
                                               {"Link: <" + p.hub.url(runs_path) + ">; rel=\"next\""}});
  failed(p.checks(), errc::failed, "more than 20 pages");
}

TEST_CASE(
    "provider/github: a wrong token and an unknown repository fail at once, and the token is in no message") {
  place p;
  p.hub.needs("r1ght");
  const auto a = p.checks({{"token", "wr0ng"}});
  failed(a, errc::denied, "401: Bad credentials");
  CHECK(a.problem.message.find("wr0ng") == std::string::npos);
  failed(p.checks({{"token", "r1ght"}}), errc::not_found, "a private repository looks like this");
}

TEST_CASE("provider/github: rate limits, server errors and a network that is away are waited out") {
  place p;
  p.hub.answer(status_path,
               github_double::reply{"403 Forbidden",
                                    R"({"message":"API rate limit exceeded"})",
                                    {"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1800000000"}});
  waits(p.checks(), "the limit is reset at 2027-01-15T08:00:00");
  p.hub.answer(status_path, github_double::reply{"429 Too Many Requests", "{}", {"Retry-After: 30"}});
  waits(p.checks(), "wait for 30 s");
  p.hub.answer(status_path, github_double::reply{"502 Bad Gateway", "<html>", {}});
  waits(p.checks(), "502");
  const auto nobody = tests::free_port();
  waits(p.checks({{"api_url", "http://127.0.0.1:" + std::to_string(nobody)}}), "127.0.0.1");
  p.hub.answer(status_path, "not json");
  failed(p.checks(), errc::failed, "no JSON");
  p.hub.answer(status_path, none);
  p.hub.answer(runs_path, R"({"check_runs":{}})");
  failed(p.checks(), errc::failed, "no list");
}

TEST_CASE("provider/github: a pull request counts when it is merged and enough people approved") {
  place p;
  p.pull_is(R"("state":"closed","merged":true)",
            review("ann", "CHANGES_REQUESTED") + "," + review("ann", "APPROVED") + "," +
                review("ann", "COMMENTED") + "," + review("bob", "APPROVED"));
  const auto a = p.pull({{"number", 7}, {"approvals", 2}});
  REQUIRE_MESSAGE(a.kind == answer_kind::done, a.problem.message);
  CHECK(a.value.at("approved_by").as_string() == "ann, bob");
  CHECK(a.value.at("text").as_string() == "merged, approved by ann, bob");
  failed(p.pull({{"number", 7}, {"approvals", 3}}), errc::failed, "merged with 2 of 3 approvals");
}

TEST_CASE("provider/github: an open one is waited for, a closed or disputed one fails") {
  place p;
  p.pull_is(R"("state":"open","merged":false)", review("ann", "APPROVED"));
  waits(p.pull(), "not merged yet");
  CHECK(p.pull({{"number", 7}, {"merged", false}}).kind == answer_kind::done);
  waits(p.pull({{"number", 7}, {"approvals", 2}}), "1 of 2 approvals");
  p.pull_is(R"("state":"open","merged":false)", review("ann", "APPROVED") + "," + review("ann", "DISMISSED"));
  waits(p.pull(), "0 of 1 approvals");
  p.pull_is(R"("state":"open","merged":false)",
            review("ann", "APPROVED") + "," + review("bob", "CHANGES_REQUESTED"));
  failed(p.pull(), errc::failed, "changes were asked for by bob");
  p.pull_is(R"("state":"closed","merged":false)", review("ann", "APPROVED"));
  failed(p.pull(), errc::failed, "closed without being merged");
}

TEST_CASE("provider/github: the pull request that brought a commit is found by it") {
  place p;
  p.hub.answer("/repos/octo/shop/commits/abc/pulls?per_page=100",
               R"([{"number":9,"merged_at":null},{"number":7,"merged_at":"2026-01-01T00:00:00Z"}])");
  p.pull_is(R"("state":"closed","merged":true)", review("ann", "APPROVED"));
  CHECK(p.pull({{"commit", "abc"}}).value.at("number").as_int64() == 7);
  p.hub.answer("/repos/octo/shop/commits/abc/pulls?per_page=100", "[]");
  failed(p.pull({{"commit", "abc"}}), errc::failed, "no pull request brought commit abc");
}

TEST_CASE("provider/github: inputs that cannot be meant are refused before anything is asked") {
  place p;
  const auto begin = [&](const std::string& action, json::object more) {
    return ask(*p.github, verb::apply, action, p.with(std::move(more)));
  };
  failed(begin("checks", {{"repository", "octo/../x"}, {"ref", "a"}}), errc::invalid_argument, "OWNER/NAME");
  failed(begin("checks", {{"ref", ""}}), errc::invalid_argument, "`ref` is empty");
  failed(begin("checks", {{"ref", "a"}, {"api_url", "ftp://x"}}), errc::invalid_argument, "ftp");
  failed(begin("pull_request", {}), errc::invalid_argument, "by both or neither");
  failed(begin("pull_request", {{"number", 1}, {"commit", "a"}}), errc::invalid_argument,
         "by both or neither");
  failed(begin("merge", {}), errc::unsupported, "no action merge");
  CHECK(begin("checks", {{"ref", "feature/a b"}}).kind == answer_kind::started);
  CHECK(p.hub.seen().empty());
  CHECK(ask(*p.github, verb::settle, "checks", p.with({{"ref", "feature/a b"}})).kind == answer_kind::failed);
  CHECK(p.hub.seen().back().find("/commits/feature%2Fa%20b/status") != std::string::npos);
}

TEST_CASE("provider/github: asked to end it looks once more, and is over with what it still waits for") {
  place p;
  p.hub.answer(status_path, none);
  p.hub.answer(runs_path, runs(run("slow", "in_progress", "")));
  std::stop_source stop;
  stop.request_stop();
  request q;
  q.what = verb::settle;
  q.action = "checks";
  q.inputs = p.with({{"ref", "abc"}});
  q.stop = stop.get_token();
  q.deadline = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) + 20s;
  failed(answered(*p.github, q), errc::timeout, "under way: slow");
  p.hub.answer(runs_path, runs(run("slow", "completed", "success")));
  CHECK(answered(*p.github, q).kind == answer_kind::done);
}

TEST_CASE("provider/github: nobody waits for an answer after it is gone") {
  github_double hub;
  std::promise<answer> heard;
  {
    const auto github = make_github_provider();
    request q;
    q.what = verb::settle;
    q.action = "checks";
    q.inputs = {{"repository", "octo/shop"}, {"ref", "a"}, {"api_url", hub.url()}};
    q.deadline = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) + 20s;
    github->call(std::move(q), reply([&](answer a) { heard.set_value(std::move(a)); }));
  }
  CHECK(heard.get_future().wait_for(30s) == std::future_status::ready);
}
