// Blue-green switches under steady load: how many requests fail, and how much slower they are while
// switching. The load is open-loop, 500 requests a second, half of it over kept connections; latency counts
// from the moment a request was due. A switch is launch, shift and retire; a quiet window of the same
// kind of load follows each.
//
//   bench_switch [switches [requests a second]]     default 20 500; exit 1 when a request failed
//   bench_switch --serve PORT VERSION               the service that is switched (started by the provider)
#include <shipflow/providers/local.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <future>
#include <iostream>
#include <mutex>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

namespace json = shipflow::json;
using clock_type = std::chrono::steady_clock;
using namespace std::chrono_literals;

sockaddr_in at_port(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// --- the service -----------------------------------------------------------

void serve_connection(int fd, const std::string& answer) {
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  std::string pending;
  std::array<char, 4096> buffer;
  for (;;) {
    const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) break;
    pending.append(buffer.data(), static_cast<std::size_t>(got));
    for (auto end = pending.find("\r\n\r\n"); end != std::string::npos; end = pending.find("\r\n\r\n")) {
      pending.erase(0, end + 4);
      if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
    }
  }
  ::close(fd);
}

int serve(int port, const std::string& version) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto address = at_port(port);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 1;
  if (::listen(listener, 512) != 0) return 1;
  const auto answer =
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(version.size()) + "\r\n\r\n" + version;
  for (;;) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) std::thread([fd, &answer] { serve_connection(fd, answer); }).detach();
  }
}

// --- the load --------------------------------------------------------------

struct sample {
  clock_type::time_point due;
  double milliseconds;
  bool good;
};

class load {
 public:
  load(int port, int rate) : port_(port) {
    const auto every = std::chrono::duration_cast<clock_type::duration>(1s) * clients / rate;
    const auto begin = clock_type::now();
    for (int n = 0; n < clients; ++n)
      threads_.emplace_back(
          [this, n, every, begin] { ask_on(begin + every * n / clients, every, n % 2 == 0); });
  }
  std::vector<sample> stop() {
    over_ = true;
    for (auto& thread : threads_) thread.join();
    return std::move(samples_);
  }

 private:
  static constexpr int clients = 16;

  [[nodiscard]] int connect_now() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    const timeval patience{10, 0};
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const auto address = at_port(port_);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    ::close(fd);
    return -1;
  }

  /// The service's answers are short: one read of a whole answer, or several of pieces.
  static bool exchange(int fd, std::string_view request) {
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) return false;
    std::string text;
    std::array<char, 1024> buffer;
    while (text.find("\r\n\r\n") == std::string::npos || text.back() != '.') {
      const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) return false;
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text.compare(0, 12, "HTTP/1.1 200") == 0;
  }

  void ask_on(clock_type::time_point due, clock_type::duration every, bool keep) {
    const std::string request =
        std::string("GET / HTTP/1.1\r\nHost: localhost\r\n") + (keep ? "" : "Connection: close\r\n") + "\r\n";
    std::vector<sample> mine;
    int fd = -1;
    for (; !over_; due += every) {
      std::this_thread::sleep_until(due);
      if (fd < 0) fd = connect_now();
      const bool good = fd >= 0 && exchange(fd, request);
      const std::chrono::duration<double, std::milli> took = clock_type::now() - due;
      mine.push_back({due, took.count(), good});
      if ((!keep || !good) && fd >= 0) ::close(std::exchange(fd, -1));
    }
    if (fd >= 0) ::close(fd);
    const std::lock_guard guard(mutex_);
    samples_.insert(samples_.end(), mine.begin(), mine.end());
  }

  int port_;
  std::atomic<bool> over_{false};
  std::mutex mutex_;
  std::vector<sample> samples_;
  std::vector<std::thread> threads_;
};

// --- the release -----------------------------------------------------------

class releaser {
 public:
  releaser(shipflow::local_provider& provider, json::object target)
      : provider_(provider), target_(std::move(target)) {}

