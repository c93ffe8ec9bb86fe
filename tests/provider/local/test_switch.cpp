#include "theatre.hpp"
#include "traffic.hpp"

#include <doctest/doctest.h>

#include <cmath>

using shipflow::answer_kind;
namespace json = shipflow::json;
using theatre::ask;
using theatre::traffic;

namespace {

void good(const theatre::step& s) {
  REQUIRE_MESSAGE(s.last.kind == answer_kind::done, s.last.problem.message);
}

/// Launch and shift all traffic: a first release.
void first_release(theatre::theatre& t, const std::string& version) {
  good(t.run("launch", {{"version", version}}));
  good(t.run("shift", {{"weight", 100}}));
}

/// How many of `n` answers came from the version.
int share(int port, int n, const std::string& version) {
  int count = 0;
  for (int i = 0; i < n; ++i)
    if (ask(port).body == version) ++count;
  return count;
}

}  // namespace

TEST_CASE("provider/local: blue-green under traffic loses no request, and colours alternate") {
  theatre::theatre t(2);
  first_release(t, "1.4.0");
  CHECK(t.look()["live"] == "blue");
  CHECK(ask(t.port).body == "1.4.0");

  traffic load(t.port);
  for (const std::string version : {"1.5.0", "1.6.0"}) {
    const auto launched = t.run("launch", {{"version", version}});
    good(launched);
    CHECK(launched.last.value.at("version") == json::value(version));
    CHECK(launched.last.value.at("instances") == 2);
    CHECK(load.answered(version) == 0);  // not before the shift
    good(t.run("shift", {{"weight", 100}}));
    CHECK(theatre::eventually([&] { return load.answered(version) > 20; }));
    good(t.run("retire", {}));
    t.run_id += "+";
  }
  CHECK(load.stop() == "");
  const auto now = t.look();
  CHECK(now.at("live") == "blue");
  CHECK(now.at("version") == "1.6.0");
  CHECK(now.at("weights") == json::value{{"blue", 100}, {"green", 0}});
  CHECK(now.at("fleets").as_object().size() == 1);
  CHECK(now.at("fleets").at("blue").at("ready") == 2);
  CHECK(t.instances().size() == 2);
}

TEST_CASE("provider/local: a canary gets its share, whatever the sizes of the fleets") {
  theatre::theatre t(2);
  first_release(t, "1.4.0");
  good(t.run("launch", {{"version", "1.5.0"}, {"instances", 1}}));
  constexpr int requests = 400;
  for (const int percent : {10, 50}) {
    const auto shifted = t.run("shift", {{"weight", percent}});
    good(shifted);
    CHECK(shifted.last.value.at("weights") == json::value{{"blue", 100 - percent}, {"green", percent}});
    const int got = share(t.port, requests, "1.5.0");
    const double expected = requests * percent / 100.0;
    const double deviation = std::sqrt(expected * (1 - percent / 100.0));
    CAPTURE(percent);
    CHECK(std::abs(got - expected) <= 4 * deviation);
  }
  CHECK(t.look()["live"] == "blue");
  good(t.run("shift", {{"weight", 100}, {"colour", "new"}}));
  CHECK(share(t.port, 20, "1.5.0") == 20);
}

TEST_CASE("provider/local: undo goes back: retired fleet, then traffic, then the new fleet") {
  theatre::theatre t(2);
  first_release(t, "1.4.0");
  t.run_id = "run-2";
  const auto before = t.look();
  traffic load(t.port, 2);
  const auto launched = t.run("launch", {{"version", "1.5.0"}});
  const auto shifted = t.run("shift", {{"weight", 100}});
  const auto retired = t.run("retire", {});
  good(retired);
  CHECK(t.instances().size() == 2);

  for (const auto* s : {&retired, &shifted, &launched}) {
    const auto undone = t.undo(*s);
    REQUIRE_MESSAGE(undone.kind == answer_kind::done, undone.problem.message);
    const auto now = t.call(shipflow::verb::observe, *s);
    CHECK(now.value.at("restores") == s->baseline.at("restores"));
    CHECK(t.undo(*s).kind == answer_kind::done);  // once more changes nothing
  }
  CHECK(load.stop() == "");
  CHECK(t.look() == before);
  CHECK(t.instances().size() == 2);
  CHECK(ask(t.port).body == "1.4.0");
}

