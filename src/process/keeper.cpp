#include "process/keeper.hpp"

#include "process/files.hpp"
#include "process/home.hpp"
#include "process/lock.hpp"

#include <shipflow/json.hpp>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace shipflow::process {
namespace {

constexpr std::size_t largest_status = 65'536;
/// Between the status of a keeper and its end lies a flush of a directory.
constexpr duration last_breath{5'000};

error corrupt(const std::string& path) {
  return make_error(errc::corrupt, path + " is not what a keeper writes");
}

result<json::object> read_object(const std::string& path) {
  auto text = read_tail(path, largest_status);
  if (!text) return text.error();
  auto value = parse_json(*text);
  if (!value || !value->is_object()) return corrupt(path);
  return std::move(value->get_object());
}

std::int64_t number_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

bool flag_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

void read_common(const json::object& object, state& into) {
  into.keeper_pid = static_cast<int>(number_in(object, "keeper"));
  into.restarts = static_cast<int>(number_in(object, "restarts"));
  into.started = from_ms(number_in(object, "started"));
}

result<state> read_status(const home_files& files) {
  auto object = read_object(files.status);
  if (!object) return object.error();
  if (number_in(*object, "format") != 1) return corrupt(files.status);
  state s;
  s.what = phase::exited;
  read_common(*object, s);
  s.exit_code = static_cast<int>(number_in(*object, "exit_code"));
  s.signal = static_cast<int>(number_in(*object, "signal"));
  s.timed_out = flag_in(*object, "timed_out");
  s.stopped = flag_in(*object, "stopped");
  s.ended = from_ms(number_in(*object, "ended"));
  s.out_bytes = static_cast<std::uint64_t>(number_in(*object, "out_bytes"));
  if (const auto* problem = object->if_contains("problem"); problem != nullptr && problem->is_string())
    s.problem = std::string(problem->get_string());
  return s;
}

state read_running(const home_files& files, phase what) {
  state s;
  s.what = what;
  const auto object = read_object(files.running);
  if (!object) return s;
  read_common(*object, s);
  if (what == phase::running) s.pid = static_cast<int>(number_in(*object, "pid"));
  return s;
}

/// A keeper is nobody's child, so init reaps it. Where this process is init (in a container) or a
/// subreaper that falls to us; the name makes sure that no child of the host is taken for one.
void reap_keeper(int pid) {
  int subreaper = 0;
  ::prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
  if (pid <= 1 || (::getpid() != 1 && subreaper == 0)) return;
  std::string name;
  std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
  if (std::getline(file, name) && name == "shipflow-keeper") ::waitpid(pid, nullptr, WNOHANG);
}

/// `spec.json` appears under `lock` and before `starting` is let go. So a home with it whose lock is
/// free is over, and a home without it is absent only if nobody is starting either.
result<phase> liveness(const home_files& files) {
  if (exists(files.spec)) {
    const auto held = is_locked(files.lock);
    if (!held) return held.error();
    return *held ? phase::running : phase::lost;
  }
  const auto starting = is_locked(files.starting);
  if (!starting) return starting.error();
  if (*starting) return phase::running;
  return exists(files.spec) ? liveness(files) : result<phase>(phase::absent);
}

}  // namespace

std::string_view name_of(phase p) noexcept {
  switch (p) {
    case phase::absent: return "absent";
    case phase::running: return "running";
    case phase::exited: return "exited";
    case phase::lost: return "lost";
  }
  return "lost";
}

result<state> look(const std::string& home) {
  const home_files files(home);
  if (exists(files.status)) {
    auto ended = read_status(files);
    if (ended) reap_keeper(ended->keeper_pid);
    return ended;
  }
  const auto what = liveness(files);
  if (!what) return what.error();
  // It may have ended between the two looks; then the status was written before the lock was freed.
  if (*what != phase::absent && exists(files.status)) return read_status(files);
  if (*what == phase::absent) return state{};
  return read_running(files, *what);
}

result<std::string> output(const std::string& home, std::size_t most, stream which) {
  const home_files files(home);
  auto text = read_tail(which == stream::both ? files.output : files.standard, most);
  if (!text && text.error().code == errc::not_found) return std::string();
  return text;
}

result<void> ask_stop(const std::string& home) {
  const auto now = look(home);
  if (!now) return now.error();
  if (now->what == phase::absent) return make_error(errc::not_found, "nothing was started in " + home);
  if (now->what != phase::running) return {};
  const home_files files(home);
  // First the mark, then the call: a keeper without a FIFO yet looks for the mark when it has one.
  const unique_fd mark(::open(files.stop.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!mark) return system_error("cannot write " + files.stop, errno);
  const unique_fd control(::open(files.control.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
  if (!control) {
    if (errno == ENOENT || errno == ENXIO) return {};
    return system_error("cannot open " + files.control, errno);
  }
  if (::write(control.get(), "s", 1) < 0 && errno != EPIPE && errno != EAGAIN)
    return system_error("cannot write " + files.control, errno);
  return {};
}

result<void> remove(const std::string& home) {
  if (!exists(home)) return {};
  const home_files files(home);
  if (!exists(files.starting))
    return make_error(errc::invalid_argument, home + " is not the home of a keeper; it was left alone");
  const auto starting = take_lock(files.starting, duration{0});
  if (!starting) return starting.error();
  const bool ended = exists(files.status);
  const auto held = is_locked(files.lock);
  if (!held) return held.error();
  if (*held && !ended)
    return make_error(errc::conflict, "the program kept in " + home + " still runs; stop it first");
  if (!ended) {
    if (auto swept = sweep(home); !swept) return swept.error();
  }
  // The result of a keeper is seen a moment before the keeper is gone.
  if (auto lock = take_lock(files.lock, last_breath); !lock) return lock.error();
  std::error_code ec;
  std::filesystem::remove_all(home, ec);
  if (ec) return make_error(errc::io, "cannot remove " + home + ": " + ec.message());
  return {};
}

}  // namespace shipflow::process
