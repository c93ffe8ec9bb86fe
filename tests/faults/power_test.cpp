// The power fails at every flush of a store's life, and the disk keeps what it likes of the rest.
#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"
#include "conformance/temporary_directory.hpp"
#include "faults/fault_vfs.hpp"
#include "faults/lying_disk.hpp"
#include "faults/scenario.hpp"

#include <shipflow/engine.hpp>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <random>
#include <sstream>

using namespace shipflow;
using namespace shipflow::faults;

namespace {

using conformance::temporary_directory;

struct totals {
  int flushes = 0;
  int images = 0;
  std::vector<std::string> problems;  // the first few
};

// More of the same with SHIPFLOW_POWER_SEEDS, for long runs.
std::uint64_t seeds(std::uint64_t usual) {
  const char* wanted = std::getenv("SHIPFLOW_POWER_SEEDS");
  return wanted == nullptr ? usual : std::strtoull(wanted, nullptr, 10);
}

// Makes images at every flush, in every way, and asks `judge` about each.
class failing_power {
 public:
  using judge = std::function<std::vector<std::string>(const std::string& path)>;

  failing_power(std::uint64_t seed, judge asked) : seed_(seed), numbers_(seed), judge_(std::move(asked)) {}

  void fail_now(totals& t) {
    ++t.flushes;
    for (int how = 0; how < losses; ++how) {
      const power_failure failure{static_cast<loss>(how), numbers_() % 2 == 0 ? 512U : 4096U};
      put(fail_power(failure, numbers_), image_);
      ++t.images;
      for (const auto& problem : judge_(image_)) {
        if (t.problems.size() < 5)
          t.problems.push_back("seed " + std::to_string(seed_) + ", flush " + std::to_string(t.flushes) +
                               ", loss " + std::to_string(how) + ", sector " +
                               std::to_string(failure.sector) + ": " + problem);
      }
    }
  }

 private:
  std::uint64_t seed_;
  std::mt19937_64 numbers_;
  judge judge_;
  temporary_directory directory_;
  std::string image_ = directory_.file("image");
};

// A flush happens on the store's thread while the life goes on: it sees what was said by then.
class heard {
 public:
  void set(const record& r) {
    const std::scoped_lock hold(guard_);
    said_ = r;
  }
  record get() {
    const std::scoped_lock hold(guard_);
    return said_;
  }

