#include "faults/scenario.hpp"

#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"
#include "faults/fault_vfs.hpp"

#include <sqlite3.h>

#include <filesystem>

namespace shipflow::faults {
namespace {

namespace fs = std::filesystem;

std::string signal_id(const std::string& run, std::int64_t rev) {
  return "signal-" + run + "-" + std::to_string(rev);
}
std::string lock_name(const std::string& run, std::int64_t rev) { return run + " at " + std::to_string(rev); }

void copy_files(const std::string& from, const std::string& to) {
  for (const auto* suffix : {"", "-wal"}) {
    std::error_code ignored;
    fs::remove(to + suffix, ignored);
    fs::copy_file(from + suffix, to + suffix, ignored);
  }
}

class life {
 public:
  life(store& s, place where, std::string image, record& r)
      : store_(s), where_(std::move(where)), image_(std::move(image)), record_(r) {}

  void whole() {
    record_.plan = bool(store_.put_plan("sha256:aa", std::string(9000, 'p')));
    for (const auto* run : {"r1", "r2", "r3"}) create(run);
    for (int i = 0; i < 3; ++i)
      for (const auto* run : {"r1", "r2"}) commit(run, i == 1 ? 9000 : 300);
    together();
    checkpoint();
    (void)store_.adopt("engine-2", 50);
    commit("r1", 300);
    (void)store_.purge(1, {});
    disarm();
    for (const auto* run : {"r1", "r2", "r3"}) {
      create(run);
      const auto before = record_.runs[run].acknowledged.size();
      commit(run, 300);
      if (record_.runs[run].acknowledged.size() > before) ++record_.later;
    }
    take_image();
  }

 private:
  void create(const std::string& run) {
    auto& known = record_.runs[run];
    if (known.created != 0) return;
    const auto facts = conformance::first_facts(run, 2);
    const auto done = store_.create_run(conformance::a_run(run), facts, {lock_name(run, 2)});
    const bool there = done || done.error().code == errc::already_exists;  // an unclear attempt before
    if (!there) return count(done.error());
    known.created = 1;
    known.acknowledged[2] = facts.back().hash;
    tell();
  }

  void tell() const {
    if (where_.told) where_.told(record_);
  }

  void count(const error& problem) {
    ++(problem.code == errc::unknown_outcome ? record_.unknown : record_.failed);
  }

  // The holder's next commit: two facts, the next lock for the last one, a signal used up.
  commit_request next(const run_row& row, std::size_t size) {
    const auto last = store_.read_facts(row.id, row.rev - 1);
    auto change = conformance::next_commit(row, 0);
    const auto text = std::string(size, 'x') + std::to_string(++attempts_);
    change.facts =
        conformance::facts_after(row.id, row.rev, last && !last->empty() ? last->back().hash : "?", 2, text);
    change.acquire = {lock_name(row.id, row.rev + 2)};
    change.release_locks = {lock_name(row.id, row.rev)};
    change.used_signals = {signal_id(row.id, row.rev + 2)};
    change.samples = {{"errors", row.rev, std::string(700, 's')}};
    return change;
  }

  void note(const commit_request& change, const commit_result& done) {
    auto& known = record_.runs[change.run];
    const auto& hash = change.facts.back().hash;
    if (done.status == commit_status::committed) {
      known.acknowledged[done.rev] = hash;
      tell();
    }
    if (done.status == commit_status::unknown) ++record_.unknown;
    if (done.status != commit_status::failed) return;
    ++record_.failed;
    known.refused.insert(hash);
  }

  result<commit_request> prepare(const std::string& run, std::size_t size) {
    const auto row = store_.claim_run("engine-1", run, 10);
    if (!row) return row.error();
    if (store_.put_signal({signal_id(run, row->rev + 2), run, "approve", "user:bob", 1, "{}"})) {
      record_.runs[run].signals.insert(row->rev + 2);
      tell();
    }
    const auto facts = store_.read_facts(run, row->rev - 1);
    if (!facts) return facts.error();
    return next(*row, size);
  }

  void commit(const std::string& run, std::size_t size) {
    const auto change = prepare(run, size);
    if (!change) return;
    note(*change, conformance::commit_now(store_, *change));
    if (record_.failed == 1 && !imaged_) take_image();
  }

  // Three commits that may share one transaction.
  void together() {
    std::vector<commit_request> changes;
    for (const auto* run : {"r1", "r2", "r3"})
      if (auto change = prepare(run, 300)) changes.push_back(std::move(*change));
    std::vector<std::promise<commit_result>> answers(changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i)
      store_.commit(changes[i], [&answers, i](commit_result r) { answers[i].set_value(std::move(r)); });
    for (std::size_t i = 0; i < changes.size(); ++i) note(changes[i], answers[i].get_future().get());
  }

