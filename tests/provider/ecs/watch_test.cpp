// Waits of several components in one world: what they ask together, and how late they know.
#include "shop.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace tests;
using std::chrono::seconds;

namespace {

json::object numbered(int n, const std::string& cluster) {
  return {
      {"cluster", cluster}, {"service", "shop-" + std::to_string(n)}, {"container", "api"}, {"instances", 2}};
}

/// Many services in one world, each released once; when ECS was done with it, and when shipflow knew.
struct fleet_of_shops {
  explicit fleet_of_shops(ecs_world_options options) {
    options.on_call = [this](const std::string& operation) { ++calls[operation]; };
    where = std::make_shared<world>(time);
    cloud = make_ecs_world(where, std::move(options));
  }

  void install(int n, const std::string& cluster) {
    targets.push_back(numbered(n, cluster));
    cloud->install("production", "c" + std::to_string(n), targets.back(), "1.4.0").value();
  }
  request make(std::size_t n, verb what) {
    request q;
    q.what = what;
    q.action = "replace";
    q.run = "run-" + std::to_string(n);
    q.environment = "production";
    q.component = "c" + std::to_string(n);
    q.effect_key = "key " + std::to_string(n);
    q.target = targets.at(n);
    q.inputs = {{"version", "1.5.0"}};
    return q;
  }
  void begin(std::size_t n) {
    cloud->call(make(n, verb::apply), reply([this, n](answer a) {
                  if (a.kind == answer_kind::started) return later(n, a.value, a.look_again);
                  ended[n] = {a.kind, time.now()};
                }));
  }
  void later(std::size_t n, const json::value& handle, duration wait) {
    time.call_after(std::max(wait, duration{20}), [this, n, handle] {
      auto q = make(n, verb::settle);
      q.handle = handle;
      cloud->call(std::move(q), reply([this, n, handle](answer a) {
                    if (a.kind == answer_kind::progress) return later(n, handle, a.look_again);
                    ended[n] = {a.kind, time.now()};
                  }));
    });
  }

  virtual_time time{5};
  std::shared_ptr<world> where;
  std::shared_ptr<ecs_world> cloud;
  std::vector<json::object> targets;
  std::map<std::string, int> calls;
  std::map<std::size_t, std::pair<answer_kind, time_point>> ended;
};

}  // namespace

TEST_CASE("provider/ecs: services of a cluster share their looks, and each gets its own answer") {
  ecs_world_options options;
  fleet_of_shops f(std::move(options));
  for (int n = 0; n < 20; ++n) f.install(n, n % 2 == 0 ? "even" : "odd");
  for (std::size_t n = 0; n < 20; ++n) f.begin(n);
  f.time.run_until([&] { return f.ended.size() == 20; });
  REQUIRE(f.ended.size() == 20);
  for (const auto& [n, end] : f.ended) CHECK(end.first == answer_kind::done);
  const auto looks = f.calls["DescribeServices"];
  // Each alone would be 20 to begin with, and 20 to 30 for each of them.
  CHECK(looks < 150);
  CHECK(f.calls["DescribeServiceDeployments"] < 20);
}

TEST_CASE("provider/ecs: one service among others fails, and the others do not hear of it") {
  ecs_world_options options;
  fleet_of_shops f(std::move(options));
  for (int n = 0; n < 3; ++n) f.install(n, "one");
  for (std::size_t n = 0; n < 3; ++n) f.begin(n);
  f.targets[1]["service"] = "nowhere";
  auto gone = f.make(1, verb::settle);
  gone.handle = json::object{{"cluster", "one"}, {"service", "nowhere"}, {"deployment", "ecs-svc/1"}};
  std::optional<answer> said;
  f.cloud->call(gone, reply([&](answer a) { said = std::move(a); }));
  f.time.run_until([&] { return f.ended.size() == 3 && said; });
  REQUIRE(said);
  CHECK(said->problem.code == errc::not_found);
  CHECK(f.ended.at(0).first == answer_kind::done);
  CHECK(f.ended.at(2).first == answer_kind::done);
}

TEST_CASE("provider/ecs: a wait that nobody wants any more ends nothing and asks nothing") {
  shop s(one_service());
  const json::object inputs{{"command", {"npm", "run", "migrate"}}};
  auto q = s.make(verb::apply, "run_task", inputs);
  q.baseline = s.look("run_task", inputs).value;
  const auto first = s.ask(q);
  REQUIRE(first.kind == answer_kind::started);
  q.what = verb::settle;
  q.handle = first.value;
  std::stop_source stop;
  q.stop = stop.get_token();
  std::optional<answer> late;
  s.cloud->call(q, reply([&](answer a) { late = std::move(a); }));
  s.wait(duration{65});
  stop.request_stop();
  s.time.run_until([&] { return late.has_value(); });
  CHECK(late->kind == answer_kind::unknown);
  q.stop = {};
  const auto end = s.finish(q, first);
  CHECK_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
}
