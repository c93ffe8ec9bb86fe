#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"
#include "conformance/temporary_directory.hpp"

#include <sqlite3.h>

#include <fstream>
#include <iterator>
#include <map>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace shipflow;
using conformance::temporary_directory;

namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

mode_t mode_of(const std::string& path) {
  struct stat about {};
  REQUIRE(stat(path.c_str(), &about) == 0);
  return about.st_mode & 0777U;
}

void sql(const std::string& path, const char* text) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db, text, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

void make_store(const std::string& path) {
  const auto s = open_sqlite_store({path, "", false});
  REQUIRE(s);
  REQUIRE((*s)->create_run(conformance::a_run("r1"), conformance::first_facts("r1", 200), {"env"}));
}

struct umask_for_a_while {
  explicit umask_for_a_while(mode_t m) : before(umask(m)) {}
  ~umask_for_a_while() { umask(before); }
  mode_t before;
};

}  // namespace

TEST_CASE("store/sqlite: what was written is there after closing and opening again") {
  const temporary_directory directory;
  const auto path = directory.file("store");
  make_store(path);
  const auto s = open_sqlite_store({path, "", false});
  REQUIRE(s);
  CHECK((*s)->get_run("r1")->rev == 200);
  CHECK(conformance::chain_is_whole("r1", *(*s)->read_facts("r1")));
  CHECK((*s)->locks()->size() == 1);
}

TEST_CASE("store/sqlite: the settings that durability rests on are read back and reported") {
  const temporary_directory directory;
  const auto s = open_sqlite_store({directory.file("store"), "", false});
  REQUIRE(s);
  const auto about = (*s)->info();
  std::map<std::string, std::string> settings(about.settings.begin(), about.settings.end());
  CHECK(settings["journal_mode"] == "wal");
  CHECK(settings["synchronous"] == "2");
  CHECK(settings["mmap_size"] == "0");
  CHECK(settings["busy_timeout"] == "5000");
  CHECK(settings["wal_autocheckpoint"] == "16000");
  CHECK(settings["foreign_keys"] == "0");
  CHECK(settings["sqlite"] == sqlite3_libversion());
  CHECK(about.kind == "sqlite");
  CHECK(about.durable);
  CHECK(about.schema_version == 2);
  CHECK(about.uuid.size() == 32);
}

TEST_CASE("store/sqlite: the id of a store is its own and stays") {
  const temporary_directory directory;
  const auto uuid = [&](const char* name) {
    return (*open_sqlite_store({directory.file(name), "", false}))->info().uuid;
  };
  const auto first = uuid("a");
  CHECK(uuid("a") == first);
  CHECK(uuid("b") != first);
}

TEST_CASE("store/sqlite: its files are private whatever the umask") {
  for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
    const temporary_directory directory;
    const auto path = directory.file("store");
    const umask_for_a_while set(mask);
    const auto s = open_sqlite_store({path, "", false});
    REQUIRE(s);
    REQUIRE((*s)->put_plan("sha256:aa", "plan"));
    for (const auto* suffix : {"", "-wal", "-shm", ".lock"}) {
      INFO(suffix);
      CHECK(mode_of(path + suffix) == 0600);
    }
  }
}

TEST_CASE("store/sqlite: what an existing file grants to others is taken away") {
  const temporary_directory directory;
  const auto path = directory.file("store");
  make_store(path);
  REQUIRE(chmod(path.c_str(), 0644) == 0);
  const auto s = open_sqlite_store({path, "", false});
  REQUIRE(s);
  REQUIRE((*s)->put_plan("sha256:aa", "plan"));
  for (const auto* suffix : {"", "-wal", "-shm"}) CHECK(mode_of(path + suffix) == 0600);
}

TEST_CASE("store/sqlite: two stores on one file, also through a link, are refused") {
  const temporary_directory directory;
  const auto path = directory.file("store");
  auto s = open_sqlite_store({path, "", false});
  REQUIRE(s);
  REQUIRE(symlink(path.c_str(), directory.file("other").c_str()) == 0);
  for (const auto& name : {path, directory.file("other"), directory.file("./store")}) {
    const auto second = open_sqlite_store({name, "", false});
    REQUIRE_FALSE(second);
    CHECK(second.error().code == errc::conflict);
    CHECK(second.error().message.find("process " + std::to_string(getpid())) != std::string::npos);
  }
  s->reset();
  CHECK(open_sqlite_store({directory.file("other"), "", false}));
}

