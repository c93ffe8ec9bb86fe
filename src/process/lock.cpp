#include "process/lock.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

namespace shipflow::process {
namespace {

struct flock whole_file() {
  struct flock region {};
  region.l_type = F_WRLCK;
  region.l_whence = SEEK_SET;
  return region;
}

/// Does the path still lead to this file? A home may be removed while somebody waits for its lock.
bool is_current(const unique_fd& file, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file.get(), &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

}  // namespace

result<unique_fd> take_lock(const std::string& path, duration patience) {
  unique_fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return system_error("cannot open " + path, errno);
  const auto until = std::chrono::steady_clock::now() + patience;
  auto region = whole_file();
  while (::fcntl(file.get(), F_OFD_SETLK, &region) != 0) {
    if (errno != EAGAIN && errno != EACCES && errno != EINTR)
      return system_error("cannot lock " + path, errno);
    if (std::chrono::steady_clock::now() >= until)
      return make_error(errc::conflict, path + " is locked by another process");
    ::poll(nullptr, 0, 2);
  }
  if (!is_current(file, path)) return make_error(errc::conflict, path + " was removed by another process");
  return file;
}

result<bool> is_locked(const std::string& path) {
  const unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return system_error("cannot open " + path, errno);
  }
  auto region = whole_file();
  if (::fcntl(file.get(), F_OFD_GETLK, &region) != 0)
    return system_error("cannot test the lock " + path, errno);
  return region.l_type != F_UNLCK;
}

}  // namespace shipflow::process
