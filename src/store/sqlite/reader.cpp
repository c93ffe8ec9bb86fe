#include "store/sqlite/reader.hpp"

#include "store/sqlite/rows.hpp"

#include <algorithm>
#include <limits>

namespace shipflow::sqlite {
namespace {

// One statement per kind of filter, so that each walks an index from its newest end. "+" keeps the
// planner from an index that would need a sort.
const char* list_sql(const run_filter& filter) {
  const bool active_only = filter.terminal && !*filter.terminal;
  if (active_only)
    return "SELECT " SHIPFLOW_RUN_COLUMNS
           " FROM run WHERE status<10 AND (?1='' OR environment=?1) AND (?2='' OR plan=?2) AND ?3=0"
           " ORDER BY n DESC LIMIT ?4";
  if (!filter.environment.empty() && !filter.plan.empty())
    return "SELECT " SHIPFLOW_RUN_COLUMNS
           " FROM run WHERE environment=?1 AND plan=?2 AND (?3<>1 OR +status>=10) ORDER BY n DESC LIMIT ?4";
  if (!filter.environment.empty())
    return "SELECT " SHIPFLOW_RUN_COLUMNS
           " FROM run WHERE environment=?1 AND ?2='' AND (?3<>1 OR +status>=10) ORDER BY n DESC LIMIT ?4";
  if (!filter.plan.empty())
    return "SELECT " SHIPFLOW_RUN_COLUMNS
           " FROM run WHERE ?1='' AND plan=?2 AND (?3<>1 OR +status>=10) ORDER BY n DESC LIMIT ?4";
  return "SELECT " SHIPFLOW_RUN_COLUMNS
         " FROM run WHERE ?1='' AND ?2='' AND (?3<>1 OR +status>=10) ORDER BY n DESC LIMIT ?4";
}

result<run_row> one_run(cursor& c, const error& otherwise) {
  const auto row = c.next();
  if (!row) return row.error();
  if (!*row) return otherwise;
  return read_run(c);
}

// Every row of a cursor, converted.
template <class T, class Convert>
result<std::vector<T>> all(cursor& c, Convert convert) {
  std::vector<T> rows;
  while (true) {
    const auto row = c.next();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back(convert(c));
  }
}

// As `all`, for what belongs to a run: an unknown run is an error, a run without rows is not.
template <class T, class Convert>
result<std::vector<T>> all_of(connection& db, const std::string& run, cursor& c, Convert convert) {
  auto rows = all<T>(c, convert);
  if (!rows || !rows->empty()) return rows;
  const auto number = number_of(db, run);
  if (!number) return number.error();
  if (!*number) return no_run(run);
  return rows;
}

}  // namespace

result<std::string> reader::get_plan(const std::string& digest) {
  const std::scoped_lock hold(mutex_);
  auto c = db_.use("SELECT body FROM plan WHERE digest=?");
  const auto row = c.bind(digest).next();
  if (!row) return row.error();
  if (!*row) return make_error(errc::not_found, "plan \"" + digest + "\" is not in the store");
  return c.text(0);
}

result<run_row> reader::get_run(const std::string& id) {
  const std::scoped_lock hold(mutex_);
  auto c = db_.use("SELECT " SHIPFLOW_RUN_COLUMNS " FROM run WHERE id=?");
  return one_run(c.bind(id), no_run(id));
}

result<run_row> reader::find_external(const std::string& external_id) {
  const std::scoped_lock hold(mutex_);
  auto c = db_.use("SELECT " SHIPFLOW_RUN_COLUMNS " FROM run WHERE external_id=? AND external_id<>''");
  return one_run(c.bind(external_id),
                 make_error(errc::not_found, "no run has the external id \"" + external_id + "\""));
}

result<std::vector<run_row>> reader::list_runs(const run_filter& filter) {
  const std::scoped_lock hold(mutex_);
  const auto most = std::min<std::size_t>(filter.limit, std::numeric_limits<std::int32_t>::max());
  const std::int64_t terminal = filter.terminal && *filter.terminal ? 1 : 0;
  auto c = db_.use(list_sql(filter));
  c.bind(filter.environment, filter.plan, terminal, static_cast<std::int64_t>(most));
  return all<run_row>(c, read_run);
}

result<std::optional<std::int64_t>> reader::next_due() {
  const std::scoped_lock hold(mutex_);
  auto c = db_.use("SELECT min(wake_ms) FROM run WHERE wake_ms IS NOT NULL");
  const auto row = c.next();
  if (!row) return row.error();
  return c.optional_integer(0);
}

result<std::vector<stored_fact>> reader::read_facts(const std::string& run, std::int64_t after_rev) {
  const std::scoped_lock hold(mutex_);
  auto c = db_.use(
      "SELECT rev, kind, at_ms, format, body, hash FROM fact"
      " WHERE run=(SELECT n FROM run WHERE id=?) AND rev>? ORDER BY rev");
  c.bind(run, after_rev);
  return all_of<stored_fact>(db_, run, c, [](const cursor& r) {
    return stored_fact{r.integer(0), static_cast<fact_kind>(r.integer(1)),
                       r.integer(2), static_cast<int>(r.integer(3)),
                       r.text(4),    r.text(5)};
  });
}

result<std::vector<stored_signal>> reader::unused_signals(const std::string& run) {
  const std::scoped_lock hold(mutex_);
  auto c = db_.use(
      "SELECT id, name, principal, at_ms, body FROM signal"
      " WHERE run=(SELECT n FROM run WHERE id=?) AND used_rev IS NULL ORDER BY n");
  c.bind(run);
  return all_of<stored_signal>(db_, run, c, [&](const cursor& r) {
    return stored_signal{r.text(0), run, r.text(1), r.text(2), r.integer(3), r.text(4)};
  });
}

result<std::vector<std::pair<std::string, std::string>>> reader::locks() {
  const std::scoped_lock hold(mutex_);
  auto c = db_.use("SELECT resource, run.id FROM lock JOIN run ON run.n=lock.run ORDER BY resource");
  return all<std::pair<std::string, std::string>>(c, [](const cursor& r) {
    return std::pair{r.text(0), r.text(1)};
  });
}

result<std::vector<sample_chunk>> reader::read_samples(const std::string& run) {
  const std::scoped_lock hold(mutex_);
  auto c = db_.use(
      "SELECT series, minute, body FROM sample WHERE run=(SELECT n FROM run WHERE id=?) ORDER BY minute, "
      "series");
  c.bind(run);
  return all_of<sample_chunk>(db_, run, c, [&](const cursor& r) {
    return sample_chunk{r.text(0), r.integer(1), r.text(2)};
  });
}

// A file of version 1 that was opened to look only has no such table.
result<bool> reader::knows_messages() {
  auto c = db_.use("SELECT 1 FROM sqlite_schema WHERE type='table' AND name='message'");
  return c.next();
}

result<std::optional<std::int64_t>> reader::next_message() {
  const std::scoped_lock hold(mutex_);
  const auto known = knows_messages();
  if (!known) return known.error();
  if (!*known) return std::optional<std::int64_t>{};
  auto c = db_.use(
      "SELECT m.due_ms FROM message m WHERE m.status=1 AND NOT EXISTS"
      " (SELECT 1 FROM message e WHERE e.run=m.run AND e.channel=m.channel AND e.status=1 AND e.n<m.n)"
      " ORDER BY m.due_ms LIMIT 1");
  const auto row = c.next();
  if (!row) return row.error();
  return *row ? c.optional_integer(0) : std::nullopt;
}

result<std::vector<stored_message>> reader::read_messages(const std::string& run) {
  const std::scoped_lock hold(mutex_);
  const auto known = knows_messages();
  if (!known) return known.error();
  if (!*known) return std::vector<stored_message>{};
  auto c = db_.use("SELECT " SHIPFLOW_MESSAGE_COLUMNS
                   " FROM message m JOIN run ON run.n=m.run"
                   " WHERE m.run=(SELECT n FROM run WHERE id=?) ORDER BY m.n");
  c.bind(run);
  return all_of<stored_message>(db_, run, c, read_message);
}

}  // namespace shipflow::sqlite