TEST_CASE("store/sqlite: a store of a newer version is refused and left as it was") {
  const temporary_directory directory;
  const auto path = directory.file("store");
  make_store(path);
  sql(path, "UPDATE meta SET value='7' WHERE key IN ('schema_version', 'min_writer')");
  const auto before = bytes_of(path);
  const auto refused = open_sqlite_store({path, "", false});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::newer_version);
  CHECK(refused.error().message.find("schema 7") != std::string::npos);
  CHECK(bytes_of(path) == before);
  CHECK(open_sqlite_store({path, "", true}));  // it says older programs may read
  sql(path, "UPDATE meta SET value='7' WHERE key='min_reader'");
  const auto unread = open_sqlite_store({path, "", true});
  REQUIRE_FALSE(unread);
  CHECK(unread.error().code == errc::newer_version);
  sql(path, "UPDATE meta SET value='1' WHERE key LIKE 'min%'");
  const auto newer = open_sqlite_store({path, "", false});  // newer, but it says we may write
  REQUIRE(newer);
  CHECK((*newer)->info().schema_version == 7);
}

TEST_CASE("store/sqlite: a store of version 1 is read as it is and gets messages from its first writer") {
  const temporary_directory directory;
  const auto path = directory.file("store");
  make_store(path);
  sql(path,
      "DROP TABLE message; UPDATE meta SET value='1' WHERE key IN ('schema_version', 'min_reader', "
      "'min_writer')");
  {
    const auto looked = open_sqlite_store({path, "", true});
    REQUIRE(looked);
    CHECK((*looked)->info().schema_version == 1);
    CHECK((*looked)->read_messages("any").value().empty());
    CHECK(!(*looked)->next_message().value());
    CHECK((*looked)->settle_message({}).error().code == errc::denied);
  }
  const auto written = open_sqlite_store({path, "", false});
  REQUIRE(written);
  CHECK((*written)->info().schema_version == 2);
  CHECK((*written)->take_messages(1, 2, 3).value().empty());
}

TEST_CASE("store/sqlite: a log left by a newer version is not moved into the file") {
  const temporary_directory directory;
  const auto path = directory.file("store");
  make_store(path);
  sqlite3* db = nullptr;  // still open: its log stays
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "UPDATE meta SET value='7'  WHERE key='min_writer'", nullptr, nullptr, nullptr) ==
          SQLITE_OK);
  const auto before = bytes_of(path) + bytes_of(path + "-wal");
  CHECK(open_sqlite_store({path, "", false}).error().code == errc::newer_version);
  CHECK(bytes_of(path) + bytes_of(path + "-wal") == before);
  sqlite3_close(db);
}

TEST_CASE("store/sqlite: what is not a store is refused and left as it was") {
  const temporary_directory directory;
  const auto path = directory.file("store");
  make_store(path);
  const auto good = bytes_of(path);
  auto torn = good;
  torn.replace(0, 16, "this is not SQL!");
  const std::map<std::string, std::string> files{
      {"text", "hello, I am a plan document\n" + std::string(5000, 'x')},
      {"header", torn},
      {"cut", good.substr(0, 700)},
  };
  for (const auto& [name, bytes] : files) {
    INFO(name);
    write_bytes(directory.file(name), bytes);
    const auto refused = open_sqlite_store({directory.file(name), "", false});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::corrupt);
    CHECK(refused.error().message.find(directory.file(name)) != std::string::npos);
    CHECK(bytes_of(directory.file(name)) == bytes);
  }
  sql(directory.file("foreign"), "CREATE TABLE customers(id)");
  CHECK(open_sqlite_store({directory.file("foreign"), "", false}).error().code == errc::corrupt);
}

TEST_CASE("store/sqlite: damage inside a store is an error or absent data, never a crash") {
  const temporary_directory directory;
  const auto path = directory.file("store");
  make_store(path);
  const auto good = bytes_of(path);
  for (std::size_t at = 100; at < good.size(); at += 1511) {
    const auto damaged = directory.file("damaged");
    auto bytes = good;
    bytes.replace(at, std::min<std::size_t>(600, bytes.size() - at),
                  std::min<std::size_t>(600, bytes.size() - at), '\xa5');
    for (const auto* suffix : {"-wal", "-shm"}) unlink((damaged + suffix).c_str());
    write_bytes(damaged, bytes);
    const auto s = open_sqlite_store({damaged, "", false});
    if (!s) continue;
    const auto facts = (*s)->read_facts("r1");
    if (facts) CHECK(facts->size() <= 200);
    (void)(*s)->list_runs({});
    (void)(*s)->claim("engine-1", 10, 10);
    (void)(*s)->create_run(conformance::a_run("r2"), conformance::first_facts("r2"), {"other"});
    (void)(*s)->purge(1, 1);
  }
}

