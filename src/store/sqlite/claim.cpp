#include "store/sqlite/changes.hpp"
#include "store/sqlite/rows.hpp"

#include <algorithm>
#include <limits>

namespace shipflow::sqlite {
namespace {

// A watching or parked run keeps its status: it says more than "owned" to whoever asks.
constexpr const char* own_sql =
    "UPDATE run SET owner=?2, fence=fence+1, updated_ms=?3, status=CASE WHEN status IN (1, 2) THEN 3 ELSE "
    "status END"
    " WHERE id=?1 RETURNING " SHIPFLOW_RUN_COLUMNS;

result<std::vector<std::string>> due(connection& db, std::int64_t now_ms, std::size_t limit) {
  const auto most = std::min<std::size_t>(limit, std::numeric_limits<std::int32_t>::max());
  auto c = db.use("SELECT id FROM run WHERE wake_ms<=? ORDER BY wake_ms, id LIMIT ?");
  c.bind(now_ms, static_cast<std::int64_t>(most));
  std::vector<std::string> ids;
  while (true) {
    const auto row = c.next();
    if (!row) return row.error();
    if (!*row) return ids;
    ids.push_back(c.text(0));
  }
}

}  // namespace

// Two statements, not one: RETURNING has no order and no longer sees when a run was due. Both run
// in the transaction of the only writer.
result<void> claim(connection& db, const std::string& engine, std::int64_t now_ms, std::size_t limit,
                   std::vector<run_row>& claimed) {
  claimed.clear();
  const auto ids = due(db, now_ms, limit);
  if (!ids) return ids.error();
  for (const auto& id : *ids) {
    auto c = db.use(own_sql);
    const auto row = c.bind(id, engine, now_ms).next();
    if (!row) return row.error();
    if (*row) claimed.push_back(read_run(c));
  }
  return {};
}

result<void> claim_run(connection& db, const std::string& engine, const std::string& run, std::int64_t now_ms,
                       result<run_row>& answer) {
  auto c = db.use(own_sql);
  const auto row = c.bind(run, engine, now_ms).next();
  if (!row) return row.error();
  answer = *row ? result<run_row>(read_run(c)) : result<run_row>(no_run(run));
  return {};
}

result<std::size_t> adopt(connection& db, const std::string& engine, std::int64_t now_ms) {
  auto c = db.use(
      "UPDATE run SET owner='', updated_ms=?2, status=CASE WHEN status=3 THEN 1 ELSE status END,"
      " due_ms=CASE WHEN status>=10 THEN due_ms ELSE min(coalesce(due_ms, ?2), ?2) END"
      " WHERE owner<>'' AND owner<>?1");
  const auto freed = c.bind(engine, now_ms).run();
  if (!freed) return freed.error();
  return static_cast<std::size_t>(*freed);
}

}  // namespace shipflow::sqlite
