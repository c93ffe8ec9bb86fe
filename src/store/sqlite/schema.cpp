#include "store/sqlite/schema.hpp"

#include "base/digest.hpp"

#include <shipflow/store.hpp>

#include <array>
#include <charconv>
#include <sys/random.h>

namespace shipflow::sqlite {
namespace {

// The generated column and the partial indexes below spell these numbers out.
static_assert(static_cast<int>(run_status::ready) == 1 && static_cast<int>(run_status::owned) == 3 &&
              static_cast<int>(run_status::released) == 10);

constexpr int application_id = 0x53464c57;  // "SFLW", in the header of every store

// wake_ms: when an unowned run wants attention, 0 for at once, NULL for never. It is computed from
// the row, so no writer can forget to maintain it.
// fact is append-only and found through (run, rev), which also refuses a second writer's revision.
// Finished runs are in none of the indexes that claim, next_due and adopt use.
constexpr const char* tables = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE plan(digest TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE run(
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  external_id TEXT NOT NULL,
  plan_digest TEXT NOT NULL,
  plan TEXT NOT NULL,
  environment TEXT NOT NULL,
  version TEXT NOT NULL,
  principal TEXT NOT NULL,
  status INTEGER NOT NULL,
  due_ms INTEGER,
  owner TEXT NOT NULL,
  fence INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  signals INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  finished_ms INTEGER NOT NULL,
  purged INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL,
  wake_ms INTEGER GENERATED ALWAYS AS (
    CASE WHEN owner <> '' OR status >= 10 THEN NULL
         WHEN status IN (1, 3) OR signals > 0 THEN 0
         ELSE due_ms END) VIRTUAL
) STRICT;
CREATE UNIQUE INDEX run_external ON run(external_id) WHERE external_id <> '';
CREATE INDEX run_wake ON run(wake_ms, id) WHERE wake_ms IS NOT NULL;
CREATE INDEX run_owner ON run(owner) WHERE owner <> '';
CREATE INDEX run_active ON run(n) WHERE status < 10;
CREATE INDEX run_finished ON run(purged, finished_ms) WHERE status >= 10;
CREATE INDEX run_environment ON run(environment);
CREATE INDEX run_environment_plan ON run(environment, plan);
CREATE INDEX run_plan ON run(plan);
CREATE TABLE fact(
  n INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  format INTEGER NOT NULL,
  hash TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX fact_rev ON fact(run, rev);
CREATE TABLE signal(
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  run INTEGER NOT NULL,
  name TEXT NOT NULL,
  principal TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  used_rev INTEGER
) STRICT;
CREATE INDEX signal_run ON signal(run);
CREATE TABLE lock(resource TEXT PRIMARY KEY, run INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX lock_run ON lock(run);
CREATE TABLE sample(
  run INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  series TEXT NOT NULL,
  body BLOB NOT NULL,
  UNIQUE(run, minute, series)
) STRICT;
)sql";

// Since version 2. message_waiting serves those that send, message_run the order within a channel.
constexpr const char* message_table = R"sql(
CREATE TABLE message(
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  run INTEGER NOT NULL,
  channel TEXT NOT NULL,
  moment TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  status INTEGER NOT NULL,
  why TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX message_waiting ON message(due_ms) WHERE status = 1;
CREATE INDEX message_run ON message(run, channel, status);
)sql";

std::string new_uuid() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
  return hex_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

result<std::string> meta(connection& db, std::string_view key) {
  auto c = db.use("SELECT value FROM meta WHERE key=?");
  const auto row = c.bind(key).next();
  if (!row) return row.error();
  if (!*row)
    return make_error(errc::corrupt,
                      "store " + db.path() + ": its table meta lacks \"" + std::string(key) + "\"");
  return c.text(0);
}

result<int> meta_number(connection& db, std::string_view key) {
  const auto text = meta(db, key);
  if (!text) return text.error();
  int value = 0;
  const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (ec != std::errc{} || end != text->data() + text->size())
    return make_error(errc::corrupt, "store " + db.path() + ": \"" + std::string(key) + "\" is not a number");
  return value;
}

result<void> put_meta(connection& db, std::string_view key, std::string_view value) {
  const auto done = db.use("INSERT INTO meta(key, value) VALUES (?, ?)").bind(key, value).run();
  if (!done) return done.error();
  return {};
}

result<void> fill(connection& db) {
  for (const auto* sql : {tables, message_table})
    if (auto made = db.execute(sql); !made) return made;
  const auto mark = "PRAGMA application_id=" + std::to_string(application_id);
  if (auto set = db.execute(mark.c_str()); !set) return set;
  const auto uuid = new_uuid();
  if (uuid.empty()) return make_error(errc::io, "the system gave no random bytes for the id of the store");
  const auto version = std::to_string(schema_version);
  for (const auto* key : {"schema_version", "min_writer"})
    if (auto put = put_meta(db, key, version); !put) return put;
  if (auto put = put_meta(db, "min_reader", std::to_string(oldest_reader)); !put) return put;
  return put_meta(db, "uuid", uuid);
}

result<void> add_messages(connection& db) {
  if (auto made = db.execute(message_table); !made) return made;
  auto c = db.use("UPDATE meta SET value=? WHERE key IN ('schema_version', 'min_writer')");
  const auto version = std::to_string(schema_version);
  if (const auto done = c.bind(version).run(); !done) return done.error();
  return {};
}

result<void> in_transaction(connection& db, result<void> (*change)(connection&)) {
  if (auto begun = db.execute("BEGIN IMMEDIATE"); !begun) return begun;
  auto made = change(db);
  if (made) made = db.execute("COMMIT");
  if (!made && sqlite3_get_autocommit(db.handle()) == 0)
    sqlite3_exec(db.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  return made;
}

result<bool> has_tables(connection& db) {
  auto c = db.use("SELECT 1 FROM sqlite_schema LIMIT 1");
  return c.next();
}

}  // namespace

result<schema_state> inspect(connection& db, access wanted) {
  schema_state found;
  const auto mark = db.pragma("application_id");
  if (!mark) return mark.error();
  const auto tables_there = has_tables(db);
  if (!tables_there) return tables_there.error();
  if (*mark == "0" && !*tables_there) {
    found.empty = true;
    return found;
  }
  if (*mark != std::to_string(application_id))
    return make_error(errc::corrupt,
                      "store " + db.path() + " is a SQLite file of another program; name another path");
  const auto version = meta_number(db, "schema_version");
  const auto needed = meta_number(db, wanted == access::read ? "min_reader" : "min_writer");
  const auto uuid = meta(db, "uuid");
  if (!version) return version.error();
  if (!needed) return needed.error();
  if (!uuid) return uuid.error();
  if (*needed > schema_version)
    return make_error(errc::newer_version,
                      "store " + db.path() + " was written by a newer shipflow (schema " +
                          std::to_string(*version) + ", this one knows " + std::to_string(schema_version) +
                          "); use that version or a newer one");
  found.version = *version;
  found.uuid = *uuid;
  return found;
}

result<void> create_schema(connection& db) { return in_transaction(db, fill); }

result<void> upgrade_schema(connection& db) { return in_transaction(db, add_messages); }

}  // namespace shipflow::sqlite