TEST_CASE("store/sqlite: paths that cannot be a store are errors that name them") {
  const temporary_directory directory;
  CHECK(open_sqlite_store({"", "", false}).error().code == errc::invalid_argument);
  CHECK(open_sqlite_store({directory.file("no/such/store"), "", false}).error().code == errc::io);
  CHECK(open_sqlite_store({directory.file("missing"), "", true}).error().code == errc::io);
  REQUIRE(std::filesystem::create_directory(directory.file("inside")));
  CHECK(open_sqlite_store({directory.file("inside"), "", false}).error().code == errc::invalid_argument);
  CHECK_FALSE(std::filesystem::exists(directory.file("inside.lock")));
  CHECK(open_sqlite_store({directory.file("store"), "no such vfs", false}).error().code ==
        errc::invalid_argument);
}

TEST_CASE("store/sqlite: a store opened to read sees what its writer commits and refuses changes") {
  const temporary_directory directory;
  const auto path = directory.file("store");
  make_store(path);
  const auto writer = open_sqlite_store({path, "", false});
  const auto looking = open_sqlite_store({path, "", true});
  REQUIRE(writer);
  REQUIRE(looking);
  CHECK((*looking)->get_run("r1"));
  REQUIRE((*writer)->create_run(conformance::a_run("r2"), {}, {}));
  CHECK((*looking)->get_run("r2"));
  CHECK((*looking)->put_plan("sha256:aa", "x").error().code == errc::denied);
  CHECK((*looking)->claim("engine", 1, 1).error().code == errc::denied);
  CHECK((*looking)->purge(1, {}).error().code == errc::denied);
  const auto refused =
      conformance::commit_now(**looking, conformance::next_commit(*(*looking)->get_run("r1")));
  CHECK(refused.status == commit_status::failed);
  CHECK(refused.problem.code == errc::denied);
}

TEST_CASE("store/sqlite: an operation that breaks the tables fails alone, not with its batch") {
  const temporary_directory directory;
  const auto path = directory.file("store");
  make_store(path);
  // The journal is ahead of the row: as after a second writer that went round the lock.
  sql(path, "INSERT INTO fact(run, rev, kind, at_ms, format, hash, body) VALUES (1, 201, 1, 1, 1, '', '')");
  const auto s = open_sqlite_store({path, "", false});
  REQUIRE(s);
  REQUIRE((*s)->create_run(conformance::a_run("r2"), {}, {}));
  std::vector<std::promise<commit_result>> answers(20);
  auto good = *(*s)->claim_run("engine", "r2", 1);
  const auto bad = *(*s)->claim_run("engine", "r1", 1);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto change = i % 4 == 3 ? conformance::next_commit(bad) : conformance::next_commit(good);
    if (i % 4 != 3) ++good.rev;
    (*s)->commit(change, [&answers, i](commit_result r) { answers[i].set_value(std::move(r)); });
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto done = answers[i].get_future().get();
    CHECK(done.status == (i % 4 == 3 ? commit_status::failed : commit_status::committed));
    if (i % 4 == 3) CHECK(done.problem.code == errc::corrupt);
  }
  CHECK((*s)->get_run("r1")->rev == 200);
  CHECK((*s)->read_facts("r2")->size() == 15);
}

TEST_CASE("store/sqlite: many threads read and write at once") {
  const temporary_directory directory;
  const auto s = open_sqlite_store({directory.file("store"), "", false});
  REQUIRE(s);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      const auto id = "run-" + std::to_string(t);
      bool fine = bool((*s)->create_run(conformance::a_run(id), conformance::first_facts(id), {id}));
      auto row = *(*s)->claim_run("engine", id, 1);
      for (int i = 0; i < 50; ++i) {
        fine = fine &&
               conformance::commit_now(**s, conformance::next_commit(row)).status == commit_status::committed;
        ++row.rev;
        fine = fine && (*s)->get_run(id)->rev == row.rev;
        fine = fine && (*s)->put_signal({id + std::to_string(i), id, "note", "me", 1, "{}"});
        fine = fine && (*s)->unused_signals(id)->size() == static_cast<std::size_t>(i) + 1;
        fine = fine && bool((*s)->list_runs({})) && bool((*s)->next_due());
      }
      CHECK(fine);
    });
  for (auto& t : threads) t.join();
  for (const auto& row : *(*s)->list_runs({})) CHECK(row.rev == 51);
}

TEST_CASE("store/sqlite: closing completes what was committed") {
  const temporary_directory directory;
  int completed = 0;
  {
    const auto s = open_sqlite_store({directory.file("store"), "", false});
    REQUIRE(s);
    REQUIRE((*s)->create_run(conformance::a_run("r1"), {}, {}));
    auto row = *(*s)->claim_run("engine", "r1", 1);
    for (int i = 0; i < 1000; ++i) {
      (*s)->commit(conformance::next_commit(row), [&](const commit_result& r) {
        if (r.status == commit_status::committed && (*s)->get_run("r1")) ++completed;
      });
      ++row.rev;
    }
  }
  CHECK(completed == 1000);
}
