// Messages that start workflows: over GitHub in memory and in a time of its own, and over HTTP.
#include "base/members.hpp"
#include "hub_wire.hpp"
#include "notify/github_messages.hpp"
#include "provider/github/hub_server.hpp"

#include <shipflow/github_messages.hpp>

#include <doctest/doctest.h>

#include <future>

using namespace shipflow;
using namespace std::chrono_literals;
using outcome = delivery_answer::outcome;
using tests::hub_wire;
using tests::notes;

namespace {

json::object workflow(const json::object& more = {}) {
  json::object out{
      {"github", "octo/notes"}, {"workflow", "publish.yml"}, {"ref", "main"}, {"token", "t0ken"}};
  for (const auto& m : more) out[m.key()] = m.value();
  return out;
}
json::object event(const json::object& more = {}) {
  json::object out{{"github", "octo/site"},
                   {"event_type", "shipflow"},
                   {"workflow", "on-release.yml"},
                   {"token", "t0ken"}};
  for (const auto& m : more) out[m.key()] = m.value();
  return out;
}

delivery of(json::object spec, int attempt = 1) {
  delivery d;
  d.what.id = "0123abcd";
  d.what.moment = "released";
  d.what.run = "run-1";
  d.what.channel = "notes";
  d.what.text = {{text_piece::kind::words, "shop "}, {text_piece::kind::value, "1.5.0 \"x\" & m\xc3\xbc"}};
  d.what.values = {{"version", "1.5.0"}};
  d.kind = "github";
  d.spec = std::move(spec);
  d.attempt = attempt;
  d.deadline = d.now + 10s;
  return d;
}

/// A sender, and what it says of one message from attempt to attempt.
struct post {
  explicit post(hub_wire& on, json::object said = workflow()) : wire(on), spec(std::move(said)) {}
  delivery_answer attempt() {
    std::optional<delivery_answer> out;
    sender->send(of(spec, ++attempts), [&](delivery_answer a) { out = std::move(a); });
    REQUIRE(out);
    CHECK(out->why.find("t0ken") == std::string::npos);
    return *out;
  }
  void crash() { sender = std::make_unique<notify::github_sender>(wire); }

  hub_wire& wire;
  json::object spec;
  int attempts = 0;
  std::unique_ptr<notify::github_sender> sender = std::make_unique<notify::github_sender>(wire);
};

void is(const delivery_answer& a, outcome what, const std::string& why) {
  CAPTURE(a.why);
  CHECK(a.what == what);
  CHECK(a.why.find(why) != std::string::npos);
}

json::value posted(const hub_wire& on) {
  for (const auto& r : on.asked)
    if (r.method == "POST") return parse_json(r.body).value();
  return nullptr;
}

}  // namespace

TEST_CASE("notify/github: a message starts the workflow and is delivered when its run has ended well") {
  hub_wire wire;
  post p(wire, workflow({{"inputs", {{"team", "shop"}}}}));
  is(p.attempt(), outcome::again, "GitHub took the event");
  const auto inputs = members::object(members::as_object(posted(wire)), "inputs");
  CHECK(members::text(inputs, "team") == "shop");
  const auto told = parse_json(members::text(inputs, "shipflow_message")).value();
  CHECK(members::text(told.as_object(), "text") == "shop 1.5.0 \"x\" & m\xc3\xbc");
  CHECK(members::text(told.as_object(), "id") == "0123abcd");
  wire.clock += 10s;
  const auto under_way = p.attempt();
  is(under_way, outcome::again, "https://github.com/octo/notes/actions/runs/");
  CHECK(under_way.not_before > 0s);
  wire.clock += 60s;
  is(p.attempt(), outcome::delivered, "success: https://github.com/octo/notes/actions/runs/");
  CHECK(wire.hub.runs().size() == 1);
  CHECK(wire.hub.runs()[0].title.find("shipflow-") != std::string::npos);
}

TEST_CASE(
    "notify/github: a run that ends badly gives the message up, unless that conclusion is good enough") {
  for (const bool accepted : {false, true}) {
    hub_wire wire;
    post p(wire, workflow(accepted ? json::object{{"accept", {"success", "failure"}}} : json::object{}));
    (void)p.attempt();
    wire.hub.runs().at(0).conclusion = "failure";
    wire.clock += 120s;
    if (accepted)
      is(p.attempt(), outcome::delivered, "failure: ");
    else
      is(p.attempt(), outcome::refused, "the workflow ended with failure in ");
  }
}

TEST_CASE("notify/github: an event of a repository carries the message whole, and need not be waited for") {
  hub_wire wire;
  post waited(wire, event());
  is(waited.attempt(), outcome::again, "GitHub took the event");
  const auto payload = members::object(members::as_object(posted(wire)), "client_payload");
  CHECK(members::text(members::object(payload, "shipflow_message"), "moment") == "released");
  wire.clock += 60s;
  is(waited.attempt(), outcome::delivered, "success");
  json::object spec = event({{"wait", false}});
  spec.erase("workflow");
  post hasty(wire, spec);
  is(hasty.attempt(), outcome::delivered, "dispatched");
}

TEST_CASE("notify/github: after an answer that was lost the run is looked for, and there is one") {
  hub_wire wire;
  post p(wire);
  wire.lost = true;
  is(p.attempt(), outcome::again, "the connection broke");
  is(p.attempt(), outcome::again, "looks whether GitHub has the event already");
  wire.clock += 5s;
  is(p.attempt(), outcome::again, "GitHub took the event");
  wire.clock += 60s;
  is(p.attempt(), outcome::delivered, "success");
  CHECK(wire.events() == 1);
}

