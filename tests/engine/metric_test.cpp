// Where numbers come from, as the engine asks for them: slots, lag, outages, secrets.
#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::metric_answer;
using shipflow::metric_request;
using shipflow::reading;
using shipflow::series_kind;
using namespace std::chrono_literals;

namespace {

/// A host's own numbers: what happened in each slot, by the slot's begin; 100 requests and no error by default.
struct numbers {
  explicit numbers(rig& r) {
    (void)r.engine->add(shipflow::make_metric_source("numbers", [this, &r](const metric_request& q) {
      asked.push_back(q);
      asked_at.push_back(r.time.now());
      return answer(q);
    }));
  }
  std::vector<metric_request> asked;
  std::vector<shipflow::time_point> asked_at;
  std::function<metric_answer(const metric_request&)> answer = [](const metric_request& q) {
    return counts(q, {0, 100});
  };

  static metric_answer counts(const metric_request& q, const std::vector<double>& values) {
    metric_answer a;
    a.kind = series_kind::delta;
    for (std::size_t i = 0; i < q.series.size(); ++i)
      a.readings.push_back({reading::state::value, values.at(i), ""});
    return a;
  }
  static metric_answer down(std::string why) {
    metric_answer a;
    a.why = std::move(why);
    return a;
  }
};

plan_builder guarded(rig& r, shipflow::json::object spec = {},
                     const std::string& alert = "errors > 5% for 30s") {
  r.world->values = {{"traffic", "1"}};
  plan_builder b;
  b.set("traffic", "traffic", "2").first_traffic = true;
  b.wait("bake", 10min, {"traffic"});
  auto& g = b.trigger("errors", "traffic", "30s");
  g.alert = alert;
  spec["source"] = "numbers";
  spec["ratio"] = {"bad", "all"};
  g.metrics["errors"] = std::move(spec);
  return b;
}

std::string last_reason(const rig& r) {
  for (auto e = r.events.rbegin(); e != r.events.rend(); ++e)
    if (e->what_kind == shipflow::engine_event::kind::sample)
      return std::string(e->body.at("reason").as_string());
  return {};
}

}  // namespace

TEST_CASE("engine/metric: a source is asked for whole slots, in order, after each has ended") {
  rig r;
  numbers n(r);
  auto b = guarded(r);
  REQUIRE(r.finish(r.start(b)));
  REQUIRE(n.asked.size() > 50);
  for (std::size_t i = 0; i < n.asked.size(); ++i) {
    CHECK(n.asked[i].until - n.asked[i].from == 10s);
    CHECK(shipflow::to_ms(n.asked[i].from) % 10'000 == 0);
    CHECK(n.asked_at[i] == n.asked[i].until);
    CHECK(n.asked[i].metric == "errors");
    if (i > 0) CHECK(n.asked[i].from == n.asked[i - 1].until);
  }
}

TEST_CASE("engine/metric: lag delays the question and not the slot, and nothing is promoted meanwhile") {
  rig r;
  numbers n(r);
  auto b = guarded(r, {{"lag", "3m"}});
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  for (std::size_t i = 0; i < n.asked.size(); ++i) CHECK(n.asked_at[i] == n.asked[i].until + 3min);
  for (std::size_t i = 1; i < n.asked.size(); ++i) CHECK(n.asked[i].from == n.asked[i - 1].until);
}

TEST_CASE("engine/metric: a breach behind a lag is found that much later, and rolls back") {
  rig r;
  numbers n(r);
  auto b = guarded(r, {{"lag", "2m"}});
  const auto run = r.start(b);
  const auto bad_from = r.time.now() + 1min;
  n.answer = [&](const metric_request& q) {
    return numbers::counts(q, {q.from >= bad_from ? 50.0 : 0.0, 100});
  };
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  const auto took = r.time.now() - bad_from;
  CHECK(took >= 2min + 30s);
  CHECK(took <= 3min);
}

TEST_CASE("engine/metric: a source that is down, slow or throws has its own budget and is never a breach") {
  rig r;
  numbers n(r);
  auto b = guarded(r);
  std::string why;
  SUBCASE("down") {
    n.answer = [](const metric_request&) { return numbers::down("connection refused"); };
    why = "numbers: connection refused";
  }
  SUBCASE("throws") {
    n.answer = [](const metric_request&) -> metric_answer { throw std::runtime_error("no such table"); };
    why = "numbers: metric source \"numbers\": no such table";
  }
  SUBCASE("too few readings") {
    n.answer = [](const metric_request&) { return metric_answer{}; };
    why = "invalid";
  }
  SUBCASE("and the plan says roll back") {
    b.get().rollback.unavailable_then = "rollback";
    n.answer = [](const metric_request&) { return numbers::down("gone"); };
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "rolled_back");
    return;
  }
  const auto run = r.start(b);
  r.time.run_until([] { return false; }, 2h);
  CHECK(r.phase(run) == "forward");
  CHECK(r.look(run).parked.find("no verdict for 1m") != std::string::npos);
  CHECK(last_reason(r).find(why) != std::string::npos);
}

