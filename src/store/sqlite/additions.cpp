// Signals, and what is deleted again.
#include "store/sqlite/changes.hpp"
#include "store/sqlite/rows.hpp"

#include <algorithm>

namespace shipflow::sqlite {
namespace {

// Bounds of one batch of a purge, so that commits get their turn in between.
constexpr std::int64_t runs_per_batch = 64;
constexpr std::int64_t rows_per_batch = 4096;

result<std::int64_t> remove_from(connection& db, const char* sql, std::int64_t run) {
  return db.use(sql).bind(run).run();
}

// What a run left behind, without its row; the number of rows deleted.
result<std::int64_t> remove_traces(connection& db, std::int64_t run) {
  std::int64_t sum = 0;
  for (const auto* sql : {"DELETE FROM fact WHERE run=?", "DELETE FROM sample WHERE run=?",
                          "DELETE FROM signal WHERE run=?", "DELETE FROM message WHERE run=?"}) {
    const auto removed = remove_from(db, sql, run);
    if (!removed) return removed.error();
    sum += *removed;
  }
  return sum;
}

result<void> remove_row(connection& db, std::int64_t run) {
  if (auto given = give_all_locks(db, run); !given) return given;
  if (const auto done = remove_from(db, "DELETE FROM run WHERE n=?", run); !done) return done.error();
  return {};
}

result<void> keep_row(connection& db, std::int64_t run) {
  if (const auto done = remove_from(db, "UPDATE run SET purged=1, signals=0 WHERE n=?", run); !done)
    return done.error();
  return {};
}

struct old_run {
  std::int64_t number = 0;
  std::int64_t finished_ms = 0;
};

result<std::vector<old_run>> finished_before(connection& db, std::int64_t purged, std::int64_t before_ms) {
  auto c = db.use(
      "SELECT n, finished_ms FROM run WHERE status>=10 AND owner='' AND purged=? AND finished_ms<?"
      " ORDER BY finished_ms LIMIT ?");
  c.bind(purged, before_ms, runs_per_batch);
  std::vector<old_run> found;
  while (true) {
    const auto row = c.next();
    if (!row) return row.error();
    if (!*row) return found;
    found.push_back({c.integer(0), c.integer(1)});
  }
}

result<std::size_t> purge_facts(connection& db, std::int64_t before_ms,
                                std::optional<std::int64_t> rows_before_ms) {
  const auto found = finished_before(db, 0, before_ms);
  if (!found) return found.error();
  std::int64_t rows = 0;
  std::size_t count = 0;
  for (const auto& run : *found) {
    if (rows > rows_per_batch) break;
    const auto removed = remove_traces(db, run.number);
    if (!removed) return removed.error();
    rows += *removed;
    const bool drop = rows_before_ms && run.finished_ms < *rows_before_ms;
    if (auto done = drop ? remove_row(db, run.number) : keep_row(db, run.number); !done) return done.error();
    ++count;
  }
  return count;
}

result<std::size_t> purge_rows(connection& db, std::int64_t before_ms) {
  const auto found = finished_before(db, 1, before_ms);
  if (!found) return found.error();
  for (const auto& run : *found) {
    // A signal or sample may have come after the facts were purged.
    if (const auto removed = remove_traces(db, run.number); !removed) return removed.error();
    if (auto done = remove_row(db, run.number); !done) return done.error();
  }
  return found->size();
}

}  // namespace

result<void> put_signal(connection& db, const stored_signal& s, result<void>& answer) {
  const auto run = number_of(db, s.run);
  if (!run) return run.error();
  answer = *run ? result<void>() : result<void>(no_run(s.run));
  if (!*run) return {};
  auto c = db.use(
      "INSERT INTO signal(id, run, name, principal, at_ms, body) VALUES (?,?,?,?,?,?) ON CONFLICT DO "
      "NOTHING");
  const auto added = c.bind(s.id, **run, s.name, s.principal, s.at_ms, s.body).run();
  if (!added) return added.error();
  if (*added == 0) return {};
  if (const auto done = db.use("UPDATE run SET signals=signals+1 WHERE n=?").bind(**run).run(); !done)
    return done.error();
  return {};
}

result<std::size_t> purge_some(connection& db, std::int64_t before_ms,
                               std::optional<std::int64_t> rows_before_ms) {
  const auto facts_before = std::max(before_ms, rows_before_ms.value_or(before_ms));
  auto purged = purge_facts(db, facts_before, rows_before_ms);
  if (!purged || *purged > 0 || !rows_before_ms) return purged;
  return purge_rows(db, *rows_before_ms);
}

}  // namespace shipflow::sqlite
