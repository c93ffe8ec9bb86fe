#include "provider/local/instances.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <fstream>
#include <random>
#include <sys/socket.h>

namespace shipflow::local {
namespace {

/// A crashing service is tried again for hours; the release that started it gives up much earlier.
constexpr process::restart_policy service{1'000, duration{100}};
constexpr std::size_t output_kept = 65'536;

/// First port the kernel gives to outgoing connections (ip(7), ip_local_port_range).
int first_ephemeral_port() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  int first = 0;
  return file >> first && first > 10'100 ? first : 32'768;
}

result<process::keeper_spec> spec_of(const component& c, const instance& i) {
  auto made_from = c.read_recipe(i.recipe);
  if (!made_from) return made_from.error();
  auto parts = render(*made_from, {i.id, i.in, i.port, c.named_secrets});
  if (!parts) return make_error(parts.error().code, c.name + ": " + parts.error().message);
  process::keeper_spec spec;
  spec.argv = std::move(parts->argv);
  spec.directory = made_from->directory;
  spec.environment = std::move(parts->environment);
  for (const auto& [name, value] : c.home->options.environment)
    if (std::none_of(spec.environment.begin(), spec.environment.end(),
                     [&, &key = name](const auto& entry) { return entry.first == key; }))
      spec.environment.emplace_back(name, value);
  spec.home = c.home_of(i);
  spec.grace = c.bound.grace;
  spec.output_limit = output_kept;
  spec.restart = service;
  spec.redact = c.secrets;
  return spec;
}

}  // namespace

bool port_is_free(const std::string& host, int port) {
  const unique_fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return false;
  const int yes = 1;  // connections of the last user that are still fading do not count
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (host == "*")
    address.sin_addr.s_addr = htonl(INADDR_ANY);
  else if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    return false;
  return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
         ::listen(fd.get(), 1) == 0;
}

result<int> free_port(const ledger& book) {
  static constexpr int first = 10'000;
  std::random_device chance;  // several processes look at the same time: do not all begin at one end
  std::uniform_int_distribution<int> port(first, first_ephemeral_port() - 1);
  for (int tries = 0; tries < 500; ++tries) {
    const int candidate = port(chance);
    const bool ours = std::any_of(book.instances.begin(), book.instances.end(),
                                  [&](const instance& i) { return i.port == candidate; });
    if (!ours && port_is_free("127.0.0.1", candidate)) return candidate;
  }
  return make_error(errc::unavailable, "no free port for an instance on 127.0.0.1");
}

result<void> start_instance(const component& c, const instance& i) {
  const auto home = c.home_of(i);
  auto now = process::look(home);
  if (!now) return now.error();
  if (now->what == process::phase::running) return {};
  if (now->what != process::phase::absent)
    if (auto removed = process::remove(home); !removed) return removed.error();
  auto spec = spec_of(c, i);
  if (!spec) return spec.error();
  auto started = process::start(*spec, c.home->keeper);
  if (!started) return make_error(started.error().code, c.name + ": " + started.error().message);
  return {};
}

result<bool> end_instance(const component& c, const instance& i) {
  const auto home = c.home_of(i);
  auto now = process::look(home);
  if (!now) return now.error();
  if (now->what == process::phase::running) {
    if (auto asked = process::ask_stop(home); !asked) return asked.error();
    return false;
  }
  if (now->what == process::phase::absent) return true;
  if (auto removed = process::remove(home); !removed) return removed.error();
  return true;
}

std::string last_lines(const component& c, const std::string& home, std::size_t lines) {
  const auto raw = process::output(home, 4'096);
  if (!raw) return {};
  auto text = c.shown(*raw);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  auto at = text.size();
  for (std::size_t n = 0; n < lines && at != std::string::npos; ++n)
    at = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  return at == std::string::npos ? text : text.substr(at + 1);
}

std::string describe(const process::state& s) {
  if (s.what == process::phase::absent) return "not started";
  if (s.what == process::phase::lost) return "lost: its keeper was killed or the machine went down";
  const auto again = s.restarts == 0 ? std::string{}
                                     : ", started again " + std::to_string(s.restarts) +
                                           (s.restarts == 1 ? " time" : " times");
  if (s.what == process::phase::running) return "running" + again;
  if (!s.problem.empty()) return s.problem;
  if (s.signal != 0) return "ended by signal " + std::to_string(s.signal) + again;
  return "exited with " + std::to_string(s.exit_code) + again;
}

}  // namespace shipflow::local
