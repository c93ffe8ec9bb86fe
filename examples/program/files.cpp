#include "files.hpp"

#include "commands.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace program {

using shipflow::errc;
using shipflow::make_error;

shipflow::result<std::string> read_file(const std::string& path, std::size_t most) {
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown))
    return make_error(errc::invalid_argument, path + ": is a directory");
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return make_error(errc::invalid_argument, path + ": cannot be read");
  const auto size = in.tellg();
  if (size < 0) return make_error(errc::invalid_argument, path + ": is no file");
  if (static_cast<std::size_t>(size) > most)
    return make_error(errc::invalid_argument,
                      path + ": is larger than " + std::to_string(most >> 20U) + " MiB");
  in.seekg(0);
  std::string out(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) return make_error(errc::invalid_argument, path + ": cannot be read");
  return out;
}

int put_out(const arguments& given, const std::string& text) {
  if (!given.has("--output")) return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
  const auto path = given.get("--output");
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return complain(make_error(errc::io, path + ": " + std::strerror(errno)));
  std::size_t written = 0;
  while (written < text.size()) {
    const auto n = ::write(file, text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    written += static_cast<std::size_t>(n);
  }
  const bool whole = written == text.size();
  const auto why = whole ? 0 : errno;
  if (::close(file) == 0 && whole) return 0;
  return complain(make_error(errc::io, path + ": " + std::strerror(why)));
}

}  // namespace program
