#include "engine/line_server.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace shipflow::engine_room {
namespace {

using instant = std::chrono::steady_clock::time_point;

instant now() { return std::chrono::steady_clock::now(); }

enum class turn {
  listening,  ///< a line is wanted
  waiting,    ///< its answer is being made
  answering,  ///< its answer is being taken
};

struct connection {
  unique_fd fd;
  ucred peer{};
  turn what = turn::listening;
  std::string in;
  std::string out;
  std::size_t sent = 0;
  instant deadline;
  bool last = false;  ///< closed after this answer
};

/// Answers on their way from other threads; outlives the server.
struct mailbox {
  std::mutex guard;
  std::vector<std::pair<std::uint64_t, json::object>> answers;
  unique_fd bell{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};

  void ring() const {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(bell.get(), &one, sizeof one));
  }
  void put(std::uint64_t client, json::object answer) {
    {
      const std::lock_guard lock(guard);
      answers.emplace_back(client, std::move(answer));
    }
    ring();
  }
  std::vector<std::pair<std::uint64_t, json::object>> take() {
    std::uint64_t count = 0;
    static_cast<void>(!::read(bell.get(), &count, sizeof count));
    const std::lock_guard lock(guard);
    return std::exchange(answers, {});
  }
};

}  // namespace

class line_server::room {
 public:
  room(unique_fd listener, serve answer, line_limits limits)
      : listener_(std::move(listener)), serve_(std::move(answer)), limits_(limits) {
    thread_ = std::thread([this] { work(); });
  }
  ~room() {
    closing_ = true;
    box_->ring();
    thread_.join();
  }

 private:
  void work() {
    while (!closing_) {
      wait();
      for (auto& [client, answer] : box_->take()) answered(client, answer);
      drop_late();
    }
  }

  // Waits for the next thing to happen and lets every connection that can go on do so.
  void wait() {
    const bool full_of_files = now() < accept_after_;
    std::vector<pollfd> fds{{box_->bell.get(), POLLIN, 0}};
    fds.push_back({full_of_files ? -1 : listener_.get(), POLLIN, 0});
    std::vector<std::uint64_t> ids;
    for (const auto& [id, c] : clients_) {
      // While an answer is made only its end is of interest; more lines stay in the kernel.
      const short events = c.what == turn::answering   ? POLLOUT
                           : c.what == turn::listening ? POLLIN
                                                       : POLLRDHUP;
      fds.push_back({c.fd.get(), events, 0});
      ids.push_back(id);
    }
    if (::poll(fds.data(), fds.size(), patience()) <= 0) return;
    if (fds[1].revents != 0) accept_one();
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (fds[i + 2].revents != 0) go_on(ids[i]);
  }

  [[nodiscard]] int patience() const {
    auto until = now() + std::chrono::seconds(60);
    for (const auto& [id, c] : clients_) until = std::min(until, c.deadline);
    if (accept_after_ > now()) until = std::min(until, accept_after_);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now()).count();
    return static_cast<int>(std::max<std::int64_t>(left, 0));
  }

  void accept_one() {
    unique_fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) {
      // Out of descriptors: the connection stays in the queue, and asking again at once would spin.
      if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        accept_after_ = now() + std::chrono::milliseconds(200);
      return;
    }
    connection c;
    socklen_t size = sizeof c.peer;
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &c.peer, &size) != 0) return;
    c.fd = std::move(fd);
    c.deadline = now() + limits_.patience;
    if (clients_.size() >= limits_.clients) {
      const auto text = json::serialize(to_reply(make_error(
                            errc::unavailable, "the engine has " + std::to_string(limits_.clients) +
                                                   " connections already; try again later"))) +
                        "\n";
      static_cast<void>(::send(c.fd.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
      return;
    }
    clients_.emplace(++last_, std::move(c));
  }

  void go_on(std::uint64_t id) {
    const auto found = clients_.find(id);
    if (found == clients_.end()) return;
    auto& c = found->second;
    bool alive = false;
    switch (c.what) {
      case turn::listening: alive = listen_to(id, c); break;
      case turn::waiting: break;  // it hung up: nobody wants the answer
      case turn::answering: alive = send_some(id, c); break;
    }
    if (!alive) clients_.erase(id);
  }

  bool listen_to(std::uint64_t id, connection& c) {
    std::array<char, 16'384> buffer{};
    const auto n = ::recv(c.fd.get(), buffer.data(), buffer.size(), 0);
    if (n == 0) return false;
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    c.in.append(buffer.data(), static_cast<std::size_t>(n));
    return next_line(id, c, c.in.size() - static_cast<std::size_t>(n));
  }

  // Bytes before `from` were searched already.
  bool next_line(std::uint64_t id, connection& c, std::size_t from) {
    const auto end = c.in.find('\n', from);
    if (end == std::string::npos) {
      if (c.in.size() <= limits_.line) return true;
      c.last = true;
      return begin_answer(
          id, c, to_reply(make_error(errc::invalid_argument, "a request is one line of at most 1 MiB")));
    }
    const auto line = c.in.substr(0, end);
    c.in.erase(0, end + 1);
    c.what = turn::waiting;
    c.deadline = now() + limits_.answer;
    serve_(c.peer, line, [box = box_, id](json::object answer) { box->put(id, std::move(answer)); });
    return true;
  }

  void answered(std::uint64_t id, const json::object& answer) {
    const auto found = clients_.find(id);
    if (found == clients_.end() || found->second.what != turn::waiting) return;
    if (!begin_answer(id, found->second, answer)) clients_.erase(id);
  }

  bool begin_answer(std::uint64_t id, connection& c, const json::object& answer) {
    c.what = turn::answering;
    c.out = json::serialize(answer) + "\n";
    c.sent = 0;
    c.deadline = now() + limits_.patience;
    return send_some(id, c);
  }

  bool send_some(std::uint64_t id, connection& c) {
    const auto n = ::send(c.fd.get(), c.out.data() + c.sent, c.out.size() - c.sent, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    c.sent += static_cast<std::size_t>(n);
    if (c.sent < c.out.size()) return true;
    if (c.last) return false;
    c.what = turn::listening;
    c.out.clear();
    c.deadline = now() + limits_.patience;
    return next_line(id, c, 0);
  }

  void drop_late() {
    const auto time = now();
    std::vector<std::uint64_t> late;
    for (const auto& [id, c] : clients_)
      if (c.deadline <= time) late.push_back(id);
    for (const auto id : late) {
      auto& c = clients_.at(id);
      const bool unanswered = c.what == turn::waiting;
      c.last = true;
      if (!unanswered ||
          !begin_answer(id, c, to_reply(make_error(errc::unavailable, "the engine does not answer"))))
        clients_.erase(id);
    }
  }

  unique_fd listener_;
  serve serve_;
  line_limits limits_;
  std::shared_ptr<mailbox> box_ = std::make_shared<mailbox>();
  std::map<std::uint64_t, connection> clients_;  // of the thread
  std::uint64_t last_ = 0;
  instant accept_after_{};
  std::atomic<bool> closing_{false};
  std::thread thread_;
};

line_server::line_server(unique_fd listener, serve answer, line_limits limits)
    : room_(std::make_unique<room>(std::move(listener), std::move(answer), limits)) {}
line_server::~line_server() = default;

}  // namespace shipflow::engine_room
