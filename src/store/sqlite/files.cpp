#include "store/sqlite/files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>

namespace shipflow::sqlite {
namespace {

namespace fs = std::filesystem;

error trouble(const std::string& path, std::string_view doing, int code) {
  const auto kind = code == EACCES || code == EPERM || code == EROFS ? errc::denied : errc::io;
  return make_error(
      kind, "store " + path + ": cannot " + std::string(doing) + ": " + std::system_category().message(code));
}

// Magic numbers of statfs(2): NFS, SMB, SMB2, CIFS, AFS, Ceph, Lustre, GPFS, OCFS2, 9P.
constexpr std::array<std::uint32_t, 10> network_filesystems{
    0x6969U,     0x517BU,     0xFE534D42U, 0xFF534D42U, 0x5346414FU,
    0x00C36400U, 0x0BD00BD0U, 0x47504653U, 0x7461636FU, 0x01021997U};

std::string holder(int fd) {
  std::array<char, 32> text{};
  const auto size = pread(fd, text.data(), text.size() - 1, 0);
  const std::string_view read(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0U);
  return std::string(read.substr(0, read.find_first_not_of("0123456789")));
}

result<void> write_pid(const std::string& path, int fd) {
  const auto text = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 || pwrite(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return trouble(path, "write the lock file", errno);
  return {};
}

}  // namespace

result<std::string> resolve(const std::string& path) {
  if (path.empty()) return make_error(errc::invalid_argument, "a SQLite store needs a path");
  std::error_code ec;
  auto absolute = fs::absolute(path, ec);
  if (!ec) absolute = fs::weakly_canonical(absolute, ec);
  if (ec) return make_error(errc::io, "store " + path + ": cannot resolve the path: " + ec.message());
  if (!fs::is_directory(absolute.parent_path(), ec))
    return make_error(errc::io, "store " + path + ": the directory " + absolute.parent_path().string() +
                                    " does not exist; create it first");
  if (fs::exists(absolute, ec) && !fs::is_regular_file(absolute, ec))
    return make_error(errc::invalid_argument, "store " + path + " is not a regular file");
  return absolute.string();
}

result<void> check_filesystem(const std::string& path) {
  struct statfs about {};
  const auto directory = fs::path(path).parent_path().string();
  if (statfs(directory.c_str(), &about) != 0) return trouble(path, "look at the file system", errno);
  const auto type = static_cast<std::uint32_t>(about.f_type);
  if (std::find(network_filesystems.begin(), network_filesystems.end(), type) != network_filesystems.end())
    return make_error(
        errc::unsupported,
        "store " + path + " is on a network file system, where locks are not safe; use a local disk");
  return {};
}

result<void> make_file(const std::string& path) {
  // Only a file that is new is opened here: closing a descriptor of a database drops the POSIX
  // locks that other connections of this process hold on it.
  const unique_fd made(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (made) {
    if (fchmod(made.get(), 0600) != 0) return trouble(path, "set the mode", errno);
    return {};
  }
  if (errno != EEXIST) return trouble(path, "create the file", errno);
  return {};
}

result<void> make_private(const std::string& path) {
  for (const auto* companion : {"", "-wal", "-shm", "-journal"}) {
    const auto name = path + companion;
    struct stat about {};
    if (stat(name.c_str(), &about) != 0 || (about.st_mode & 0777U) == 0600) continue;
    if (chmod(name.c_str(), 0600) != 0) return trouble(path, "set the mode of " + name, errno);
  }
  return {};
}

result<unique_fd> lock_writer(const std::string& path) {
  const auto name = path + ".lock";
  unique_fd fd(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return trouble(path, "open its lock file", errno);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return trouble(path, "lock " + name, errno);
    return make_error(errc::conflict, "store " + path + " is in use by process " + holder(fd.get()) +
                                          "; talk to it or wait until it ends");
  }
  if (fchmod(fd.get(), 0600) != 0) return trouble(path, "set the mode of its lock file", errno);
  if (auto written = write_pid(path, fd.get()); !written) return written.error();
  return fd;
}

}  // namespace shipflow::sqlite
