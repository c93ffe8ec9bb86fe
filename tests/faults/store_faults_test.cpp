// I/O trouble at every single write, sync and read of a store's life.
#include "conformance/printing.hpp"
#include "conformance/temporary_directory.hpp"
#include "faults/fault_vfs.hpp"
#include "faults/scenario.hpp"

#include <filesystem>

using namespace shipflow;
using namespace shipflow::faults;

namespace {

using conformance::temporary_directory;

enum class begins { with_a_new_file, with_a_store };

struct experiment {
  begins from;
  fault kind;
  lasts how;
  int first = 1;  // strikes at the calls first, first + every, ...
  int every = 1;
};

struct totals {
  int lives = 0;
  int struck = 0;
  int unknown = 0;
  int failed = 0;
};

// An empty store, made once: making one takes more writes than all that follows.
const std::string& empty_store() {
  static const temporary_directory directory;
  static const auto path = directory.file("empty");
  static const bool made = bool(open_sqlite_store({path, fault_vfs(), false}));
  REQUIRE(made);
  return path;
}

struct result_of_life {
  record told;
  bool hit = false;
  int calls = 0;
};

result_of_life one_life(const experiment& e, int at) {
  const temporary_directory directory;
  const auto path = directory.file("store");
  if (e.from == begins::with_a_store) std::filesystem::copy_file(empty_store(), path);
  result_of_life r;
  arm(at == 0 ? fault::none : e.kind, at, e.how);
  r.told = live({path, fault_vfs(), {}}, directory.file("image"));
  r.hit = struck();
  r.calls = calls(e.kind);
  check(path, r.told);
  return r;
}

totals at_every_call(const experiment& e) {
  totals t;
  const auto peace = one_life(e, 0);
  CHECK(peace.told.failed == 0);
  CHECK(peace.told.unknown == 0);
  CHECK(peace.told.later == 3);
  REQUIRE(peace.calls > 10);
  for (int at = e.first; at <= peace.calls; at += e.every) {
    INFO("fault ", static_cast<int>(e.kind), " at call ", at, " of ", peace.calls);
    const auto r = one_life(e, at);
    if (r.hit && !r.told.runs.empty()) CHECK(r.told.later == 3);  // after the trouble everything works again
    ++t.lives;
    t.struck += r.hit ? 1 : 0;
    t.unknown += r.told.unknown;
    t.failed += r.told.failed;
  }
  MESSAGE("fault ", static_cast<int>(e.kind), ": lives ", t.lives, ", struck ", t.struck, ", unknown ",
          t.unknown, ", failed ", t.failed);
  CHECK(t.struck > t.lives / 3);
  return t;
}

}  // namespace

TEST_CASE("store/sqlite: a full disk at any write loses nothing and is always a certain failure") {
  // Between the first two every write meets a full disk once, in one way or the other.
  for (const auto& e : {experiment{begins::with_a_store, fault::disk_full, lasts::once, 1, 2},
                        experiment{begins::with_a_store, fault::short_write, lasts::once, 2, 2},
                        experiment{begins::with_a_store, fault::disk_full, lasts::until_disarmed, 5, 11},
                        experiment{begins::with_a_store, fault::short_write, lasts::until_disarmed, 8, 11}}) {
    const auto t = at_every_call(e);
    CHECK(t.unknown == 0);
    CHECK(t.failed > 0);
  }
}

TEST_CASE("store/sqlite: a write that fails though it was carried out may be there or not, but whole") {
  const auto t = at_every_call({begins::with_a_store, fault::write_error, lasts::once, 1, 2});
  CHECK(t.unknown > 0);
}

TEST_CASE("store/sqlite: a failing flush leaves open what became of the commit, and nothing by halves") {
  const auto once = at_every_call({begins::with_a_store, fault::sync_error, lasts::once});
  CHECK(once.unknown > 0);
  const auto lasting = at_every_call({begins::with_a_store, fault::sync_error, lasts::until_disarmed});
  CHECK(lasting.unknown > once.unknown);
}

TEST_CASE("store/sqlite: a failing read is an error of that call only") {
  at_every_call({begins::with_a_store, fault::read_error, lasts::once, 1, 3});
}

TEST_CASE("store/sqlite: trouble while a store is made leaves a file that can be opened") {
  for (const auto kind : {fault::disk_full, fault::write_error})
    at_every_call({begins::with_a_new_file, kind, lasts::until_disarmed, 1, 9});
  at_every_call({begins::with_a_new_file, fault::sync_error, lasts::until_disarmed, 1, 2});
}
