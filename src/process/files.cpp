#include "process/files.hpp"

#include "process/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace shipflow::process {

error system_error(std::string what, int error_number) {
  auto code = errc::io;
  if (error_number == ENOENT || error_number == ENOTDIR) code = errc::not_found;
  if (error_number == EACCES || error_number == EPERM) code = errc::denied;
  return make_error(code, std::move(what) + ": " + std::generic_category().message(error_number));
}

bool exists(const std::string& path) noexcept {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0;
}

result<std::pair<unique_fd, unique_fd>> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  return std::pair{unique_fd(ends[0]), unique_fd(ends[1])};
}

result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("cannot write " + path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

result<std::string> read_tail(const std::string& path, std::size_t most) {
  const unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return system_error("cannot read " + path, errno);
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return system_error("cannot read " + path, errno);
  const auto size = static_cast<std::size_t>(found.st_size);
  std::string text(std::min(size, most), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const auto n = ::pread(file.get(), text.data() + done, text.size() - done,
                           static_cast<off_t>(size - text.size() + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("cannot read " + path, errno);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  text.resize(done);
  return text;
}

namespace {

result<void> flush_directory_of(const std::string& path) {
  const auto directory = path.substr(0, path.find_last_of('/'));
  const unique_fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return system_error("cannot flush " + directory, errno);
  return {};
}

}  // namespace

result<void> replace_file(const std::string& path, std::string_view text, durability how) {
  const auto next = path + ".new";
  unique_fd file(::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return system_error("cannot write " + next, errno);
  if (auto written = write_all(file.get(), text, next); !written) return written;
  if (how == durability::on_disk && ::fsync(file.get()) != 0)
    return system_error("cannot flush " + next, errno);
  file.reset();
  if (::rename(next.c_str(), path.c_str()) != 0) return system_error("cannot replace " + path, errno);
  if (how == durability::on_disk) return flush_directory_of(path);
  return {};
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : valid_utf8(text)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace shipflow::process