 private:
  std::mutex guard_;
  record said_;
};

enum class disk_that { flushes, lies };

void one_life(std::uint64_t seed, disk_that kind, totals& t) {
  const temporary_directory directory;
  const auto path = directory.file("store");
  heard said;
  failing_power power(seed, [&](const std::string& at) { return complaints(at, said.get()); });
  follow(path, [&] { power.fail_now(t); });
  keep_nothing(kind == disk_that::lies);
  const auto told = live({path, lying_vfs(), [&](const record& r) { said.set(r); }}, "");
  CHECK(told.failed == 0);
  CHECK(told.unknown == 0);
  unfollow();
}

// ---- runs that can be folded --------------------------------------------------------------------

json::object load(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return parse_json(text.str(), 128).value().as_object();
}

std::vector<stored_fact> facts_of(const json::object& journal) {
  std::vector<stored_fact> facts;
  for (const auto& f : journal.at("facts").as_array())
    facts.push_back({f.at("rev").as_int64(), static_cast<fact_kind>(f.at("kind").as_int64()),
                     f.at("at_ms").as_int64(), static_cast<int>(f.at("format").as_int64()),
                     std::string(f.at("body").as_string()), std::string(f.at("hash").as_string())});
  return facts;
}

struct acknowledged_run {
  std::string id;
  std::atomic<std::int64_t> rev{0};  // acknowledged
  std::int64_t asked = 0;            // of the commit under way
};

std::vector<std::string> fold(const std::string& path, const acknowledged_run& known) {
  const auto opened = open_sqlite_store({path, fault_vfs(), false});
  if (!opened) return {"it does not open: " + opened.error().text()};
  const auto row = (*opened)->get_run(known.id);
  if (!row) return known.rev == 0 ? std::vector<std::string>{} : std::vector<std::string>{"the run is lost"};
  std::vector<std::string> found;
  const auto state = load_run(**opened, known.id);
  if (!state) found.push_back("it does not fold: " + state.error().text());
  if (const auto audit = verify_audit(**opened, known.id); !audit) found.push_back(audit.error().text());
  if (row->rev < known.rev) found.emplace_back("acknowledged facts are lost");
  if (row->rev != known.rev && row->rev != known.asked) found.emplace_back("half a commit is there");
  if (state && state->rev != row->rev) found.emplace_back("row and facts differ");
  return found;
}

// Commits the facts of a journal as an engine would, a few at a time.
void write_journal(store& s, const json::object& journal, std::mt19937_64& numbers, acknowledged_run& known) {
  const auto facts = facts_of(journal);
  run_row row;
  row.id = known.id;
  row.plan_digest = std::string(journal.at("plan_digest").as_string());
  row.status = run_status::owned;
  row.owner = "engine-1";
  row.fence = 1;
  REQUIRE(s.put_plan(row.plan_digest, std::string(journal.at("plan").as_string())));
  known.asked = 1;
  REQUIRE(s.create_run(row, {facts.front()}, {}));
  known.rev = 1;
  while (known.rev < static_cast<std::int64_t>(facts.size())) {
    commit_request change;
    change.run = row.id;
    change.fence = 1;
    change.expected_rev = known.rev;
    const auto last = std::min(facts.size(), static_cast<std::size_t>(known.rev) + 1 + numbers() % 3);
    change.facts.assign(facts.begin() + known.rev, facts.begin() + static_cast<std::ptrdiff_t>(last));
    known.asked = static_cast<std::int64_t>(last);
    const auto done = conformance::commit_now(s, change);
    REQUIRE(done.status == commit_status::committed);
    known.rev = done.rev;
  }
}

}  // namespace

TEST_CASE("store/sqlite: whatever a power failure leaves opens, whole and with all that was acknowledged") {
  totals t;
  for (std::uint64_t seed = 1; seed <= seeds(6); ++seed) one_life(seed, disk_that::flushes, t);
  MESSAGE("seeds 1 to ", seeds(6), ": flushes ", t.flushes, ", images ", t.images);
  CHECK(t.images > 1'500);
  for (const auto& problem : t.problems) FAIL_CHECK(problem);
}

TEST_CASE("store/sqlite: the check finds a disk that keeps nothing of what it is told to flush") {
  totals t;
  one_life(1, disk_that::lies, t);
  CHECK_FALSE(t.problems.empty());
}

TEST_CASE("store/sqlite: after a power failure at any flush a run folds to what its engine was told") {
  totals t;
  for (const auto* name : {"forward", "released", "rolled_back"}) {
    const auto journal =
        load(std::string(SHIPFLOW_SOURCE_DIR "/tests/engine/journals/format1-") + name + ".json");
    for (std::uint64_t seed = 1; seed <= seeds(2); ++seed) {
      const temporary_directory directory;
      const auto path = directory.file("store");
      acknowledged_run known;
      known.id = std::string(journal.at("run").as_string());
      std::mt19937_64 numbers(seed);
      failing_power power(seed, [&](const std::string& at) { return fold(at, known); });
      follow(path, [&] { power.fail_now(t); });
      {
        const auto opened = open_sqlite_store({path, lying_vfs(), false});
        REQUIRE(opened);
        write_journal(**opened, journal, numbers, known);
      }
      unfollow();
    }
  }
  MESSAGE("seeds 1 to ", seeds(2), ", three journals: flushes ", t.flushes, ", images ", t.images);
  CHECK(t.images > 500);
  for (const auto& problem : t.problems) FAIL_CHECK(problem);
}
