// Messages to people.
#include "store/sqlite/changes.hpp"
#include "store/sqlite/rows.hpp"

namespace shipflow::sqlite {

result<void> insert_messages(connection& db, std::int64_t run, const std::vector<stored_message>& messages) {
  for (const auto& m : messages) {
    auto c = db.use(
        "INSERT INTO message(id, run, channel, moment, at_ms, due_ms, attempts, status, why, body)"
        " VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
    c.bind(m.id, run, m.channel, m.moment, m.at_ms, m.due_ms, static_cast<std::int64_t>(m.attempts),
           static_cast<std::int64_t>(m.status), m.why, m.body);
    if (const auto done = c.run(); !done) return done.error();
  }
  return {};
}

result<void> take_messages(connection& db, std::int64_t now_ms, std::int64_t hold_until_ms, std::size_t limit,
                           std::vector<stored_message>& taken) {
  std::vector<std::int64_t> numbers;
  {
    auto c = db.use(
        "SELECT " SHIPFLOW_MESSAGE_COLUMNS
        ", m.n FROM message m JOIN run ON run.n=m.run WHERE m.status=1 AND m.due_ms<=? AND NOT EXISTS"
        " (SELECT 1 FROM message e WHERE e.run=m.run AND e.channel=m.channel AND e.status=1 AND e.n<m.n)"
        " ORDER BY m.n LIMIT ?");
    c.bind(now_ms, static_cast<std::int64_t>(limit));
    while (true) {
      const auto row = c.next();
      if (!row) return row.error();
      if (!*row) break;
      taken.push_back(read_message(c));
      numbers.push_back(c.integer(10));
    }
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    auto c = db.use("UPDATE message SET due_ms=?, attempts=attempts+1 WHERE n=?");
    if (const auto done = c.bind(hold_until_ms, numbers[i]).run(); !done) return done.error();
    taken[i].due_ms = hold_until_ms;
    ++taken[i].attempts;
  }
  return {};
}

result<void> settle_message(connection& db, const stored_message& m, result<void>& answer) {
  answer = {};
  {
    auto c = db.use("SELECT 1 FROM message WHERE id=?");
    const auto row = c.bind(m.id).next();
    if (!row) return row.error();
    if (!*row) answer = make_error(errc::not_found, "message \"" + m.id + "\" is not in the store");
  }
  if (!answer) return {};
  auto c = db.use("UPDATE message SET due_ms=?, status=?, why=? WHERE id=? AND status=1");
  c.bind(m.due_ms, static_cast<std::int64_t>(m.status), m.why, m.id);
  if (const auto done = c.run(); !done) return done.error();
  return {};
}

}  // namespace shipflow::sqlite