TEST_CASE("notify/github: after a crash nothing is sent before two minutes have shown that nothing was") {
  hub_wire wire;
  post p(wire);
  SUBCASE("it had been sent") {
    (void)p.attempt();
    p.crash();
    wire.clock += 5s;
    is(p.attempt(), outcome::again, "GitHub took the event");
    wire.clock += 60s;
    is(p.attempt(), outcome::delivered, "success");
  }
  SUBCASE("it had not") {
    p.attempts = 1;
    is(p.attempt(), outcome::again, "looks whether");
    wire.clock += 119s;
    is(p.attempt(), outcome::again, "looks whether");
    CHECK(wire.events() == 0);
    wire.clock += 1s;
    is(p.attempt(), outcome::again, "GitHub took the event");
    wire.clock += 60s;
    is(p.attempt(), outcome::delivered, "success");
  }
  SUBCASE("it had ended meanwhile") {
    (void)p.attempt();
    p.crash();
    wire.clock += 1h;
    is(p.attempt(), outcome::again, "GitHub took the event");
    is(p.attempt(), outcome::delivered, "success");
  }
  CHECK(wire.events() == 1);
}

TEST_CASE("notify/github: a rate limit and a broken server are waited out as GitHub asks") {
  hub_wire wire;
  post p(wire);
  wire.instead = {403, R"({"message":"You have exceeded a secondary rate limit"})", {{"Retry-After", "90"}}};
  const auto limited = p.attempt();
  is(limited, outcome::again, "it asks to wait for 90 s");
  CHECK(limited.not_before == 90s);
  wire.instead = {502, "", {}};
  is(p.attempt(), outcome::again, "502");
  wire.clock += 2min;
  is(p.attempt(), outcome::again, "GitHub took the event");
  wire.instead = {500, "", {}};
  is(p.attempt(), outcome::again, "500");
  wire.clock += 60s;
  is(p.attempt(), outcome::delivered, "success");
  CHECK(wire.hub.runs().size() == 1);
}

TEST_CASE("notify/github: what GitHub refuses gives the message up with the remedy") {
  struct row {
    hub::said said;
    const char* why;
  };
  for (const auto& [said, why] : {
           row{{404, R"({"message":"Not Found"})", {}},
               "a private repository looks like this without a token"},
           row{{401, R"({"message":"Bad credentials"})", {}}, "the token may be missing, expired"},
           row{{403, R"({"message":"Resource not accessible"})", {}}, "Actions: write"},
           row{{302, "", {{"Location", "http://169.254.169.254/latest/meta-data"}}}, "with 302"},
       }) {
    hub_wire wire;
    post p(wire);
    wire.instead = said;
    is(p.attempt(), outcome::refused, why);
    CHECK(wire.asked.size() == 1);
  }
  hub_wire wire;
  post deaf(wire, workflow({{"workflow", "deaf.yml"}}));
  is(deaf.attempt(), outcome::refused, "the workflow has to declare the input `shipflow_message`");
  post elsewhere(wire, workflow({{"ref", "gone"}}));
  is(elsewhere.attempt(), outcome::refused, "gone");
}

TEST_CASE("notify/github: a channel that cannot work is refused by the member that is wrong") {
  json::object none = workflow();
  none.erase("token");
  json::object nothing{{"github", "octo/notes"}, {"token", "t"}};
  struct row {
    json::object spec;
    const char* why;
  };
  for (const auto& [spec, why] : {
           row{workflow({{"github", "octo"}}), "`github` must be a repository, OWNER/NAME"},
           row{workflow({{"github", "octo/../x"}}), "`github` must be a repository, OWNER/NAME"},
           row{none, "`token` is needed"},
           row{nothing, "`workflow` is empty"},
           row{workflow({{"ref", ""}}), "`ref` is empty"},
           row{workflow({{"event_type", "x"}}), "`ref`"},
           row{event({{"workflow", ""}}), "without one say `wait: false`"},
           row{workflow({{"inputs", {{"shipflow_key", "x"}}}}), "which shipflow gives"},
           row{workflow({{"inputs", {{"shipflow_message", "x"}}}}), "which shipflow gives"},
           row{workflow({{"api_url", "ftp://x"}}), "http"},
           row{workflow({{"colour", "red"}}), "colour"},
       }) {
    const auto checked = check_github_channel("github", spec);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().code == errc::invalid_argument);
    CHECK_MESSAGE(checked.error().message.find(why) != std::string::npos, checked.error().message);
    hub_wire wire;
    post p(wire, spec);
    is(p.attempt(), outcome::refused, why);
    CHECK(wire.asked.empty());
  }
  CHECK(check_github_channel("github", workflow({{"token", "${secret:T}"}, {"api_url", "${secret:U}"}})));
  CHECK(check_github_channel("pigeon", {}).error().code == errc::not_found);
}

TEST_CASE("notify/github: over HTTP, where an address within a network has to be allowed") {
  tests::hub_server server(notes());
  const auto github = make_github_notifier();
  const auto send = [&](const json::object& more, int attempt) {
    auto promise = std::make_shared<std::promise<delivery_answer>>();
    auto said = promise->get_future();
    auto d = of(workflow({{"api_url", server.url()}}), attempt);
    for (const auto& m : more) d.spec[m.key()] = m.value();
    github->send(std::move(d), [promise](delivery_answer a) { promise->set_value(std::move(a)); });
    return said.get();
  };
  is(send({}, 1), outcome::refused, "`private: true` on the channel allows it");
  CHECK(server.seen().empty());
  is(send({{"private", true}}, 1), outcome::again, "GitHub took the event");
  server.pass(60s);
  is(send({{"private", true}}, 2), outcome::delivered, "success");
  server.next({"POST", hub::said{307, "", {{"Location", "http://127.0.0.1:1/x"}}}, false});
  is(send({{"private", true}}, 1), outcome::refused, "with 307");
  CHECK(server.count("POST") == 2);
}