  void run(const std::string& action, json::object inputs) {
    shipflow::request q;
    q.action = action;
    q.run = "switch";
    q.environment = "bench";
    q.component = "service";
    q.effect_key = "effect-" + std::to_string(++effects_);
    q.target = target_;
    q.inputs = std::move(inputs);
    q.what = shipflow::verb::observe;
    q.baseline = call(q).value;
    q.what = shipflow::verb::apply;
    auto a = call(q);
    q.what = shipflow::verb::settle;
    q.handle = a.value;
    while (a.kind == shipflow::answer_kind::started || a.kind == shipflow::answer_kind::progress) {
      std::this_thread::sleep_for(a.look_again);
      a = call(q);
    }
    if (a.kind != shipflow::answer_kind::done) throw std::runtime_error(action + ": " + a.problem.message);
  }

 private:
  shipflow::answer call(const shipflow::request& q) {
    std::promise<shipflow::answer> promise;
    provider_.call(q, shipflow::reply([&](shipflow::answer a) { promise.set_value(std::move(a)); }));
    return promise.get_future().get();
  }

  shipflow::local_provider& provider_;
  json::object target_;
  int effects_ = 0;
};

struct window {
  clock_type::time_point from, to;
};

json::object numbers(const std::vector<sample>& samples, const std::vector<window>& windows) {
  std::vector<double> times;
  long failed = 0;
  for (const auto& s : samples) {
    const bool inside = std::any_of(windows.begin(), windows.end(),
                                    [&](const window& w) { return s.due >= w.from && s.due < w.to; });
    if (!inside) continue;
    times.push_back(s.milliseconds);
    failed += s.good ? 0 : 1;
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times.empty() ? 0.0
                         : times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  return {{"requests", times.size()},
          {"failed", failed},
          {"p50_ms", at(0.5)},
          {"p99_ms", at(0.99)},
          {"max_ms", at(1.0)}};
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = at_port(0);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

int measure(int switches, int rate) {
  const auto root =
      std::filesystem::temp_directory_path() / ("shipflow-switch-" + std::to_string(::getpid()));
  shipflow::local_options options;
  options.state_directory = root.string();
  auto provider = shipflow::make_local_provider(options);
  if (!provider) throw std::runtime_error(provider.error().message);
  const int port = free_port();
  const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
  releaser release(**provider, {{"provider", "local"},
                                {"command", {self, "--serve", "${port}", "${version}."}},
                                {"listen", "127.0.0.1:" + std::to_string(port)},
                                {"instances", 2},
                                {"ready", {{"http", "/health"}}}});
  release.run("launch", {{"version", "0"}});
  release.run("shift", {{"weight", 100}});

  std::vector<window> busy, quiet;
  load requests(port, rate);
  std::this_thread::sleep_for(1s);
  for (int n = 1; n <= switches; ++n) {
    const auto begin = clock_type::now();
    release.run("launch", {{"version", std::to_string(n)}});
    release.run("shift", {{"weight", 100}});
    release.run("retire", {});
    const auto end = clock_type::now();
    busy.push_back({begin, end});
    std::this_thread::sleep_for(end - begin);
    quiet.push_back({end, clock_type::now()});
  }
  const auto samples = requests.stop();
  release.run("stop", {});
  std::filesystem::remove_all(root);

  const auto failed = std::count_if(samples.begin(), samples.end(), [](const sample& s) { return !s.good; });
  std::cout << json::object{{"benchmark", "switch"},
                            {"switches", switches},
                            {"requests_per_second", rate},
                            {"requests", samples.size()},
                            {"failed", failed},
                            {"switching", numbers(samples, busy)},
                            {"quiet", numbers(samples, quiet)}}
            << "\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  try {
    if (words.size() == 3 && words[0] == "--serve") return serve(std::stoi(words[1]), words[2]);
    return measure(words.empty() ? 20 : std::stoi(words[0]), words.size() < 2 ? 500 : std::stoi(words[1]));
  } catch (const std::exception& e) {
    std::cerr << "bench_switch: " << e.what() << "\n";
    return 2;
  }
}
