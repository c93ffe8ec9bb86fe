// One SQLite connection, its prepared statements, and its errors as values.
#pragma once

#include <shipflow/error.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace shipflow::sqlite {

class connection;

/// One use of a prepared statement; gives it back when it goes out of scope. Bound text is not
/// copied: it must live until the last `next`.
class cursor {
 public:
  cursor(connection& db, sqlite3_stmt* statement) noexcept : db_(db), statement_(statement) {}
  cursor(const cursor&) = delete;
  cursor& operator=(const cursor&) = delete;
  ~cursor();

  /// Binds the parameters 1, 2, ... in order.
  template <class... Values>
  cursor& bind(const Values&... values) {
    (put(values), ...);
    return *this;
  }
  /// Moves to the next row; false after the last one.
  [[nodiscard]] result<bool> next();
  /// Runs a statement without rows; the number of rows it changed.
  [[nodiscard]] result<std::int64_t> run();

  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;

 private:
  void put(std::string_view value);
  void put(const std::optional<std::int64_t>& value);
  void put(std::int64_t value);

  connection& db_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

class connection {
 public:
  [[nodiscard]] static result<connection> open(const std::string& path, const std::string& vfs, int flags);

  /// A prepared statement for `sql`, which must be a literal: the address is the key.
  [[nodiscard]] cursor use(const char* sql);
  /// Runs statements without parameters.
  [[nodiscard]] result<void> execute(const char* sql);
  /// The value of a pragma as text.
  [[nodiscard]] result<std::string> pragma(const char* name);

  /// The trouble of the last call on this connection.
  [[nodiscard]] error problem() const;
  [[nodiscard]] sqlite3* handle() const noexcept { return db_.get(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  struct closer {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
    void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
  };
  std::unique_ptr<sqlite3, closer> db_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, closer>> statements_;
  std::string path_;
};

}  // namespace shipflow::sqlite