  // Moves the log into the file, so that the next commits write it from its start.
  void checkpoint() {
    sqlite3* db = nullptr;
    if (sqlite3_open_v2(where_.path.c_str(), &db, SQLITE_OPEN_READWRITE, where_.vfs) == SQLITE_OK)
      sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr, nullptr);
    sqlite3_close(db);
  }

  void take_image() {
    if (imaged_ || image_.empty()) return;
    imaged_ = true;
    copy_files(where_.path, image_);
    check(image_, record_);
  }

  store& store_;
  place where_;
  std::string image_;
  record& record_;
  bool imaged_ = false;
  int attempts_ = 0;
};

class inspection {
 public:
  explicit inspection(const std::string& path) : path_(path) {}

  std::vector<std::string> of(const record& r) {
    look(r);
    integrity();
    return std::move(found_);
  }

 private:
  void want(bool holds, const std::string& what) {
    if (!holds) found_.push_back(what);
  }

  void look(const record& r) {
    const auto opened = open_sqlite_store({path_, fault_vfs(), false});
    if (!opened) return want(false, "it does not open: " + opened.error().text());
    auto& s = **opened;
    const auto held = s.locks();
    if (!held) return want(false, "locks cannot be read: " + held.error().text());
    std::map<std::string, std::string> locks;
    for (const auto& [resource, run] : *held) locks[run] += resource;
    for (const auto& [id, known] : r.runs) one_run(s, id, known, locks[id]);
    if (r.plan) want(bool(s.get_plan("sha256:aa")), "an acknowledged plan is lost");
  }

  void one_run(store& s, const std::string& id, const record::run& known, const std::string& locks) {
    const auto row = s.get_run(id);
    if (!row) {
      want(row.error().code == errc::not_found, id + " cannot be read: " + row.error().text());
      return want(known.created == 0, id + " was acknowledged and is lost");
    }
    const auto facts = s.read_facts(id);
    if (!facts) return want(false, "facts of " + id + " cannot be read: " + facts.error().text());
    want(row->rev == static_cast<std::int64_t>(facts->size()), id + ": row and facts differ");
    want(row->rev % 2 == 0, id + ": half a commit");
    want(conformance::chain_is_whole(id, *facts), id + ": the chain is broken");
    want(locks == lock_name(id, row->rev), id + ": locks \"" + locks + "\" are not those of its revision");
    for (const auto& [rev, hash] : known.acknowledged)
      want(rev <= row->rev && (*facts)[static_cast<std::size_t>(rev) - 1].hash == hash,
           id + ": the acknowledged fact " + std::to_string(rev) + " is lost");
    for (const auto& f : *facts) want(!known.refused.contains(f.hash), id + ": a refused fact is there");
    const auto signals = s.unused_signals(id);
    if (!signals) return want(false, "signals cannot be read: " + signals.error().text());
    std::set<std::string> unused;
    for (const auto& x : *signals) unused.insert(x.id);
    for (const auto rev : known.signals)
      want(unused.contains(signal_id(id, rev)) == (rev > row->rev),
           id + ": signal " + std::to_string(rev) + " is lost or used twice");
  }

  void integrity() {
    sqlite3* db = nullptr;
    std::string answer;
    const auto keep = [](void* to, int, char** values, char**) {
      *static_cast<std::string*>(to) += values[0];
      return 0;
    };
    if (sqlite3_open_v2(path_.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK)
      sqlite3_exec(db, "PRAGMA integrity_check", keep, &answer, nullptr);
    sqlite3_close(db);
    want(answer == "ok", "SQLite finds it damaged: " + answer);
  }

  std::string path_;
  std::vector<std::string> found_;
};

}  // namespace

record live(const place& where, const std::string& image) {
  record r;
  const auto opened = open_sqlite_store({where.path, where.vfs, false});
  if (!opened) {
    CHECK(opened.error().code != errc::internal);
    ++r.failed;
    return r;
  }
  life(**opened, where, image, r).whole();
  return r;
}

std::vector<std::string> complaints(const std::string& path, const record& r) {
  return inspection(path).of(r);
}

void check(const std::string& path, const record& r) {
  disarm();
  for (const auto& problem : complaints(path, r)) FAIL_CHECK(problem);
}

}  // namespace shipflow::faults
