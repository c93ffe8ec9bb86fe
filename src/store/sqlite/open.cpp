// Opening a SQLite store: proof of being the only writer, then the version, then everything else.
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <array>
#include <system_error>

namespace shipflow {
namespace sqlite {
namespace {

struct setting {
  const char* name;
  const char* set;
  const char* expected;  // as read back; SQLite takes an unknown word for something weaker
};

// FULL: a commit is flushed before it is acknowledged. No memory map: an I/O error must be an
// error, not a signal. A large checkpoint interval keeps its cost out of most commits.
constexpr std::array settings{
    setting{"journal_mode", "PRAGMA journal_mode=WAL", "wal"},
    setting{"synchronous", "PRAGMA synchronous=FULL", "2"},
    setting{"mmap_size", "PRAGMA mmap_size=0", "0"},
    setting{"busy_timeout", "PRAGMA busy_timeout=5000", "5000"},
    setting{"wal_autocheckpoint", "PRAGMA wal_autocheckpoint=16000", "16000"},
    setting{"foreign_keys", "PRAGMA foreign_keys=OFF", "0"},
};

error not_set(const connection& db, const setting& s, const std::string& actual) {
  return make_error(errc::unsupported, "store " + db.path() + ": SQLite has " + s.name + "=" + actual +
                                           " instead of " + s.expected);
}

result<void> configure(connection& db) {
  for (const auto& s : settings)
    if (auto done = db.execute(s.set); !done) return done;
  return {};
}

// Reads every pragma back; a weaker one is refused.
result<std::vector<std::pair<std::string, std::string>>> read_back(connection& db) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& s : settings) {
    const auto actual = db.pragma(s.name);
    if (!actual) return actual.error();
    // A VFS without memory maps answers the pragma with nothing at all.
    const bool no_maps = std::string_view(s.name) == "mmap_size" && actual->empty();
    if (*actual != s.expected && !no_maps) return not_set(db, s, *actual);
    found.emplace_back(s.name, no_maps ? "0" : *actual);
  }
  found.emplace_back("sqlite", sqlite3_libversion());
  return found;
}

store_info describe(const std::string& path, std::string uuid, int version) {
  store_info about;
  about.kind = "sqlite";
  about.path = path;
  about.schema_version = version;
  about.durable = true;
  about.uuid = std::move(uuid);
  return about;
}

// Until the version is known a closed connection must not even move the log into the file.
result<void> checkpoint_on_close(connection& db, int allowed) {
  if (sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, allowed == 0 ? 1 : 0, nullptr) !=
      SQLITE_OK)
    return db.problem();
  return {};
}

result<std::unique_ptr<reader>> open_reader(const std::string& path, const std::string& vfs) {
  auto db = connection::open(path, vfs, SQLITE_OPEN_READONLY);
  if (!db) return db.error();
  for (const auto* sql : {"PRAGMA busy_timeout=5000", "PRAGMA mmap_size=0", "PRAGMA query_only=ON"})
    if (auto done = db->execute(sql); !done) return done.error();
  return std::make_unique<reader>(std::move(*db));
}

// Makes a new file a store, or checks an old one.
result<schema_state> prepare(connection& db, const std::string& path) {
  if (auto done = db.execute("PRAGMA busy_timeout=5000"); !done) return done.error();
  auto found = inspect(db, access::write);
  if (!found) return found;
  if (auto done = make_private(path); !done) return done.error();
  if (auto done = checkpoint_on_close(db, 1); !done) return done.error();
  if (auto done = configure(db); !done) return done.error();
  if (!found->empty && found->version >= schema_version) return found;
  if (auto made = found->empty ? create_schema(db) : upgrade_schema(db); !made) return made.error();
  return inspect(db, access::write);
}

result<std::unique_ptr<store>> open_writing(const std::string& path, const std::string& vfs) {
  if (auto safe = check_filesystem(path); !safe) return safe.error();
  auto lock = lock_writer(path);
  if (!lock) return lock.error();
  if (auto made = make_file(path); !made) return made.error();
  auto db = connection::open(path, vfs, SQLITE_OPEN_READWRITE);
  if (!db) return db.error();
  if (auto held = checkpoint_on_close(*db, 0); !held) return held.error();
  auto found = prepare(*db, path);
  if (!found) return found.error();
  auto about = describe(path, found->uuid, found->version);
  auto values = read_back(*db);
  if (!values) return values.error();
  about.settings = std::move(*values);
  auto read = open_reader(path, vfs);
  if (!read) return read.error();
  try {
    auto write = std::make_unique<writer>(std::move(*db));
    return std::make_unique<sqlite_store>(std::move(about), std::move(*lock), std::move(write),
                                          std::move(*read));
  } catch (const std::system_error& e) {
    return make_error(errc::io, "store " + path + ": cannot start its thread: " + e.what());
  }
}

result<std::unique_ptr<store>> open_reading(const std::string& path, const std::string& vfs) {
  auto db = connection::open(path, vfs, SQLITE_OPEN_READONLY);
  if (!db) return db.error();
  if (auto done = db->execute("PRAGMA busy_timeout=5000"); !done) return done.error();
  const auto found = inspect(*db, access::read);
  if (!found) return found.error();
  if (found->empty)
    return make_error(errc::not_found, "store " + path + " is empty; let a writer open it first");
  auto read = open_reader(path, vfs);
  if (!read) return read.error();
  return std::make_unique<sqlite_store>(describe(path, found->uuid, found->version), unique_fd(), nullptr,
                                        std::move(*read));
}

}  // namespace
}  // namespace sqlite

inline namespace v1 {

result<std::unique_ptr<store>> open_sqlite_store(const sqlite_options& options) {
  if (sqlite3_threadsafe() == 0)
    return make_error(errc::unsupported, "this SQLite was built without threads; use one that has them");
  auto path = sqlite::resolve(options.path);
  if (!path) return path.error();
  return options.read_only ? sqlite::open_reading(*path, options.vfs)
                           : sqlite::open_writing(*path, options.vfs);
}

}  // namespace v1
}  // namespace shipflow
