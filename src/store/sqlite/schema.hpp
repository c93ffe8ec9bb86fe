// The tables of a SQLite store and their version.
#pragma once

#include "store/sqlite/connection.hpp"

namespace shipflow::sqlite {

/// What this library writes. A file names the oldest library that may read or write it
/// (`min_reader`, `min_writer` in the table `meta`); a higher number there is refused.
inline constexpr int schema_version = 2;
/// The oldest library that may read what this one writes: it knows nothing of messages and loses nothing by it. An
/// older writer would leave messages of deleted runs behind.
inline constexpr int oldest_reader = 1;

struct schema_state {
  bool empty = false;  ///< a new file without tables
  int version = 0;
  std::string uuid;
};

/// Says what the file is, without changing it: empty, ours, or an error (`newer_version`,
/// `corrupt` for anything that is not a shipflow store).
enum class access { read, write };
[[nodiscard]] result<schema_state> inspect(connection& db, access wanted);

/// Makes the tables in one transaction.
[[nodiscard]] result<void> create_schema(connection& db);
/// Adds in one transaction what a file of an older version lacks.
[[nodiscard]] result<void> upgrade_schema(connection& db);

}  // namespace shipflow::sqlite
