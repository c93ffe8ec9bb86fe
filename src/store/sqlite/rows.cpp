#include "store/sqlite/rows.hpp"

#include <algorithm>

namespace shipflow::sqlite {

run_row read_run(const cursor& row) {
  run_row r;
  int column = 0;
  r.id = row.text(column++);
  r.external_id = row.text(column++);
  r.plan_digest = row.text(column++);
  r.plan = row.text(column++);
  r.environment = row.text(column++);
  r.version = row.text(column++);
  r.principal = row.text(column++);
  r.status = static_cast<run_status>(row.integer(column++));
  r.due_ms = row.optional_integer(column++);
  r.owner = row.text(column++);
  r.fence = row.integer(column++);
  r.rev = row.integer(column++);
  r.created_ms = row.integer(column++);
  r.updated_ms = row.integer(column++);
  r.finished_ms = row.integer(column++);
  r.reason = row.text(column++);
  return r;
}

stored_message read_message(const cursor& c) {
  stored_message m;
  m.id = c.text(0);
  m.run = c.text(1);
  m.channel = c.text(2);
  m.moment = c.text(3);
  m.at_ms = c.integer(4);
  m.due_ms = c.integer(5);
  m.attempts = static_cast<int>(c.integer(6));
  m.status = static_cast<message_status>(c.integer(7));
  m.why = c.text(8);
  m.body = c.text(9);
  return m;
}

error no_run(const std::string& id) {
  return make_error(errc::not_found, "run \"" + id + "\" does not exist");
}

result<std::optional<std::int64_t>> number_of(connection& db, const std::string& run) {
  auto c = db.use("SELECT n FROM run WHERE id=?");
  const auto row = c.bind(run).next();
  if (!row) return row.error();
  if (!*row) return std::optional<std::int64_t>{};
  return std::optional<std::int64_t>{c.integer(0)};
}

bool gapless(const std::vector<stored_fact>& facts, std::int64_t rev) {
  return std::all_of(facts.begin(), facts.end(), [&](const stored_fact& f) { return f.rev == ++rev; });
}

}  // namespace shipflow::sqlite
