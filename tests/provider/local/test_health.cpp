#include "theatre.hpp"
#include "traffic.hpp"

#include <doctest/doctest.h>

#include <csignal>

using shipflow::answer_kind;
using shipflow::reading;
namespace json = shipflow::json;
using theatre::ask;

namespace {

void good(const theatre::step& s) {
  REQUIRE_MESSAGE(s.last.kind == answer_kind::done, s.last.problem.message);
}

double number(const shipflow::metric_answer& a, std::size_t at = 0) {
  REQUIRE_MESSAGE(a.why.empty(), a.why);
  REQUIRE_MESSAGE(a.readings.at(at).what == reading::state::value, a.readings.at(at).why);
  return a.readings[at].number;
}

}  // namespace

TEST_CASE("provider/local: the load balancer counts per version, and sums never fall") {
  theatre::theatre t(2);
  CHECK_FALSE(t.metrics({"http_all"}, "fleet", "").why.empty());
  good(t.run("launch", {{"version", "1.4.0"}}));
  good(t.run("shift", {{"weight", 100}}));
  for (int n = 0; n < 10; ++n) CHECK(ask(t.port).status == 200);
  t.target["command"].as_array().emplace_back("--errors");
  t.target["command"].as_array().emplace_back("50");
  good(t.run("launch", {{"version", "1.5.0"}}));
  good(t.run("shift", {{"weight", 50}}));
  for (int n = 0; n < 100; ++n) (void)ask(t.port);

  const auto fresh = t.metrics({"http_5xx", "http_all", "http_4xx"}, "canary", "1.5.0");
  CHECK(fresh.kind == shipflow::series_kind::counter);
  const double of_new = number(fresh, 1);
  CHECK(of_new > 30);  // round robin, from wherever it stood
  CHECK(of_new < 70);
  CHECK(number(fresh, 0) == of_new);  // its first fifty all fail
  CHECK(number(fresh, 2) == 0);
  const auto old = t.metrics({"http_5xx", "http_all"}, "baseline", "1.4.0");
  CHECK(number(old, 0) == 0);
  CHECK(number(old, 1) == 110 - of_new);
  CHECK(number(t.metrics({"http_all"}, "fleet", "")) == 110);
  double of_instances = 0;
  for (const auto& i : old.readings.at(1).instances) of_instances += i.number;
  CHECK(of_instances == old.readings.at(1).number);
  CHECK(number(t.metrics({"latency_ms"}, "canary", "1.5.0")) >= 0);
  CHECK(number(t.metrics({"queue"}, "fleet", "")) == 0);

  CHECK(t.metrics({"http_all"}, "canary", "9.9.9").readings.at(0).what == reading::state::missing);
  CHECK(t.metrics({"http_all", "queue"}, "fleet", "").readings.at(1).what == reading::state::invalid);
  CHECK(t.metrics({"visitors"}, "fleet", "").readings.at(0).what == reading::state::missing);

  good(t.run("shift", {{"weight", 100}}));
  good(t.run("retire", {}));
  CHECK(number(t.metrics({"http_all"}, "baseline", "1.4.0")) == 110 - of_new);  // gone, not forgotten
  const int pid = t.haproxy_pid();
  REQUIRE(::kill(pid, SIGKILL) == 0);
  CHECK(theatre::eventually([&] { return t.metrics({"http_all"}, "fleet", "").why.empty(); }));
  CHECK(number(t.metrics({"http_all"}, "fleet", "")) >= 110);
  CHECK(number(t.metrics({"http_all"}, "canary", "1.5.0")) == of_new);
}

TEST_CASE("provider/local: the state probe passes when all instances of the live fleet are ready") {
  theatre::theatre t(2);
  CHECK(t.probe().outcome == shipflow::look::fail);
  good(t.run("launch", {{"version", "1.4.0"}}));
  CHECK(t.probe().text == "nothing is live");
  good(t.run("shift", {{"weight", 100}}));
  const auto seen = t.probe();
  CHECK(seen.outcome == shipflow::look::pass);
  CHECK(seen.text == "2 of 2 instances of version 1.4.0 ready");
  CHECK(seen.details == json::object{{"ready", 2}, {"wanted", 2}});
  t.haproxy("set server fleet/blue-1 state maint");
  CHECK(t.probe().outcome == shipflow::look::fail);
  t.haproxy("set server fleet/blue-1 state ready");
}

TEST_CASE("provider/local: maintenance answers 503 with a page, outlives HAProxy and is undone") {
  theatre::theatre t(1);
  good(t.run("launch", {{"version", "1.4.0"}}));
  good(t.run("shift", {{"weight", 100}}));
  const auto down = t.run("maintenance", {{"on", true}});
  good(down);
  auto page = ask(t.port);
  CHECK(page.status == 503);
  CHECK(page.body.find("maintenance") != std::string::npos);
  CHECK(page.head.find("retry-after: 30") != std::string::npos);
  CHECK(t.look()["maintenance"] == true);
  CHECK(t.look()["live"] == "blue");
  CHECK(t.call(shipflow::verb::resolve, down).kind == answer_kind::done);

  REQUIRE(::kill(t.haproxy_pid(), SIGKILL) == 0);
  CHECK(theatre::eventually([&] { return ask(t.port).status == 503; }));
  CHECK(ask(t.port).body == page.body);
  CHECK(t.undo(down).kind == answer_kind::done);
  CHECK(ask(t.port).status == 200);
  CHECK(t.look()["maintenance"] == false);
  CHECK(t.run("maintenance", {{"on", "maybe"}}).last.kind == answer_kind::failed);
}