TEST_CASE("engine/metric: an outage shorter than the budget delays and changes nothing") {
  rig r;
  numbers n(r);
  auto b = guarded(r);
  b.get().rollback.unavailable_after = 5min;
  const auto run = r.start(b);
  const auto out = r.time.now() + 2min;
  n.answer = [&](const metric_request& q) {
    if (q.from >= out && q.from < out + 3min) return numbers::down("connection refused");
    return numbers::counts(q, {0, 100});
  };
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
}

TEST_CASE("engine/metric: an answer after the deadline is too late for its slot and for the next one") {
  rig r;
  struct late final : shipflow::metric_source {
    explicit late(shipflow::scheduler& s) : time(s) {}
    [[nodiscard]] std::vector<std::string> names() const override { return {"numbers"}; }
    void read(metric_request q, std::function<void(metric_answer)> done) override {
      // Every answer is a breach, and comes when the slot has been closed.
      time.call_at(q.deadline + 1ms, [q, done = std::move(done)] { done(numbers::counts(q, {90, 100})); });
    }
    shipflow::scheduler& time;
  };
  (void)r.engine->add(std::make_shared<late>(r.time));
  auto b = guarded(r);
  const auto run = r.start(b);
  r.time.run_until([] { return false; }, 1h);
  CHECK(r.phase(run) == "forward");
  CHECK(last_reason(r).find("metrics: no answer in time") != std::string::npos);
}

TEST_CASE("engine/metric: counters of the host: differences, a restart is no fall, a gap is no zero") {
  rig r;
  numbers n(r);
  auto b = guarded(r);
  const auto run = r.start(b);
  const auto began = r.time.now();
  double all = 5'000, bad = 4'000;
  n.answer = [&](const metric_request& q) {
    const auto slot = (q.until - began) / 10s;
    if (slot == 9) all = bad = 0;                                  // the process was started again
    if (slot == 14 || slot == 15) return numbers::down("asleep");  // and then not asked for a while
    all += 100;
    auto a = numbers::counts(q, {bad, all});
    a.kind = series_kind::counter;
    return a;
  };
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
}

TEST_CASE("engine/metric: secrets are in the question, and in no answer's text") {
  rig r;
  numbers n(r);
  n.answer = [](const metric_request& q) {
    return numbers::down("refused " + std::string(q.spec.at("bearer").as_string()));
  };
  auto b = guarded(r, {{"bearer", "${secret:TOKEN}"}});
  (void)r.start(b);
  r.time.run_until([&] { return !n.asked.empty() && !last_reason(r).empty(); }, 5min);
  REQUIRE(!n.asked.empty());
  CHECK(n.asked.front().spec.at("bearer") == "s3cr3t-value");
  CHECK(last_reason(r).find("refused ***") != std::string::npos);
  for (const auto& e : r.events) CHECK(serialize(to_json(e)).find("s3cr3t") == std::string::npos);
}

TEST_CASE("engine/metric: a secret that cannot be read makes the source unavailable, by name") {
  rig r;
  numbers n(r);
  auto b = guarded(r, {{"bearer", "${secret:OTHER}"}});
  (void)r.start(b);
  r.time.run_until([&] { return !last_reason(r).empty(); }, 5min);
  CHECK(n.asked.empty());
  CHECK(last_reason(r).find("OTHER") != std::string::npos);
}