TEST_CASE("provider/local: a first release is undone to nothing at all") {
  theatre::theatre t(2);
  const auto launched = t.run("launch", {{"version", "1.4.0"}});
  good(launched);
  CHECK(launched.baseline.at("live").is_null());
  CHECK(launched.baseline.at("balancer") == "absent");
  CHECK(ask(t.port).status == 503);  // nothing routed yet
  const auto shifted = t.run("shift", {{"weight", 100}});
  good(shifted);
  CHECK(ask(t.port).status == 200);

  const auto refused = t.undo(launched);  // out of order
  CHECK(refused.kind == answer_kind::conflict);
  CHECK(refused.problem.message.find("still gets traffic") != std::string::npos);
  CHECK(t.undo(shifted).kind == answer_kind::done);
  CHECK(ask(t.port).status == 503);
  CHECK(t.undo(launched).kind == answer_kind::done);
  CHECK(t.instances().empty());
  CHECK(t.haproxy_pid() == 0);
  CHECK(ask(t.port).why == "connect");
  CHECK(t.look()["balancer"] == "absent");
}

TEST_CASE("provider/local: rolling replaces batch by batch without losing a request, and back") {
  theatre::theatre t(3);
  good(t.run("replace", {{"version", "1.4.0"}, {"batch", 1}}));  // a first release in place
  CHECK(ask(t.port).body == "1.4.0");
  t.run_id = "run-2";
  traffic load(t.port);
  const auto replaced = t.run("replace", {{"version", "1.5.0"}, {"batch", "34%"}});
  good(replaced);
  CHECK(t.look()["version"] == "1.5.0");
  CHECK(t.instances().size() == 3);
  CHECK(theatre::eventually([&] { return load.answered("1.5.0") > 20; }));
  const auto undone = t.undo(replaced);
  REQUIRE_MESSAGE(undone.kind == answer_kind::done, undone.problem.message);
  CHECK(load.stop() == "");
  CHECK(t.look()["version"] == "1.4.0");
  CHECK(t.instances().size() == 3);
  CHECK(share(t.port, 10, "1.4.0") == 10);
}

TEST_CASE("provider/local: in place starts all new ones before an old one ends, ready by TCP alone") {
  theatre::theatre t(2);
  t.target.erase("ready");
  first_release(t, "1.4.0");
  traffic load(t.port, 2);
  good(t.run("replace", {{"version", "1.5.0"}, {"batch", "100%"}}));
  CHECK(load.stop() == "");
  CHECK(t.look()["live"] == "blue");
  CHECK(share(t.port, 10, "1.5.0") == 10);
}

TEST_CASE("provider/local: scaling keeps the shares and is undone") {
  theatre::theatre t(1);
  first_release(t, "1.4.0");
  traffic load(t.port, 2);
  const auto scaled = t.run("scale", {{"instances", 3}});
  good(scaled);
  CHECK(t.look()["fleets"].at("blue").at("ready") == 3);
  CHECK(t.undo(scaled).kind == answer_kind::done);
  CHECK(load.stop() == "");
  CHECK(t.instances().size() == 1);
  CHECK(t.look()["fleets"].at("blue").at("instances") == 1);
}

TEST_CASE("provider/local: a retired instance finishes what it is doing, but not for ever") {
  theatre::theatre t(1);
  first_release(t, "1.4.0");
  good(t.run("launch", {{"version", "1.5.0"}}));
  theatre::response slow, endless;
  std::thread asking([&] { slow = ask(t.port, "/slow"); });
  const auto busy = [&] { return t.haproxy("show stat").find("fleet,blue-1,0,0,1,") != std::string::npos; };
  CHECK(theatre::eventually(busy));
  good(t.run("shift", {{"weight", 100}}));
  good(t.run("retire", {}));
  asking.join();
  CHECK(slow.status == 200);
  CHECK(slow.body == "1.4.0");

  t.run_id = "run-2";
  good(t.run("launch", {{"version", "1.6.0"}}));
  std::thread asking_again([&] { endless = ask(t.port, "/slow", "POST"); });
  CHECK(theatre::eventually(
      [&] { return t.haproxy("show stat").find("fleet,green-2,0,0,1,") != std::string::npos; }));
  good(t.run("shift", {{"weight", 100}}));
  good(t.run("retire", {{"drain", "100ms"}}));
  asking_again.join();
  CHECK(endless.status != 200);
  CHECK(t.instances().size() == 1);
}
