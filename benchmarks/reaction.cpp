// From the end of the slot that breaches to the first write of the traffic: time, commits and calls
// to the provider, over a SQLite store. Prints one JSON object.
//
// usage: bench_reaction [directory] [releases]
#include "counting_store.hpp"

#include <shipflow/shipflow.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <stdlib.h>

using namespace shipflow;
using benchmark::counting_store;

namespace {

constexpr duration slot{1'000};

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "bench_reaction: " << why << '\n';
  std::exit(1);
}

time_point wall_now() { return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()); }

// Counters that fail every second request once the traffic is on the new version.
class counters final : public metric_source {
 public:
  bool bad = false;
  time_point breach{};  ///< end of the first slot whose reading showed failures
  std::function<void()> on_breach;
  [[nodiscard]] std::vector<std::string> names() const override { return {"bench"}; }
  void read(metric_request q, std::function<void(metric_answer)> done) override {
    all_ += 1'000;
    if (bad) errors_ += 500;
    if (bad && breach == time_point{}) {
      breach = time_point{slot * (wall_now().time_since_epoch() / slot)};
      on_breach();
    }
    metric_answer a;
    for (const auto& series : q.series)
      a.readings.push_back({reading::state::value, series == "errors" ? errors_ : all_, ""});
    done(std::move(a));
  }

 private:
  double all_ = 0;
  double errors_ = 0;
};

class traffic final : public provider {
 public:
  int calls = 0;
  std::function<void()> on_undo;
  [[nodiscard]] std::string name() const override { return "bench"; }
  [[nodiscard]] std::vector<action_spec> actions() const override {
    action_spec shift;
    shift.name = "shift";
    shift.resources = {"traffic"};
    return {shift};
  }
  void call(request q, reply r) override {
    ++calls;
    if (q.what == verb::undo) on_undo();
    r(answer::done(json::object{{"weight", 100}}));
  }
};

plan guarded_plan() {
  plan p;
  p.name = "reaction";
  p.environment = "bench";
  p.release.version = "1.0.0";
  plan_step shift;
  shift.id = shift.group = shift.title = "shift";
  shift.provider = "bench";
  shift.action = "shift";
  shift.resources = {"traffic"};
  shift.first_traffic = true;
  plan_step bake;
  bake.id = bake.group = bake.title = "bake";
  bake.kind = step_kind::wait;
  bake.lasts = std::chrono::minutes(10);
  bake.needs = {0};
  p.steps = {shift, bake};
  plan_guard g;
  g.id = "errors";
  g.severity = "SEV1";
  g.alert = "errors > 5%";
  g.slot = slot;
  g.metrics = {{"errors", {{"source", "bench"}, {"ratio", {"errors", "all"}}}}};
  p.guards.push_back(std::move(g));
  return p;
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path base = argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
  const int releases = argc > 2 ? std::atoi(argv[2]) : 20;
  auto directory = (base / "shipflow-bench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) give_up("no directory under " + base.string());
  loop clock;
  auto opened = open_sqlite_store({directory + "/store", "", false});
  if (!opened) give_up(opened.error().text());
  const auto counted = std::make_shared<counting_store>(std::move(*opened));
  std::vector<double> times;
  long most_commits = 0;
  int most_calls = 0;
  for (int i = 0; i < releases; ++i) {
    engine works(clock, counted, {});
    const auto source = std::make_shared<counters>();
    const auto target = std::make_shared<traffic>();
    if (!works.add(target) || !works.add(std::shared_ptr<metric_source>(source))) give_up("cannot register");
    long commits = 0;
    int calls = 0;
    source->on_breach = [&] {
      commits = counted->commits;
      calls = target->calls;
    };
    target->on_undo = [&] {
      times.push_back(static_cast<double>((wall_now() - source->breach).count()));
      most_commits = std::max(most_commits, counted->commits - commits);
      most_calls = std::max(most_calls, target->calls - calls);
    };
    const auto run = works.start(guarded_plan(), {"user:bench", {}, "", ""});
    if (!run) give_up(run.error().text());
    // Two good slots, so that the counters have a reading and the guard a pass.
    const auto armed = clock.now();
    clock.run_until([&] { return clock.now() - armed > 3 * slot; });
    source->bad = true;
    clock.run_until([&] { return works.ended(*run); });
    if (works.look(*run)->phase != phase::rolled_back) give_up("a release was not taken back");
  }
  std::sort(times.begin(), times.end());
  std::filesystem::remove_all(directory);
  std::cout << json::serialize(json::object{{"benchmark", "reaction"},
                                            {"releases", releases},
                                            {"slot_ms", slot.count()},
                                            {"slot_end_to_write_ms_median", times[times.size() / 2]},
                                            {"slot_end_to_write_ms_most", times.back()},
                                            {"commits_most", most_commits},
                                            {"provider_calls_most", most_calls}})
            << '\n';
}
