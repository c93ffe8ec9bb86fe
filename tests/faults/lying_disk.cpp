#include "faults/lying_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>
#include <utility>
#include <vector>

namespace shipflow::faults {
namespace {

namespace fs = std::filesystem;

// A write of bytes, or a new size.
struct change {
  std::size_t at = 0;
  std::string bytes;
  bool truncates = false;
};

struct content {
  std::string flushed;
  std::vector<change> pending;
};
using names = std::map<std::string, std::shared_ptr<content>>;

struct disk {
  std::string path;
  names now;   // as programs see the directory
  names kept;  // as it was flushed
  std::function<void()> before_flush;
  bool lies = false;
};

std::mutex guard;
disk followed;

void carry_out(std::string& bytes, const change& c) {
  if (c.truncates) {
    bytes.resize(c.at);
    return;
  }
  if (bytes.size() < c.at + c.bytes.size()) bytes.resize(c.at + c.bytes.size());
  bytes.replace(c.at, c.bytes.size(), c.bytes);
}

// The changes, writes cut at the borders of sectors.
std::vector<change> pieces_of(const content& c, std::size_t sector) {
  std::vector<change> out;
  for (const auto& whole : c.pending) {
    if (whole.truncates) out.push_back(whole);
    for (std::size_t from = 0; !whole.truncates && from < whole.bytes.size();) {
      const auto size = std::min(whole.bytes.size() - from, sector - (whole.at + from) % sector);
      out.push_back({whole.at + from, whole.bytes.substr(from, size), false});
      from += size;
    }
  }
  return out;
}

std::size_t draw(std::mt19937_64& numbers, std::size_t below) {
  return below == 0 ? 0 : static_cast<std::size_t>(numbers() % below);
}

// Which of `count` sectors reached the disk.
std::vector<bool> reached(loss how, std::size_t count, std::mt19937_64& numbers) {
  std::vector<bool> there(count, how == loss::none || how == loss::all_but);
  const auto one = draw(numbers, count);
  for (std::size_t i = 0; i < count; ++i) {
    if (how == loss::tail) there[i] = i < one;
    if (how == loss::some || how == loss::noise) there[i] = draw(numbers, 2) == 0;
  }
  if (count > 0 && (how == loss::all_but || how == loss::only)) there[one] = how == loss::only;
  return there;
}

std::string after_failure(const content& c, const power_failure& how, std::mt19937_64& numbers) {
  auto bytes = c.flushed;
  auto pieces = pieces_of(c, how.sector);
  const auto there = reached(how.how, pieces.size(), numbers);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    auto& piece = pieces[i];
    const bool noisy = how.how == loss::noise && !there[i] && !piece.truncates && draw(numbers, 4) == 0;
    if (noisy)
      for (auto& byte : piece.bytes) byte = static_cast<char>(numbers());
    if (there[i] || noisy) carry_out(bytes, piece);
  }
  return bytes;
}

// ---- the VFS ---------------------------------------------------------------------------------

struct file {
  sqlite3_file base;
  std::shared_ptr<content>* what;  // empty for files that are not followed
  bool flush_directory;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

file& mine(sqlite3_file* f) { return *reinterpret_cast<file*>(f); }
sqlite3_file* real(sqlite3_file* f) { return mine(f).real(); }
const sqlite3_io_methods* methods(sqlite3_file* f) { return real(f)->pMethods; }
sqlite3_vfs* below(sqlite3_vfs* v) { return static_cast<sqlite3_vfs*>(v->pAppData); }

void note(sqlite3_file* f, change c) {
  const std::scoped_lock hold(guard);
  if (mine(f).what != nullptr) (*mine(f).what)->pending.push_back(std::move(c));
}

int on_close(sqlite3_file* f) {
  delete mine(f).what;
  return methods(f)->xClose(real(f));
}
int on_read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return methods(f)->xRead(real(f), to, size, at);
}
int on_write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  note(f, {static_cast<std::size_t>(at),
           std::string(static_cast<const char*>(from), static_cast<std::size_t>(size)), false});
  return methods(f)->xWrite(real(f), from, size, at);
}
int on_truncate(sqlite3_file* f, sqlite3_int64 size) {
  note(f, {static_cast<std::size_t>(size), {}, true});
  return methods(f)->xTruncate(real(f), size);
}
// Never flushed for real: what lasts is kept here.
int on_sync(sqlite3_file* f, int) {
  if (mine(f).what == nullptr) return SQLITE_OK;
  if (followed.before_flush) followed.before_flush();
  const std::scoped_lock hold(guard);
  if (followed.lies) return SQLITE_OK;
  auto& c = **mine(f).what;
  for (const auto& p : c.pending) carry_out(c.flushed, p);
  c.pending.clear();
  if (std::exchange(mine(f).flush_directory, false)) followed.kept = followed.now;
  return SQLITE_OK;
}
int on_size(sqlite3_file* f, sqlite3_int64* size) { return methods(f)->xFileSize(real(f), size); }
int on_lock(sqlite3_file* f, int level) { return methods(f)->xLock(real(f), level); }
int on_unlock(sqlite3_file* f, int level) { return methods(f)->xUnlock(real(f), level); }
int on_reserved(sqlite3_file* f, int* out) { return methods(f)->xCheckReservedLock(real(f), out); }
int on_control(sqlite3_file* f, int op, void* arg) { return methods(f)->xFileControl(real(f), op, arg); }
int on_sector(sqlite3_file* f) { return methods(f)->xSectorSize(real(f)); }
int on_traits(sqlite3_file* f) { return methods(f)->xDeviceCharacteristics(real(f)); }
int on_map(sqlite3_file* f, int page, int size, int extend, volatile void** out) {
  return methods(f)->xShmMap(real(f), page, size, extend, out);
}
int on_shm_lock(sqlite3_file* f, int at, int n, int flags) {
  return methods(f)->xShmLock(real(f), at, n, flags);
}
void on_barrier(sqlite3_file* f) { methods(f)->xShmBarrier(real(f)); }
int on_unmap(sqlite3_file* f, int remove) { return methods(f)->xShmUnmap(real(f), remove); }

