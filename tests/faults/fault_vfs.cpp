#include "faults/fault_vfs.hpp"

#include <sqlite3.h>

#include <cstring>
#include <mutex>

namespace shipflow::faults {
namespace {

std::mutex guard;
fault armed = fault::none;
int strike_at = 0;
lasts duration = lasts::once;
bool has_struck = false;
int writes = 0;
int syncs = 0;
int reads = 0;

int& counter(fault kind) {
  if (kind == fault::sync_error) return syncs;
  if (kind == fault::read_error) return reads;
  return writes;
}

// Counts a call and says which fault strikes it.
fault next(fault family) {
  const std::scoped_lock hold(guard);
  const int n = ++counter(family);
  if (armed == fault::none || &counter(armed) != &counter(family)) return fault::none;
  if (n < strike_at || (duration == lasts::once && n > strike_at)) return fault::none;
  has_struck = true;
  return armed;
}

struct file {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* real(sqlite3_file* f) { return reinterpret_cast<file*>(f)->real(); }
const sqlite3_io_methods* methods(sqlite3_file* f) { return real(f)->pMethods; }
sqlite3_vfs* base(sqlite3_vfs* v) { return static_cast<sqlite3_vfs*>(v->pAppData); }

int on_close(sqlite3_file* f) { return methods(f)->xClose(real(f)); }
int on_read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  if (next(fault::read_error) != fault::none) return SQLITE_IOERR_READ;
  return methods(f)->xRead(real(f), to, size, at);
}
int on_write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  switch (next(fault::disk_full)) {
    case fault::disk_full: return SQLITE_FULL;
    case fault::short_write: methods(f)->xWrite(real(f), from, size / 2, at); return SQLITE_FULL;
    case fault::write_error: methods(f)->xWrite(real(f), from, size, at); return SQLITE_IOERR_WRITE;
    default: return methods(f)->xWrite(real(f), from, size, at);
  }
}
// Never flushed for real: the tests kill processes, not the power, and must be quick.
int on_sync(sqlite3_file*, int) {
  return next(fault::sync_error) == fault::none ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}
int on_truncate(sqlite3_file* f, sqlite3_int64 size) { return methods(f)->xTruncate(real(f), size); }
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

int on_open(sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out) {
  f->pMethods = nullptr;
  const int code = base(v)->xOpen(base(v), name, real(f), flags, out);
  if (real(f)->pMethods != nullptr) f->pMethods = &io;
  return code;
}
int on_delete(sqlite3_vfs* v, const char* name, int sync) { return base(v)->xDelete(base(v), name, sync); }
int on_access(sqlite3_vfs* v, const char* name, int flags, int* out) {
  return base(v)->xAccess(base(v), name, flags, out);
}
int on_path(sqlite3_vfs* v, const char* name, int size, char* out) {
  return base(v)->xFullPathname(base(v), name, size, out);
}

sqlite3_vfs make_vfs() {
  sqlite3_vfs* below = sqlite3_vfs_find(nullptr);
  sqlite3_vfs v = *below;  // time, randomness and the rest stay its own
  v.zName = "shipflow-faults";
  v.pNext = nullptr;
  v.pAppData = below;
  v.szOsFile = static_cast<int>(sizeof(file)) + below->szOsFile;
  v.xOpen = on_open;
  v.xDelete = on_delete;
  v.xAccess = on_access;
  v.xFullPathname = on_path;
  return v;
}

}  // namespace

const char* fault_vfs() {
  static sqlite3_vfs v = make_vfs();
  static const int registered = sqlite3_vfs_register(&v, 0);
  return registered == SQLITE_OK ? v.zName : "not registered";
}

void count_from_now() {
  const std::scoped_lock hold(guard);
  writes = syncs = reads = 0;
}

void arm(fault kind, int at, lasts how) {
  count_from_now();
  const std::scoped_lock hold(guard);
  armed = kind;
  strike_at = at;
  duration = how;
  has_struck = false;
}

void disarm() {
  const std::scoped_lock hold(guard);
  armed = fault::none;
}

int calls(fault kind) {
  const std::scoped_lock hold(guard);
  return counter(kind);
}

bool struck() {
  const std::scoped_lock hold(guard);
  return has_struck;
}

}  // namespace shipflow::faults
