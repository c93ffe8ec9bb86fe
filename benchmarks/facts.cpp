// Durable facts per second through the engine, beside a bare SQLite loop that writes the very rows the
// engine wrote, with the same indexes and durability, and beside the flushes the disk can do. 64 runs
// at once, each a chain of steps whose provider answers at once. Prints one JSON object.
//
// usage: bench_facts [directory] [rounds]
#include "bare_sqlite.hpp"
#include "counting_store.hpp"
#include "flush_rate.hpp"

#include <shipflow/shipflow.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <stdlib.h>

using namespace shipflow;

namespace {

constexpr int lanes = 64;
constexpr int steps = 40;

using stop_watch = std::chrono::steady_clock;
double seconds_since(stop_watch::time_point start) {
  return std::chrono::duration<double>(stop_watch::now() - start).count();
}

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "bench_facts: " << why << '\n';
  std::exit(1);
}

class instant final : public provider {
 public:
  [[nodiscard]] std::string name() const override { return "bench"; }
  [[nodiscard]] std::vector<action_spec> actions() const override {
    action_spec act;
    act.name = "act";
    return {act};
  }
  void call(request, reply r) override { r(answer::done(json::object{{"weight", 100}})); }
};

plan chain() {
  plan p;
  p.name = "chain";
  p.environment = "bench";
  p.release.version = "1.0.0";
  for (unsigned i = 0; i < steps; ++i) {
    plan_step s;
    s.id = s.group = s.title = "step" + std::to_string(i);
    s.provider = "bench";
    s.action = "act";
    if (i > 0) s.needs = {i - 1};
    p.steps.push_back(std::move(s));
  }
  return p;
}

// Keeps what the engine writes, for the peer.
class recording_store final : public benchmark::counting_store {
 public:
  using counting_store::counting_store;
  std::vector<run_row> created;
  std::vector<std::vector<stored_fact>> first_facts;
  std::vector<commit_request> written;

  result<void> create_run(const run_row& r, const std::vector<stored_fact>& f,
                          const std::vector<std::string>& a, const std::vector<stored_message>& m) override {
    created.push_back(r);
    first_facts.push_back(f);
    return counting_store::create_run(r, f, a, m);
  }
  void commit(commit_request c, std::function<void(commit_result)> done) override {
    written.push_back(c);
    counting_store::commit(std::move(c), std::move(done));
  }
};

struct round {
  double engine = 0;  ///< facts per second
  double bare = 0;
  double flushes = 0;
  double commits_per_step = 0;
  double facts_per_commit = 0;
};

std::unique_ptr<store> open_store(const std::string& path) {
  auto opened = open_sqlite_store({path, "", false});
  if (!opened) give_up(opened.error().text());
  return std::move(*opened);
}

std::size_t facts_in(const std::vector<commit_request>& written) {
  std::size_t n = 0;
  for (const auto& c : written) n += c.facts.size();
  return n;
}

double through_engine(loop& clock, const std::shared_ptr<recording_store>& keep, const plan& what) {
  engine works(clock, keep, {});
  works.add(std::make_shared<instant>()).value();
  for (int i = 0; i < lanes; ++i)
    if (auto run = works.start(what, {"user:bench", {}, "", ""}); !run) give_up(run.error().text());
  // A start waits for its own flush; what is measured here is the work of runs under way.
  const auto start = stop_watch::now();
  clock.run_until([&] { return works.loaded() == 0; });
  return static_cast<double>(facts_in(keep->written)) / seconds_since(start);
}

// The rows exist before the clock starts, as those of the engine's runs do in a longer life.
double through_bare(const std::string& path, const recording_store& kept) {
  {
    const auto s = open_store(path);
    for (std::size_t i = 0; i < kept.created.size(); ++i) {
      auto row = kept.created[i];
      row.fence = kept.written[0].fence;
      if (!s->create_run(row, kept.first_facts[i], {})) give_up("a row could not be made");
    }
  }
  benchmark::bare_sqlite db(path);
  const auto start = stop_watch::now();
  for (std::size_t i = 0; i < kept.written.size(); ++i) {
    if (i % lanes == 0) db.begin();
    db.write(kept.written[i]);
    if (i % lanes == lanes - 1 || i + 1 == kept.written.size()) db.commit();
  }
  return static_cast<double>(facts_in(kept.written)) / seconds_since(start);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path base = argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 20;
  auto directory = (base / "shipflow-bench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) give_up("no directory under " + base.string());
  const auto what = chain();
  loop clock;
  const std::shared_ptr<store> file = open_store(directory + "/engine");
  std::vector<double> engine_rates;
  std::vector<double> bare_rates;
  std::vector<double> ratios;
  std::vector<double> flushes;
  double commits_per_step = 0;
  double facts_per_commit = 0;
  // The first rounds let both logs grow to their full length and are not counted.
  for (int i = -3; i < rounds; ++i) {
    const auto kept = std::make_shared<recording_store>(file);
    const auto by_engine = through_engine(clock, kept, what);
    const auto by_bare = through_bare(directory + "/bare", *kept);
    if (i < 0) continue;
    engine_rates.push_back(by_engine);
    bare_rates.push_back(by_bare);
    ratios.push_back(by_engine / by_bare);
    flushes.push_back(benchmark::flush_rate(directory + "/flush"));
    commits_per_step = static_cast<double>(kept->written.size()) / (lanes * steps);
    facts_per_commit =
        static_cast<double>(facts_in(kept->written)) / static_cast<double>(kept->written.size());
  }
  std::filesystem::remove_all(directory);
  std::cout << json::serialize(json::object{{"benchmark", "facts"},
                                            {"runs_at_once", lanes},
                                            {"steps", steps},
                                            {"rounds", rounds},
                                            {"engine_facts_per_second", median(engine_rates)},
                                            {"bare_sqlite_facts_per_second", median(bare_rates)},
                                            {"ratio", median(ratios)},
                                            {"commits_per_step", commits_per_step},
                                            {"facts_per_commit", facts_per_commit},
                                            {"flushes_per_second", median(flushes)}})
            << '\n';
}
