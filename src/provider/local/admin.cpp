#include "provider/local/admin.hpp"

#include "process/files.hpp"

#include <charconv>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace shipflow::local {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t answer_limit = 16u << 20;
/// HAProxy reads commands into one buffer of 16 KiB.
constexpr std::size_t batch_limit = 8'000;

error silent(const std::string& directory, const char* why) {
  return make_error(errc::unavailable, "HAProxy does not answer at " + directory + "/admin.sock: " + why);
}

/// Waits until the descriptor is ready or the time has come.
bool wait_for(int fd, short events, clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<duration>(until - clock::now()).count();
    if (left <= 0) return false;
    pollfd p{fd, events, 0};
    const int ready = ::poll(&p, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

/// The address is short whatever the directory is: it goes through the descriptor of the directory.
result<unique_fd> connect_to(const std::string& directory) {
  const unique_fd at(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!at) return silent(directory, std::strerror(errno));
  unique_fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return process::system_error("cannot open a socket", errno);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = "/proc/self/fd/" + std::to_string(at.get()) + "/admin.sock";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return silent(directory, std::strerror(errno));
  return socket;
}

result<void> send_all(int fd, std::string_view text, const std::string& directory, clock::time_point until) {
  while (!text.empty()) {
    const auto sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return silent(directory, std::strerror(errno));
    } else if (!wait_for(fd, POLLOUT, until)) {
      return silent(directory, "time is up");
    }
  }
  return {};
}

/// HAProxy closes after the last answer.
result<std::string> read_all(int fd, const std::string& directory, clock::time_point until) {
  std::string text;
  std::array<char, 16'384> buffer;
  for (;;) {
    const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got == 0) return text;
    if (got > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(got));
      if (text.size() > answer_limit) return silent(directory, "endless answer");
    } else if (errno != EAGAIN && errno != EINTR) {
      return silent(directory, std::strerror(errno));
    } else if (!wait_for(fd, POLLIN, until)) {
      return silent(directory, "time is up");
    }
  }
}

result<std::string> exchange(const std::string& directory, const std::string& line, duration patience) {
  const auto until = clock::now() + patience;
  auto socket = connect_to(directory);
  if (!socket) return socket.error();
  if (auto sent = send_all(socket->get(), line + "\n", directory, until); !sent) return sent.error();
  return read_all(socket->get(), directory, until);
}

/// Splits off one line; understands quotes.
std::vector<std::string> take_line(std::string_view& from, char separator) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  std::size_t at = 0;
  for (; at < from.size() && (quoted || from[at] != '\n'); ++at) {
    const char c = from[at];
    if (c == '"' && quoted && at + 1 < from.size() && from[at + 1] == '"') {
      cells.back() += from[++at];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  from.remove_prefix(std::min(from.size(), at + 1));
  return cells;
}

}  // namespace

result<std::string> admin(const std::string& directory, const std::vector<std::string>& commands,
                          duration patience) {
  std::string all;
  std::string line;
  const auto flush = [&]() -> result<void> {
    auto answer = exchange(directory, line, patience);
    if (!answer) return answer.error();
    all += *answer;
    line.clear();
    return {};
  };
  for (const auto& command : commands) {
    if (line.size() + command.size() > batch_limit)
      if (auto done = flush(); !done) return done.error();
    line += (line.empty() ? "" : ";") + command;
  }
  if (auto done = flush(); !done) return done.error();
  return all;
}

result<void> admin_quiet(const std::string& directory, const std::vector<std::string>& commands) {
  if (commands.empty()) return {};
  auto answer = admin(directory, commands);
  if (!answer) return answer.error();
  const auto first = answer->find_first_not_of("\n ");
  if (first == std::string::npos) return {};
  const auto words = answer->substr(first, answer->find('\n', first) - first);
  return make_error(errc::failed, "HAProxy refused \"" + commands.front() +
                                      (commands.size() > 1 ? "\" or what followed: " : "\": ") + words);
}

std::string_view row::text(std::string_view column) const {
  const auto found = cells_.find(column);
  return found == cells_.end() ? std::string_view{} : std::string_view(found->second);
}

std::int64_t row::number(std::string_view column) const {
  const auto cell = text(column);
  std::int64_t value = 0;
  const auto parsed = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return parsed.ec == std::errc{} && parsed.ptr == cell.data() + cell.size() ? value : 0;
}

std::vector<row> parse_table(std::string_view text, char separator) {
  std::vector<row> rows;
  const auto start = text.find("# ");
  if (start == std::string_view::npos) return rows;
  text.remove_prefix(start + 2);
  const auto names = take_line(text, separator);
  while (!text.empty() && text.front() != '\n') {
    const auto cells = take_line(text, separator);
    std::map<std::string, std::string, std::less<>> named;
    for (std::size_t i = 0; i < std::min(names.size(), cells.size()); ++i) named[names[i]] = cells[i];
    rows.emplace_back(std::move(named));
  }
  return rows;
}

std::string_view info_value(std::string_view info, std::string_view name) {
  const auto key = "\n" + std::string(name) + ": ";
  auto at = info.find(key);
  if (at == std::string_view::npos && info.substr(0, key.size() - 1) == std::string_view(key).substr(1))
    at = 0;
  else if (at == std::string_view::npos)
    return {};
  else
    ++at;
  const auto value = at + key.size() - 1;
  return info.substr(value, info.find('\n', value) - value);
}

}  // namespace shipflow::local
