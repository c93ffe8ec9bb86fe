// Messages that start workflows, from the outbox of an engine, in virtual time.
#include "message/telling.hpp"
#include "notify/github_messages.hpp"
#include "notify/hub_wire.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using namespace std::chrono_literals;
using shipflow::message_status;

namespace {

/// A sender that forgets, as its program does in a crash, over a GitHub that does not.
class over_hub final : public shipflow::notifier {
 public:
  over_hub(tests::hub_wire& wire, shipflow::scheduler& time) : wire_(wire), time_(time) {}
  [[nodiscard]] std::vector<std::string> kinds() const override { return {"github"}; }
  void send(delivery q, std::function<void(delivery_answer)> done) override {
    wire_.clock = time_.now();
    sender_.send(q, std::move(done));
  }

 private:
  tests::hub_wire& wire_;
  shipflow::scheduler& time_;
  shipflow::notify::github_sender sender_{wire_};
};

struct publishing : rig {
  publishing() { come_back(); }
  void come_back() {
    crash();
    (void)engine->add(std::make_shared<over_hub>(hub, time));
  }
  void pass(shipflow::duration d) {
    time.run_until([] { return false; }, d);
  }
  [[nodiscard]] std::vector<shipflow::stored_message> messages(const std::string& run) {
    return store->read_messages(run).value();
  }
  tests::hub_wire hub;
};

plan_builder told_twice() {
  plan_builder b;
  b.set("a", "api", "2");
  b.get().channels.push_back({"notes",
                              "github",
                              {{"github", "octo/notes"},
                               {"workflow", "publish.yml"},
                               {"ref", "main"},
                               {"token", "${secret:TOKEN}"}}});
  tell(b, "started", {"version"}, "notes");
  tell(b, "released", {"version"}, "notes");
  return b;
}

}  // namespace

TEST_CASE("message/github: a release does not wait for the workflows, which run one after the other") {
  publishing r;
  auto b = told_twice();
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  auto told = r.messages(run);
  REQUIRE(told.size() == 2);
  CHECK(told[0].status == message_status::waiting);
  r.pass(10s);
  told = r.messages(run);
  CHECK(told[0].why.find("https://github.com/octo/notes/actions/runs/") != std::string::npos);
  CHECK(r.hub.events() == 1);
  r.pass(10min);
  for (const auto& m : r.messages(run)) {
    CHECK(m.status == message_status::delivered);
    CHECK(m.why.find("success: https://github.com/octo/notes/actions/runs/") == 0);
  }
  CHECK(r.hub.events() == 2);
  CHECK(r.hub.hub.runs().size() == 2);
}

TEST_CASE("message/github: after a crash, at whatever moment, each message has started one workflow") {
  for (const auto when : {0s, 1s, 4s, 7s, 30s}) {
    CAPTURE(when.count());
    publishing r;
    auto b = told_twice();
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    r.pass(when);
    r.come_back();
    REQUIRE(r.engine->resume());
    r.pass(1h);
    for (const auto& m : r.messages(run)) CHECK_MESSAGE(m.status == message_status::delivered, m.why);
    CHECK(r.hub.hub.runs().size() == 2);
  }
}

TEST_CASE(
    "message/github: an outage of GitHub delays the message, a refusal gives it up, the release stands") {
  publishing r;
  auto b = told_twice();
  r.hub.instead = shipflow::hub::said{503, "", {}};
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  r.hub.instead.reset();
  r.pass(1h);
  CHECK(r.messages(run)[0].status == message_status::delivered);
  CHECK(r.hub.hub.runs().size() == 2);
  CHECK(r.phase(run) == "released");

  publishing s;
  auto c = told_twice();
  s.hub.instead = shipflow::hub::said{401, R"({"message":"Bad credentials"})", {}};
  const auto refused = s.start(c);
  REQUIRE(s.finish(refused));
  s.pass(1h);
  const auto told = s.messages(refused);
  CHECK(told[0].status == message_status::given_up);
  CHECK(told[0].why.find("the token may be missing") != std::string::npos);
  CHECK(told[0].why.find("s3cr3t") == std::string::npos);
  CHECK(told[1].status == message_status::delivered);
  CHECK(s.phase(refused) == "released");
}
