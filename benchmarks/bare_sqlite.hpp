// The shortest way to the same rows: two prepared statements on a file of ours, in transactions
// whose size the caller chooses. The peer of what goes through a store.
#pragma once

#include <shipflow/store.hpp>

#include <sqlite3.h>

#include <cstdlib>
#include <iostream>
#include <string>

namespace benchmark {

class bare_sqlite {
 public:
  /// Opens a file that `open_sqlite_store` made, with the durability that a store has.
  explicit bare_sqlite(const std::string& path) {
    if (sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) !=
        SQLITE_OK)
      give_up();
    execute("PRAGMA synchronous=FULL; PRAGMA mmap_size=0; PRAGMA wal_autocheckpoint=16000");
    update_ = prepare(
        "UPDATE run SET rev=?4, due_ms=?5, reason=?6, updated_ms=?7 WHERE id=?1 AND fence=?2 AND rev=?3 "
        "RETURNING n");
    insert_ = prepare("INSERT INTO fact(run, rev, kind, at_ms, format, hash, body) VALUES (?,?,?,?,?,?,?)");
  }
  bare_sqlite(const bare_sqlite&) = delete;
  bare_sqlite& operator=(const bare_sqlite&) = delete;
  ~bare_sqlite() {
    sqlite3_finalize(update_);
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }

  void begin() { execute("BEGIN IMMEDIATE"); }
  void commit() { execute("COMMIT"); }
  /// What a commit writes: the run's row under fence and revision, and its facts.
  void write(const shipflow::commit_request& c) {
    const auto run = move_run(c);
    for (const auto& f : c.facts) insert(run, f);
  }

 private:
  [[noreturn]] void give_up() {
    std::cerr << "bare SQLite: " << sqlite3_errmsg(db_) << '\n';
    std::exit(1);
  }
  void execute(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) give_up();
  }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* s = nullptr;
    if (sqlite3_prepare_v2(db_, sql, -1, &s, nullptr) != SQLITE_OK) give_up();
    return s;
  }
  static void bind(sqlite3_stmt* s, int at, const std::string& text) {
    sqlite3_bind_text(s, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  sqlite3_int64 move_run(const shipflow::commit_request& c) {
    bind(update_, 1, c.run);
    sqlite3_bind_int64(update_, 2, c.fence);
    sqlite3_bind_int64(update_, 3, c.expected_rev);
    sqlite3_bind_int64(update_, 4, c.expected_rev + static_cast<std::int64_t>(c.facts.size()));
    if (c.due_ms)
      sqlite3_bind_int64(update_, 5, *c.due_ms);
    else
      sqlite3_bind_null(update_, 5);
    bind(update_, 6, c.reason);
    sqlite3_bind_int64(update_, 7, c.now_ms);
    if (sqlite3_step(update_) != SQLITE_ROW) give_up();
    const auto run = sqlite3_column_int64(update_, 0);
    sqlite3_reset(update_);
    return run;
  }
  void insert(sqlite3_int64 run, const shipflow::stored_fact& f) {
    sqlite3_bind_int64(insert_, 1, run);
    sqlite3_bind_int64(insert_, 2, f.rev);
    sqlite3_bind_int64(insert_, 3, static_cast<int>(f.kind));
    sqlite3_bind_int64(insert_, 4, f.at_ms);
    sqlite3_bind_int64(insert_, 5, f.format);
    bind(insert_, 6, f.hash);
    bind(insert_, 7, f.body);
    if (sqlite3_step(insert_) != SQLITE_DONE) give_up();
    sqlite3_reset(insert_);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* update_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

}  // namespace benchmark
