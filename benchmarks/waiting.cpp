// Many runs that wait, in one process: memory, and what the engine does while nothing is due.
// Prints one JSON object.
//
// usage: bench_waiting [directory] [runs]
#include "counting_store.hpp"

#include <shipflow/shipflow.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdlib.h>
#include <unistd.h>

using namespace shipflow;
using benchmark::counting_store;

namespace {

using stop_watch = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "bench_waiting: " << why << '\n';
  std::exit(1);
}

double seconds_since(stop_watch::time_point start) {
  return std::chrono::duration<double>(stop_watch::now() - start).count();
}

double resident_mib() {
  std::ifstream in("/proc/self/statm");
  double pages = 0;
  in >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// An hour's wait, then the end.
plan waiting_plan() {
  plan p;
  p.name = "waiting";
  p.environment = "bench";
  p.release.version = "1.0.0";
  plan_step wait;
  wait.id = wait.group = wait.title = "wait";
  wait.kind = step_kind::wait;
  wait.lasts = std::chrono::hours(1);
  p.steps.push_back(std::move(wait));
  return p;
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path base = argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
  const int runs = argc > 2 ? std::atoi(argv[2]) : 100'000;
  auto directory = (base / "shipflow-bench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) give_up("no directory under " + base.string());
  duration ahead{0};
  loop clock(
      [&ahead] { return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) + ahead; });
  auto opened = open_sqlite_store({directory + "/store", "", false});
  if (!opened) give_up(opened.error().text());
  const auto counted = std::make_shared<counting_store>(std::move(*opened));

  json::object out{{"benchmark", "waiting"}, {"runs", runs}, {"resident_mib_before", resident_mib()}};
  {
    engine works(clock, counted, {});
    const auto what = waiting_plan();
    auto start = stop_watch::now();
    for (int i = 0; i < runs; ++i) {
      if (auto run = works.start(what, {"user:bench", {}, "", ""}); !run) give_up(run.error().text());
      clock.run_ready();
    }
    clock.run_until([&] { return works.loaded() == 0; });
    out["start_seconds"] = seconds_since(start);
    out["commits_per_run"] = static_cast<double>(counted->commits) / runs;
    out["resident_mib"] = resident_mib();

    const auto commits = counted->commits;
    const auto claims = counted->claims;
    const auto reads = counted->reads;
    start = stop_watch::now();
    clock.run_until([&] { return seconds_since(start) > 5; });
    out["while_waiting"] = {{"seconds", seconds_since(start)},
                            {"writes", counted->commits - commits},
                            {"claims", counted->claims - claims},
                            {"reads", counted->reads - reads},
                            {"runs_loaded", works.loaded()}};

    run_filter open;
    open.terminal = false;
    open.limit = 1;
    ahead = std::chrono::hours(2);
    start = stop_watch::now();
    clock.run_until([&] { return works.loaded() == 0 && counted->list_runs(open)->empty(); });
    out["all_due_at_once"] = {{"seconds", seconds_since(start)},
                              {"resident_mib", resident_mib()},
                              {"claims", counted->claims - claims}};
  }
  std::filesystem::remove_all(directory);
  std::cout << json::serialize(out) << '\n';
}