const sqlite3_io_methods io{2,           on_close,   on_read,     on_write,   on_truncate, on_sync,   on_size,
                            on_lock,     on_unlock,  on_reserved, on_control, on_sector,   on_traits, on_map,
                            on_shm_lock, on_barrier, on_unmap,    nullptr,    nullptr};

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The suffix of a file of the followed database; nothing for other files.
const char* suffix_of(const char* name) {
  const std::string_view whole = name == nullptr ? "" : name;
  const bool ours = !followed.path.empty() && whole.substr(0, followed.path.size()) == followed.path;
  return ours ? name + followed.path.size() : nullptr;
}

int on_open(sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out) {
  f->pMethods = nullptr;
  mine(f).what = nullptr;
  const std::scoped_lock hold(guard);
  const char* suffix = suffix_of(name);
  const bool is_new = suffix != nullptr && !followed.now.contains(suffix);
  const int code = below(v)->xOpen(below(v), name, real(f), flags, out);
  if (real(f)->pMethods == nullptr) return code;
  f->pMethods = &io;
  constexpr int logs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
  mine(f).flush_directory = is_new && (flags & logs) != 0;
  if (suffix == nullptr) return code;
  auto& what = followed.now[suffix];
  if (!what) what = std::make_shared<content>();
  mine(f).what = new std::shared_ptr<content>(what);
  return code;
}
int on_delete(sqlite3_vfs* v, const char* name, int sync) {
  const int code = below(v)->xDelete(below(v), name, sync);
  const std::scoped_lock hold(guard);
  if (const char* suffix = suffix_of(name); suffix != nullptr) followed.now.erase(suffix);
  if (sync != 0 && !followed.lies) followed.kept = followed.now;
  return code;
}
int on_access(sqlite3_vfs* v, const char* name, int flags, int* out) {
  return below(v)->xAccess(below(v), name, flags, out);
}
int on_path(sqlite3_vfs* v, const char* name, int size, char* out) {
  return below(v)->xFullPathname(below(v), name, size, out);
}

sqlite3_vfs make_vfs() {
  sqlite3_vfs* base = sqlite3_vfs_find(nullptr);
  sqlite3_vfs v = *base;  // time, randomness and the rest stay its own
  v.zName = "shipflow-lying-disk";
  v.pNext = nullptr;
  v.pAppData = base;
  v.szOsFile = static_cast<int>(sizeof(file)) + base->szOsFile;
  v.xOpen = on_open;
  v.xDelete = on_delete;
  v.xAccess = on_access;
  v.xFullPathname = on_path;
  return v;
}

}  // namespace

const char* lying_vfs() {
  static sqlite3_vfs v = make_vfs();
  static const int registered = sqlite3_vfs_register(&v, 0);
  return registered == SQLITE_OK ? v.zName : "not registered";
}

void follow(const std::string& path, std::function<void()> before_flush) {
  const std::scoped_lock hold(guard);
  followed = {path, {}, {}, std::move(before_flush), false};
  for (const auto* suffix : {"", "-wal", "-journal"}) {
    if (!fs::exists(path + suffix)) continue;
    followed.now[suffix] = std::make_shared<content>(content{read_file(path + suffix), {}});
  }
  followed.kept = followed.now;
}

void unfollow() {
  const std::scoped_lock hold(guard);
  followed = {};
}

void keep_nothing(bool lie) {
  const std::scoped_lock hold(guard);
  followed.lies = lie;
}

image fail_power(const power_failure& how, std::mt19937_64& numbers) {
  const std::scoped_lock hold(guard);
  image out;
  for (const auto* suffix : {"", "-wal", "-journal"}) {
    const auto kept = followed.kept.find(suffix);
    const auto now = followed.now.find(suffix);
    const auto before = kept == followed.kept.end() ? nullptr : kept->second;
    const auto after = now == followed.now.end() ? nullptr : now->second;
    const bool renewed = how.how == loss::none || (how.how != loss::all && draw(numbers, 2) == 0);
    const auto& chosen = renewed ? after : before;
    if (chosen) out[suffix] = after_failure(*chosen, how, numbers);
  }
  // The index is never flushed: it may be gone, old, or nonsense.
  const auto index = draw(numbers, 3);
  if (index == 1) out["-shm"] = read_file(followed.path + "-shm");
  if (index == 2)
    for (int i = 0; i < 4096; ++i) out["-shm"] += static_cast<char>(numbers());
  return out;
}

void put(const image& files, const std::string& path) {
  for (const auto* suffix : {"", "-wal", "-journal", "-shm", ".lock"}) fs::remove(path + suffix);
  for (const auto& [suffix, bytes] : files) {
    std::ofstream out(path + suffix, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
}

}  // namespace shipflow::faults
