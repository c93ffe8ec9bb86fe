#include "store/sqlite/connection.hpp"

namespace shipflow::sqlite {
namespace {

errc code_of(int primary) {
  switch (primary) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT: return errc::corrupt;  // guarded statements never meet a constraint
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return errc::unavailable;
    case SQLITE_TOOBIG: return errc::invalid_argument;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY: return errc::denied;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN: return errc::io;
    default: return errc::internal;
  }
}

std::string_view remedy_of(int primary) {
  switch (primary) {
    case SQLITE_FULL: return "; free some space on its disk";
    case SQLITE_BUSY: return "; another program has it locked";
    case SQLITE_NOTADB: return "; it is not a shipflow store";
    default: return {};
  }
}

error problem_of(const std::string& path, int extended, const char* message) {
  const int primary = extended & 0xff;
  return make_error(code_of(primary), "store " + path + ": " + message + " (SQLite " +
                                          std::to_string(extended) + ")" + std::string(remedy_of(primary)));
}

}  // namespace

cursor::~cursor() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void cursor::put(std::string_view value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_text64(statement_, ++bound_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void cursor::put(const std::optional<std::int64_t>& value) {
  if (value) return put(*value);
  sqlite3_bind_null(statement_, ++bound_);
}

void cursor::put(std::int64_t value) { sqlite3_bind_int64(statement_, ++bound_, value); }

result<bool> cursor::next() {
  if (statement_ == nullptr) return db_.problem();
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return db_.problem();
}

result<std::int64_t> cursor::run() {
  const auto row = next();
  if (!row) return row.error();
  return sqlite3_changes64(db_.handle());
}

std::string cursor::text(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

std::optional<std::int64_t> cursor::optional_integer(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return {};
  return integer(column);
}

result<connection> connection::open(const std::string& path, const std::string& vfs, int flags) {
  connection db;
  db.path_ = path;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                   vfs.empty() ? nullptr : vfs.c_str());
  db.db_.reset(handle);
  if (handle == nullptr) return make_error(errc::io, "store " + path + ": out of memory");
  if (code == SQLITE_ERROR)
    return make_error(errc::invalid_argument, "store " + path + ": " + sqlite3_errmsg(handle));
  if (code != SQLITE_OK) return problem_of(path, code, sqlite3_errmsg(handle));
  return db;
}

cursor connection::use(const char* sql) {
  auto& kept = statements_[sql];
  if (!kept) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    kept.reset(statement);
  }
  return {*this, kept.get()};
}

result<void> connection::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return problem();
  return {};
}

result<std::string> connection::pragma(const char* name) {
  const std::string sql = "PRAGMA " + std::string(name);
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) return problem();
  const std::unique_ptr<sqlite3_stmt, closer> kept(raw);
  cursor c(*this, raw);
  const auto row = c.next();
  if (!row) return row.error();
  return *row ? c.text(0) : std::string();
}

error connection::problem() const {
  return problem_of(path_, sqlite3_extended_errcode(db_.get()), sqlite3_errmsg(db_.get()));
}

}  // namespace shipflow::sqlite
