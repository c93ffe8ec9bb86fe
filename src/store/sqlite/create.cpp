#include "store/sqlite/changes.hpp"
#include "store/sqlite/rows.hpp"

namespace shipflow::sqlite {
namespace {

result<std::string> owner_of_external(connection& db, const std::string& external_id) {
  auto c = db.use("SELECT id FROM run WHERE external_id=? AND external_id<>''");
  const auto row = c.bind(external_id).next();
  if (!row) return row.error();
  return *row ? c.text(0) : std::string();
}

// Sets `answer` to why the run cannot be created, or to success when it can.
result<void> check(connection& db, const run_row& row, const std::vector<std::string>& acquire,
                   result<void>& answer) {
  const auto same = number_of(db, row.id);
  if (!same) return same.error();
  const auto other = owner_of_external(db, row.external_id);
  if (!other) return other.error();
  const auto holder = holder_of(db, acquire, row.id);
  if (!holder) return holder.error();
  answer = {};
  if (*same)
    answer = make_error(errc::already_exists, "run \"" + row.id + "\" exists already");
  else if (!other->empty())
    answer = make_error(errc::already_exists,
                        "external id \"" + row.external_id + "\" belongs to run \"" + *other + "\"");
  else if (!holder->run.empty())
    answer = make_error(errc::conflict,
                        "lock \"" + holder->resource + "\" is held by run \"" + holder->run + "\"");
  return {};
}

result<std::int64_t> insert_run(connection& db, const run_row& row, std::int64_t rev) {
  auto c = db.use("INSERT INTO run(" SHIPFLOW_RUN_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  c.bind(row.id, row.external_id, row.plan_digest, row.plan, row.environment, row.version, row.principal,
         static_cast<std::int64_t>(row.status), row.due_ms, row.owner, row.fence, rev, row.created_ms,
         row.updated_ms, row.finished_ms, row.reason);
  if (const auto done = c.run(); !done) return done.error();
  return sqlite3_last_insert_rowid(db.handle());
}

}  // namespace

result<void> put_plan(connection& db, const std::string& digest, const std::string& body) {
  auto c = db.use("INSERT INTO plan(digest, body) VALUES (?, ?) ON CONFLICT DO NOTHING");
  if (const auto done = c.bind(digest, body).run(); !done) return done.error();
  return {};
}

result<void> insert_facts(connection& db, std::int64_t run, const std::vector<stored_fact>& facts) {
  for (const auto& f : facts) {
    auto c = db.use("INSERT INTO fact(run, rev, kind, at_ms, format, hash, body) VALUES (?,?,?,?,?,?,?)");
    c.bind(run, f.rev, static_cast<std::int64_t>(f.kind), f.at_ms, static_cast<std::int64_t>(f.format),
           f.hash, f.body);
    if (const auto done = c.run(); !done) return done.error();
  }
  return {};
}

result<void> create_run(connection& db, const run_row& row, const std::vector<stored_fact>& facts,
                        const std::vector<std::string>& acquire, const std::vector<stored_message>& messages,
                        result<void>& answer) {
  if (auto checked = check(db, row, acquire, answer); !checked) return checked;
  if (!answer) return {};
  const auto number = insert_run(db, row, static_cast<std::int64_t>(facts.size()));
  if (!number) return number.error();
  if (auto done = insert_facts(db, *number, facts); !done) return done;
  if (auto done = insert_messages(db, *number, messages); !done) return done;
  return take_locks(db, acquire, *number);
}

}  // namespace shipflow::sqlite
