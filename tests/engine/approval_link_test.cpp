#include "rig.hpp"

#include <shipflow/approval_link.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;
using namespace std::chrono_literals;
using shipflow::approval_link;
using shipflow::errc;

namespace {

const std::string key(32, 'k');

struct asked {
  rig r;
  plan_builder b;
  std::string run;
  explicit asked(int quorum = 1) {
    b.approval("go", {"qa"}).quorum = quorum;
    run = r.start(b);
    r.settle();
  }
  approval_link link(const std::string& who = "user:quinn") {
    return {run, "go", who, r.look(run).what->digest(), r.time.now() + 1h};
  }
  std::string token(const approval_link& l) { return shipflow::make_approval_token(key, l).value(); }
  void answer(const std::string& token, const std::string& word) {
    const auto read = shipflow::read_approval_token(key, token, r.time.now());
    REQUIRE(read.has_value());
    CHECK(r.engine->say(read->run, shipflow::answer_of(*read, token, word, "looks good")).has_value());
    r.settle();
  }
  std::vector<std::string> meanings() {
    std::vector<std::string> out;
    for (const auto& stored : r.store->read_facts(run).value()) {
      if (stored.kind != shipflow::fact_kind::signal) continue;
      const auto body = shipflow::parse_json(stored.body).value().at("body").as_object();
      out.emplace_back(body.at("meaning").as_string());
      if (const auto* why = body.if_contains("why")) out.back() += ": " + std::string(why->as_string());
    }
    return out;
  }
};

}  // namespace

TEST_CASE("engine/approval_link: the person it was made for approves or rejects by it") {
  asked a;
  SUBCASE("approve") {
    a.answer(a.token(a.link()), "approve");
    CHECK(a.r.phase(a.run) == "released");
  }
  SUBCASE("reject") {
    a.answer(a.token(a.link()), "reject");
    CHECK(a.r.phase(a.run) == "failed");
  }
}

TEST_CASE("engine/approval_link: used twice it counts once") {
  asked a(2);
  const auto token = a.token(a.link());
  a.answer(token, "approve");
  a.answer(token, "approve");
  a.answer(token, "reject");
  CHECK(a.meanings() == std::vector<std::string>{"counted"});
}

TEST_CASE("engine/approval_link: the run still asks for the role and for its own plan") {
  asked a;
  a.answer(a.token(a.link("user:mallory")), "approve");
  a.answer(a.token(a.link("user:dana")), "approve");
  auto other = a.link();
  other.plan_digest = "sha256:other";
  a.answer(a.token(other), "approve");
  CHECK(a.meanings() ==
        std::vector<std::string>{"refused: needs one of the roles qa",
                                 "refused: the person who started a release may not approve it",
                                 "refused: it was given for another plan"});
  CHECK(a.r.phase(a.run) == "forward");
}

TEST_CASE("engine/approval_link: late, changed or made with another key it says nothing") {
  asked a;
  const auto token = a.token(a.link());
  const auto refused = [&](const std::string& t, const std::string& k, shipflow::duration later = 0ms) {
    const auto read = shipflow::read_approval_token(k, t, a.r.time.now() + later);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == errc::denied);
    CHECK(read.error().message.find(k) == std::string::npos);
    return read.error().message;
  };
  CHECK(refused(token, key, 1h).find("the link expired at") == 0);
  CHECK(refused(token, std::string(32, 'x')).find("none of ours") != std::string::npos);
  for (std::size_t i = 0; i < token.size(); ++i) {
    CAPTURE(i);
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    refused(changed, key);
  }
  for (const auto* text : {"", ".", "a.b", "...."}) refused(text, key);
  refused(std::string(100'000, 'A'), key);
}

TEST_CASE("engine/approval_link: a short key and a link without a person are refused") {
  asked a;
  CHECK(shipflow::make_approval_token("short", a.link()).error().code == errc::invalid_argument);
  CHECK(shipflow::read_approval_token("short", "x", a.r.time.now()).error().code == errc::invalid_argument);
  auto nobody = a.link();
  nobody.principal.clear();
  CHECK(shipflow::make_approval_token(key, nobody).error().code == errc::invalid_argument);
}
