#include "process/files.hpp"
#include "theatre.hpp"
#include "traffic.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <csignal>
#include <sys/socket.h>
#include <thread>

using shipflow::answer_kind;
using shipflow::errc;
namespace json = shipflow::json;
using theatre::ask;
using theatre::eventually;
using theatre::traffic;

namespace {

void good(const theatre::step& s) {
  REQUIRE_MESSAGE(s.last.kind == answer_kind::done, s.last.problem.message);
}

void first_release(theatre::theatre& t, const std::string& version) {
  good(t.run("launch", {{"version", version}}));
  good(t.run("shift", {{"weight", 100}}));
}

bool says(const shipflow::answer& a, const std::string& words) {
  return a.problem.message.find(words) != std::string::npos;
}

void add_arguments(theatre::theatre& t, std::initializer_list<const char*> arguments) {
  for (const auto* argument : arguments) t.target["command"].as_array().emplace_back(argument);
}

}  // namespace

TEST_CASE("provider/local: HAProxy killed comes back with the same servers and weights") {
  theatre::theatre t(2);
  first_release(t, "1.4.0");
  good(t.run("launch", {{"version", "1.5.0"}}));
  good(t.run("shift", {{"weight", 20}}));
  const auto before = t.look();
  const int pid = t.haproxy_pid();
  REQUIRE(::kill(pid, SIGKILL) == 0);
  CHECK(eventually([&] { return t.haproxy_pid() != pid && t.haproxy("show info").size() > 10; }));
  CHECK(eventually([&] { return t.look() == before; }));
  int fresh = 0;
  for (int n = 0; n < 100; ++n) fresh += ask(t.port).body == "1.5.0" ? 1 : 0;
  CHECK(fresh == 20);
  // In the middle of a step as well.
  REQUIRE(::kill(t.haproxy_pid(), SIGKILL) == 0);
  good(t.run("shift", {{"weight", 100}}));
  theatre::step retiring{"retire", {}, "retire", t.look("retire"), {}};
  REQUIRE(::kill(t.haproxy_pid(), SIGKILL) == 0);
  retiring.last = t.settle(retiring, t.call(shipflow::verb::apply, retiring));
  good(retiring);
  CHECK(t.instances().size() == 2);
}

TEST_CASE("provider/local: an instance killed is started again, and GET requests survive it") {
  theatre::theatre t(2);
  first_release(t, "1.4.0");
  traffic load(t.port, 2);
  const auto before = t.instances();
  REQUIRE(before.size() == 2);
  REQUIRE(::kill(before.begin()->second, SIGKILL) == 0);
  CHECK(eventually([&] {
    const auto now = t.instances();
    return now.size() == 2 && now.begin()->second != before.begin()->second && now.begin()->second != 0;
  }));
  CHECK(eventually([&] { return t.probe().outcome == shipflow::look::pass; }));
  CHECK(load.stop() == "");
}

TEST_CASE("provider/local: the engine killed in the middle adopts what runs and doubles nothing") {
  theatre::theatre t(2);
  auto launched = t.begin("launch", {{"version", "1.4.0"}});
  REQUIRE(launched.last.kind == answer_kind::started);
  const auto first = t.instances();
  CHECK(first.size() == 2);

  t.reopen();  // no answer was kept: only the intent
  const auto found = t.call(shipflow::verb::resolve, launched);
  CHECK(found.kind == answer_kind::started);
  launched.last = t.settle(launched, found);
  good(launched);
  CHECK(t.instances() == first);

  t.reopen();  // applied again by mistake
  launched.last = t.settle(launched, t.call(shipflow::verb::apply, launched));
  good(launched);
  CHECK(t.instances() == first);
  CHECK(t.haproxy_pid() > 0);

  const theatre::step never{"launch", {{"version", "9"}}, "other-key", launched.baseline, {}};
  CHECK(t.call(shipflow::verb::resolve, never).kind == answer_kind::not_applied);
  const auto shifted = t.run("shift", {{"weight", 100}});
  t.reopen();
  CHECK(t.call(shipflow::verb::resolve, shifted).kind == answer_kind::done);
}

