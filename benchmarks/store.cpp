// Durable facts per second through the SQLite store, beside a bare SQLite loop that writes the
// same rows with the same indexes and durability, and beside the flushes the disk can do; and the
// time to reopen a store with a long history. Prints one JSON object.
//
// usage: bench_store [directory] [finished runs]
#include "bare_sqlite.hpp"
#include "flush_rate.hpp"

#include <shipflow/json.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <numeric>
#include <stdlib.h>
#include <thread>
#include <unistd.h>

using namespace shipflow;

namespace {

constexpr int lanes = 64;
// Short rounds in turn: the speed of a shared disk changes from second to second.
constexpr int rounds = 50;
constexpr auto round_time = std::chrono::milliseconds(120);
constexpr int active_runs = 10'000;

using watch_clock = std::chrono::steady_clock;
double seconds_since(watch_clock::time_point start) {
  return std::chrono::duration<double>(watch_clock::now() - start).count();
}

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "bench_store: " << why << '\n';
  std::exit(1);
}

std::string run_id(int i) { return "01J0000000000000000000" + std::to_string(1000 + i); }
const std::string body = "{\"at\":1700000000000,\"attempt\":1,\"body\":{\"text\":\"" + std::string(220, 'x') +
                         "\"},\"kind\":\"outcome\",\"rev\":1,\"step\":\"deploy\"}";
const std::string hash(64, 'a');

run_row a_run(int i) {
  run_row r;
  r.id = run_id(i);
  r.plan_digest = "sha256:" + hash;
  r.plan = "shopflow";
  r.environment = "production";
  r.version = "1.5.0";
  r.principal = "user:ada";
  r.status = run_status::owned;
  r.owner = "engine";
  r.fence = 1;
  return r;
}

std::unique_ptr<store> open_store(const std::string& path) {
  auto opened = open_sqlite_store({path, "", false});
  if (!opened) give_up(opened.error().text());
  return std::move(*opened);
}

void make_lanes(const std::string& path) {
  const auto s = open_store(path);
  for (int i = 0; i < lanes; ++i)
    if (const auto made = s->create_run(a_run(i), {}, {}); !made) give_up(made.error().text());
}

commit_request a_commit(int lane, std::int64_t rev) {
  commit_request c;
  c.run = run_id(lane);
  c.fence = 1;
  c.expected_rev = rev;
  c.facts.push_back({rev + 1, fact_kind::outcome, 1'700'000'000'001 + rev, 1, body, hash});
  c.now_ms = 1'700'000'000'001 + rev;
  return c;
}

// The same rows by the shortest way, in transactions of 64.
class bare_loop {
 public:
  explicit bare_loop(const std::string& path) : db_(path) {}

  double facts_per_second() {
    const auto start = watch_clock::now();
    int facts = 0;
    while (watch_clock::now() - start < round_time) {
      db_.begin();
      for (int lane = 0; lane < lanes; ++lane) db_.write(a_commit(lane, rev_));
      db_.commit();
      ++rev_;
      facts += lanes;
    }
    return facts / seconds_since(start);
  }

 private:
  benchmark::bare_sqlite db_;
  std::int64_t rev_ = 0;
};

// 64 runs with one commit in flight each. As in an engine, the next commit of a run is made by
// another thread than the one that reports the last.
class store_loop {
 public:
  explicit store_loop(store& s) : store_(s) { revs_.fill(0); }

  double facts_per_second(int in_flight) {
    const auto start = watch_clock::now();
    int facts = in_flight;
    for (int lane = 0; lane < in_flight; ++lane) submit(lane);
    std::vector<int> finished;
    while (watch_clock::now() - start < round_time) {
      finished.clear();
      {
        std::unique_lock hold(mutex_);
        wake_.wait(hold, [&] { return !finished_.empty(); });
        finished.swap(finished_);
      }
      facts += static_cast<int>(finished.size());
      for (const int lane : finished) submit(lane);
    }
    drain(in_flight);
    return facts / seconds_since(start);
  }

 private:
  void submit(int lane) {
    store_.commit(a_commit(lane, revs_[static_cast<std::size_t>(lane)]++),
                  [this, lane](const commit_result& r) {
                    if (r.status != commit_status::committed)
                      give_up("a commit was refused: " + r.problem.text());
                    const std::scoped_lock hold(mutex_);
                    finished_.push_back(lane);
                    wake_.notify_one();
                  });
  }
  void drain(int in_flight) {
    std::unique_lock hold(mutex_);
    wake_.wait(hold, [&] { return static_cast<int>(finished_.size()) == in_flight; });
    finished_.clear();
  }

  store& store_;
  std::array<std::int64_t, lanes> revs_{};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<int> finished_;
};

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }
double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

template <class Round>
void warm_up(const std::string& log, Round round) {
  constexpr std::uintmax_t checkpoint_at = 16'000ULL * 4096;
  for (int i = 0; i < 200 && std::filesystem::file_size(log) < checkpoint_at; ++i) round();
  round();
}

