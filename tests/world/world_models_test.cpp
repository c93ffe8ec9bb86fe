// The database and the metric source that rehearsals meet.
#include <shipflow/world_models.hpp>

#include <doctest/doctest.h>

using namespace shipflow;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct database {
  virtual_time time{7};
  std::shared_ptr<world> where = std::make_shared<world>(time);
  std::shared_ptr<world_model> model;

  explicit database(database_model_options options = {})
      : model(make_database_model(where, "shop", std::move(options))) {}

  request question(verb what, const std::string& action, const std::string& key) {
    request q;
    q.what = what;
    q.action = action;
    q.step = action;
    q.effect_key = key;
    q.inputs = {{"to", "0002"}};
    return q;
  }
  answer call(request q) {
    std::optional<answer> got;
    model->call(std::move(q), reply([&](answer a) { got = std::move(a); }));
    REQUIRE(time.run_until([&] { return got.has_value(); }));
    return *got;
  }
  /// Until it is over, which takes `lasts`.
  answer carry_out(request q, duration lasts) {
    const auto a = call(q);
    if (a.kind != answer_kind::started) return a;
    time.run_until([] { return false; }, lasts);
    q.what = verb::settle;
    return call(q);
  }
  answer back_up() { return carry_out(question(verb::apply, "backup", "1234567890"), minutes(5)); }
  json::value schema() { return model->snapshot().at("schema:shop"); }
};

struct numbers {
  virtual_time time{7};
  std::shared_ptr<world> where = std::make_shared<world>(time);
  std::shared_ptr<metric_source> source;

  explicit numbers(metric_model_options options) {
    options.name = "cloudwatch";
    options.rates = {{"all", 10}};
    source = make_metric_model(where, std::move(options));
  }
  metric_request question() {
    metric_request q;
    q.series = {"all", "other"};
    q.from = time.now() - seconds(10);
    q.until = time.now();
    return q;
  }
  metric_answer read() {
    std::optional<metric_answer> got;
    source->read(question(), [&](metric_answer a) { got = std::move(a); });
    REQUIRE(time.run_until([&] { return got.has_value(); }));
    return *got;
  }
  void pass(duration d) {
    time.run_until([] { return false; }, d);
  }
};

}  // namespace

TEST_CASE("world/database: a migration is put back from a backup, which takes its time") {
  database d;
  CHECK(d.schema() == "0001");
  const auto made = d.back_up();
  REQUIRE(made.kind == answer_kind::done);
  CHECK(made.value.at("backup") == "backup-12345678");
  const auto seen = d.call(d.question(verb::observe, "migrate", "k"));
  const auto migrated = d.carry_out(d.question(verb::apply, "migrate", "k"), minutes(1));
  REQUIRE(migrated.kind == answer_kind::done);
  CHECK(migrated.value.at("schema") == "0002");
  CHECK(d.schema() != "0001");
  const auto ready = d.call(d.question(verb::ready, "migrate", "k"));
  REQUIRE(ready.kind == answer_kind::done);
  CHECK(ready.value.at("takes_ms") == 540'000);
  auto undo = d.question(verb::undo, "migrate", "u");
  undo.baseline = seen.value;
  const auto begun = d.time.now();
  CHECK(d.call(undo).kind == answer_kind::started);
  undo.what = verb::settle;
  CHECK(d.call(undo).kind == answer_kind::progress);
  d.time.run_until([] { return false; }, minutes(9));
  CHECK(d.call(undo).kind == answer_kind::done);
  CHECK(d.time.now() - begun >= minutes(9));
  CHECK(d.schema() == "0001");
}

TEST_CASE("world/database: without a good backup nothing is verified, restored or promised") {
  for (const auto* why : {"none", "damaged", "too old"}) {
    CAPTURE(std::string(why));
    database_model_options options;
    options.backups_are_good = why != std::string("damaged");
    options.keeps_backups = hours(12);
    database d(options);
    if (why != std::string("none")) CHECK(d.back_up().kind == answer_kind::done);
    if (why == std::string("too old")) d.time.run_until([] { return false; }, hours(12));
    for (const auto& [what, action] : {std::pair{verb::apply, "verify_backup"},
                                       std::pair{verb::ready, "migrate"}, std::pair{verb::undo, "migrate"}}) {
      const auto a = d.call(d.question(what, action, "k"));
      CHECK(a.kind == answer_kind::failed);
      CHECK(a.problem.code == errc::not_found);
    }
  }
  database d;
  CHECK(d.back_up().kind == answer_kind::done);
  CHECK(d.call(d.question(verb::apply, "verify_backup", "v")).kind == answer_kind::done);
  auto other = d.question(verb::apply, "verify_backup", "w");
  other.inputs["backup"] = "backup-of-last-year";
  CHECK(d.call(other).kind == answer_kind::failed);
}

TEST_CASE("world/database: a migration that breaks half-way leaves neither schema") {
  database d;
  CHECK(d.back_up().kind == answer_kind::done);
  const auto q = d.question(verb::apply, "migrate", "k");
  CHECK(d.call(q).kind == answer_kind::started);
  CHECK(d.model->disturb(disturbance::fail_half_way, q));
  CHECK(d.call(d.question(verb::settle, "migrate", "k")).kind == answer_kind::failed);
  CHECK(d.schema() == json::value({{"half", "migrate"}}));
}

TEST_CASE("world/metrics: readings are as old as the lag, and the source says so") {
  metric_model_options options;
  options.lag = minutes(2);
  numbers n(options);
  CHECK(n.source->lag({}) == minutes(2));
  n.pass(minutes(3));
  const auto a = n.read();
  REQUIRE(a.readings.size() == 2);
  CHECK(a.readings[0].what == reading::state::value);
  CHECK(a.readings[0].number == 600);
  CHECK(a.readings[1].what == reading::state::missing);
}

TEST_CASE("world/metrics: in a gap numbers are missing, in an outage the source is away") {
  metric_model_options options;
  options.gaps = {{minutes(1), minutes(2)}};
  options.outages = {{minutes(5), minutes(6)}};
  numbers n(options);
  CHECK(n.source->steady_until(n.question()) == virtual_time::default_begin + minutes(1));
  n.pass(seconds(90));
  CHECK(n.read().readings.at(0).what == reading::state::missing);
  CHECK_FALSE(n.source->steady_until(n.question()).has_value());
  n.pass(minutes(1));
  CHECK(n.read().readings.at(0).what == reading::state::value);
  CHECK(n.source->steady_until(n.question()) == virtual_time::default_begin + minutes(5));
  n.pass(minutes(3));
  CHECK(n.read().why == "cloudwatch is away");
  n.pass(minutes(2));
  CHECK(n.read().why.empty());
  CHECK(n.source->steady_until(n.question()) == time_point::max());
}