TEST_CASE("provider/local: two engines with the same effect start one fleet") {
  theatre::theatre t(3);
  const theatre::step s{"launch", {{"version", "1.4.0"}}, "the-key", t.look("launch"), {}};
  auto second = shipflow::make_local_provider(t.options);
  REQUIRE(second.has_value());
  shipflow::answer theirs;
  std::thread other([&] { theirs = t.call_by(**second, shipflow::verb::apply, s); });
  auto ours = t.call(shipflow::verb::apply, s);
  other.join();
  CHECK(theirs.kind == answer_kind::started);
  CHECK(t.settle(s, ours).kind == answer_kind::done);
  CHECK(t.instances().size() == 3);
  CHECK(t.call_by(**second, shipflow::verb::settle, s, theirs.value).kind == answer_kind::done);
}

TEST_CASE("provider/local: weights changed by another hand are a conflict with both values") {
  theatre::theatre t(1);
  first_release(t, "1.4.0");
  good(t.run("launch", {{"version", "1.5.0"}}));
  const auto shifted = t.run("shift", {{"weight", 10}});
  good(shifted);
  t.haproxy("set server fleet/green-2 weight 9");
  const auto refused = t.run("shift", {{"weight", 30}}).last;
  CHECK(refused.kind == answer_kind::conflict);
  CHECK(refused.value.at("expected") == json::value{{"blue", 90}, {"green", 10}});
  CHECK(refused.value.at("found") == json::value{{"blue", 50}, {"green", 50}});
  CHECK(t.undo(shifted).kind == answer_kind::conflict);

  t.haproxy("set server fleet/green-2 weight 1");
  CHECK(t.undo(shifted).kind == answer_kind::done);
  // Between two runs the live value counts, and it may not move between observe and apply.
  t.run_id = "run-2";
  theatre::step s{"shift", {{"weight", 100}}, "late", t.look(), {}};
  t.haproxy("set server fleet/green-2 weight 100");
  CHECK(t.call(shipflow::verb::apply, s).kind == answer_kind::conflict);
}

TEST_CASE(
    "provider/local: traffic is not shifted to a fleet that is not ready, nor back to one that is gone") {
  theatre::theatre t(2);
  t.target["ready"].as_object()["within"] = "1s";
  t.target["ready"].as_object()["rise"] = 1;
  first_release(t, "1.4.0");
  CHECK(says(t.run("shift", {{"weight", 50}}).last, "only one fleet"));
  const auto launched = t.run("launch", {{"version", "1.5.0"}});
  good(launched);
  const auto shifted = t.run("shift", {{"weight", 100}});
  good(shifted);
  good(t.run("retire", {}));
  const auto back = t.undo(shifted);
  CHECK(back.kind == answer_kind::failed);
  CHECK_MESSAGE(says(back, "there is no blue fleet"), back.problem.message);
  t.haproxy("set server fleet/green-3 state maint");
  const auto again = t.run("shift", {{"weight", 100}}).last;
  CHECK(again.kind == answer_kind::failed);
  CHECK_MESSAGE(says(again, "has 1 of 2 instances ready, green-3 is MAINT"), again.problem.message);
  t.haproxy("set server fleet/green-3 state ready");
}

TEST_CASE("provider/local: the port is taken: the error names it and nothing is left") {
  theatre::theatre t(1);
  {
    const shipflow::unique_fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(t.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd.get(), 1) == 0);
    const auto launched = t.run("launch", {{"version", "1.4.0"}});
    CHECK(launched.last.kind == answer_kind::failed);
    CHECK(says(launched.last, "port " + std::to_string(t.port)));
    CHECK(says(launched.last, "change `listen`"));
    CHECK(t.undo(launched).kind == answer_kind::done);
  }
  CHECK(t.look()["balancer"] == "absent");
}

TEST_CASE("provider/local: a missing HAProxy and a missing program are named") {
  theatre::theatre t(1);
  t.options.haproxy = "haproxy-that-is-not-there";
  t.reopen();
  const auto without = t.run("launch", {{"version", "1.4.0"}});
  CHECK(without.last.kind == answer_kind::failed);
  CHECK(without.last.problem.code == errc::not_found);
  CHECK(says(without.last, "haproxy-that-is-not-there"));

  t.options.haproxy = "haproxy";
  t.reopen();
  t.target["command"] = json::array{"/nowhere/shop"};
  const auto launched = t.run("launch", {{"version", "1.4.0"}});
  CHECK(launched.last.kind == answer_kind::failed);
  CHECK_MESSAGE(says(launched.last, "/nowhere/shop"), launched.last.problem.message);
  CHECK(t.undo(launched).kind == answer_kind::done);
  CHECK(t.haproxy_pid() == 0);
}