json::object throughput(const std::string& directory) {
  make_lanes(directory + "/bare");
  make_lanes(directory + "/store");
  bare_loop bare(directory + "/bare");
  const auto opened = open_store(directory + "/store");
  store_loop through_store(*opened);
  // Until both logs have their full length: a flush costs more while the file grows.
  warm_up(directory + "/bare-wal", [&] { bare.facts_per_second(); });
  warm_up(directory + "/store-wal", [&] { through_store.facts_per_second(lanes); });
  std::vector<double> bare_rates;
  std::vector<double> store_rates;
  std::vector<double> single_rates;
  std::vector<double> flush_rates;
  std::vector<double> ratios;
  for (int i = 0; i < rounds; ++i) {
    flush_rates.push_back(benchmark::flush_rate(directory + "/flush"));
    bare_rates.push_back(bare.facts_per_second());
    store_rates.push_back(through_store.facts_per_second(lanes));
    ratios.push_back(store_rates.back() / bare_rates.back());
    single_rates.push_back(through_store.facts_per_second(1));
  }
  json::object out;
  out["in_flight"] = lanes;
  out["body_bytes"] = body.size();
  out["rounds"] = rounds;
  out["store_facts_per_second"] = sum(store_rates) / rounds;
  out["bare_sqlite_facts_per_second"] = sum(bare_rates) / rounds;
  out["ratio"] = sum(store_rates) / sum(bare_rates);
  out["ratio_quartiles"] = {quantile(ratios, 0.25), quantile(ratios, 0.5), quantile(ratios, 0.75)};
  out["one_in_flight_facts_per_second"] = sum(single_rates) / rounds;
  out["flushes_per_second"] = sum(flush_rates) / rounds;
  return out;
}

// Every tenth of the newest runs is active, and a dead engine owned it; the rest is history.
void fill_history(const std::string& path, int finished) {
  open_store(path).reset();
  sqlite3* db = nullptr;
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK) give_up("cannot open " + path);
  const auto sql =
      "PRAGMA synchronous=OFF; BEGIN;"
      "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM k WHERE i<" +
      std::to_string(finished + active_runs) +
      ")"
      "INSERT INTO run(n, id, external_id, plan_digest, plan, environment, version, principal, status, "
      "due_ms, owner,"
      " fence, rev, created_ms, updated_ms, finished_ms, reason) SELECT i, printf('01J%023d', i), "
      "'build-'||i,"
      " 'sha256:'||hex(zeroblob(32)), 'plan-'||(i%20), 'env-'||(i%5), '1.'||i, 'user:ada',"
      " CASE WHEN active THEN 3 ELSE 10 END, NULL, CASE WHEN active THEN 'dead' ELSE '' END,"
      " 1, 1, i, i, CASE WHEN active THEN 0 ELSE i END, '' FROM (SELECT i, i%10=0 AND i>" +
      std::to_string(finished + active_runs - 10 * active_runs) +
      " AS active FROM k);"
      "INSERT INTO fact(run, rev, kind, at_ms, format, hash, body)"
      " SELECT n, 1, 1, 1, 1, hex(zeroblob(32)), hex(zeroblob(150)) FROM run; COMMIT";
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) give_up(sqlite3_errmsg(db));
  sqlite3_close(db);
}

// Takes the file out of the page cache, as after a restart of the machine.
void forget(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fdatasync(fd) != 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
    give_up("cannot forget " + path);
  close(fd);
}

template <class Call>
double milliseconds(Call call) {
  const auto start = watch_clock::now();
  if (!call()) give_up("a call on the long history failed");
  return seconds_since(start) * 1000;
}

// What a program does before it can work on the first run.
json::object open_and_claim(const std::string& path) {
  json::object out;
  std::unique_ptr<store> s;
  std::size_t freed = 0;
  const auto start = watch_clock::now();
  out["open_ms"] = milliseconds([&] { return bool(s = open_store(path)); });
  out["adopt_ms"] = milliseconds([&] {
    const auto done = s->adopt("engine " + std::to_string(start.time_since_epoch().count()), 5);
    freed = done ? *done : 0;
    return bool(done);
  });
  out["first_claim_of_32_ms"] = milliseconds([&] {
    const auto rows = s->claim("another", 10, 32);
    return rows && rows->size() == 32;
  });
  out["sum_ms"] = seconds_since(start) * 1000;
  out["adopted_runs"] = freed;
  return out;
}

// All active runs are claimed, so that the next opening has to adopt them again.
json::object query(const std::string& path) {
  const auto s = open_store(path);
  json::object out;
  std::size_t claimed = 0;
  out["next_due_ms"] = milliseconds([&] { return bool(s->next_due()); });
  out["list_newest_100_ms"] = milliseconds([&] { return bool(s->list_runs({"env-3", "", {}, 100})); });
  out["list_active_100_ms"] = milliseconds([&] { return bool(s->list_runs({"", "plan-7", false, 100})); });
  out["claim_all_active_ms"] = milliseconds([&] {
    while (true) {
      const auto rows = s->claim("engine", 10, 256);
      if (!rows) return false;
      if (rows->empty()) return true;
      claimed += rows->size();
    }
  });
  out["claimed"] = claimed;
  return out;
}

json::object reopening(const std::string& directory, int finished) {
  const auto path = directory + "/history";
  fill_history(path, finished);
  forget(path);
  json::object out;
  out["active_runs"] = active_runs;
  out["finished_runs"] = finished;
  out["file_bytes"] = std::filesystem::file_size(path);
  out["after_restart_of_the_machine"] = open_and_claim(path);
  out["queries"] = query(path);
  out["after_restart_of_the_process"] = open_and_claim(path);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path base = argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
  auto directory = (base / "shipflow-bench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) give_up("no directory under " + base.string());
  const int finished = argc > 2 ? std::atoi(argv[2]) : 1'000'000;
  json::object out;
  out["benchmark"] = "store";
  out["sqlite"] = sqlite3_libversion();
  out["throughput"] = throughput(directory);
  out["reopening"] = reopening(directory, finished);
  std::filesystem::remove_all(directory);
  std::cout << json::serialize(out) << '\n';
}