TEST_CASE(
    "provider/local: a version that never becomes ready fails with its last lines, and undo cleans up") {
  theatre::theatre t(2);
  t.target["ready"].as_object()["within"] = "4s";
  first_release(t, "1.4.0");
  const auto before = t.look();
  t.run_id = "run-2";
  SUBCASE("because it says so") {
    add_arguments(t, {"--mode", "never-ready"});
    const auto launched = t.run("launch", {{"version", "1.5.0"}});
    CHECK(launched.last.kind == answer_kind::failed);
    CHECK_MESSAGE(says(launched.last, "was not ready within 4s"), launched.last.problem.message);
    CHECK(says(launched.last, "503"));
    CHECK(says(launched.last, "waiting for the database"));
    CHECK(t.undo(launched).kind == answer_kind::done);
  }
  SUBCASE("because it ends") {
    t.target["ready"].as_object()["within"] = "20s";
    add_arguments(t, {"--mode", "exits"});
    const auto launched = t.run("launch", {{"version", "1.5.0"}});
    CHECK(launched.last.kind == answer_kind::failed);
    CHECK_MESSAGE(says(launched.last, "does not stay up"), launched.last.problem.message);
    CHECK(says(launched.last, "cannot find the database"));
    const auto evidence = t.call(shipflow::verb::diagnose, launched).value;
    CHECK(json::serialize(evidence).find("cannot find the database") != std::string::npos);
    CHECK(t.undo(launched).kind == answer_kind::done);
  }
  SUBCASE("in the middle of a rolling replacement") {
    add_arguments(t, {"--mode", "never-ready"});
    traffic load(t.port, 2);
    const auto replaced = t.run("replace", {{"version", "1.5.0"}});
    CHECK(replaced.last.kind == answer_kind::failed);
    CHECK(t.undo(replaced).kind == answer_kind::done);
    CHECK(load.stop() == "");
  }
  CHECK(t.look() == before);
  CHECK(t.instances().size() == 2);
  CHECK(ask(t.port).body == "1.4.0");
}

TEST_CASE("provider/local: inputs that cannot work are refused by name") {
  theatre::theatre t(1);
  CHECK(says(t.run("launch", {}).last, "version is missing"));
  CHECK(says(t.run("launch", {{"version", "1"}, {"colour", "red"}}).last, "colour \"red\""));
  CHECK(says(t.run("shift", {{"weight", 100}}).last, "launch a fleet first"));
  CHECK(says(t.run("scale", {{"instances", 2}}).last, "nothing is live"));
  CHECK(says(t.run("replace", {{"version", "1"}, {"batch", "0%"}}).last, "batch must be"));
  CHECK(t.run("teleport", {}).last.problem.code == errc::unsupported);
  first_release(t, "1.4.0");
  CHECK(says(t.run("shift", {{"weight", 101}}).last, "weight must be"));
  CHECK(says(t.run("retire", {{"colour", "blue"}}).last, "still gets traffic"));
  t.target["listen"] = "127.0.0.1:1";
  CHECK(says(t.run("launch", {{"version", "1.5.0"}}).last, "HAProxy was started with listen"));
  t.target["listen"] = "127.0.0.1:" + std::to_string(t.port);
}

TEST_CASE("provider/local: after a reboot the record is what comes back") {
  theatre::theatre t(1);
  first_release(t, "1.4.0");
  const auto before = t.look();
  // A keeper that is killed takes its program with it, as a reboot does.
  t.kill_keepers();
  CHECK(eventually([&] { return t.instances().empty() && ask(t.port).why == "connect"; }));
  const auto down = t.look();
  CHECK(down.at("balancer") == "down");
  CHECK(down.at("live") == "blue");
  good(t.run("scale", {{"instances", 1}}));
  CHECK(eventually([&] { return t.look() == before; }));
  CHECK(ask(t.port).body == "1.4.0");
}
