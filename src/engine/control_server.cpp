#include "engine/control_wire.hpp"

#include <shipflow/control.hpp>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <future>
#include <grp.h>
#include <list>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace shipflow {
inline namespace v1 {

using engine_room::unique_fd;

identity identity_of_user(unsigned int uid) {
  identity out{"uid:" + std::to_string(uid), {}};
  std::vector<char> buffer(16'384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return out;
  out.principal = std::string("user:") + found->pw_name;
  int count = 64;
  std::vector<gid_t> ids(static_cast<std::size_t>(count));
  if (::getgrouplist(found->pw_name, found->pw_gid, ids.data(), &count) < 0) return out;
  ids.resize(static_cast<std::size_t>(count));
  for (const auto id : ids) {
    std::vector<char> names(16'384);
    group g{};
    group* known = nullptr;
    if (::getgrgid_r(id, &g, names.data(), names.size(), &known) == 0 && known != nullptr)
      out.groups.push_back(std::string("group:") + known->gr_name);
  }
  return out;
}

namespace {

constexpr duration client_patience{30'000};
constexpr std::size_t most_clients = 64;

std::string text_of(const json::object& o, const char* key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

json::object row_to_json(const run_row& r) {
  return {{"run", r.id},
          {"plan", r.plan},
          {"environment", r.environment},
          {"version", r.version},
          {"status", std::string(name_of(r.status))},
          {"principal", r.principal},
          {"reason", r.reason},
          {"created", r.created_ms},
          {"finished", r.finished_ms}};
}

// Who speaks: the peer, unless the owner of the store or root speaks for somebody else.
result<identity> speaker(const ucred& peer, const json::object& asked) {
  const auto as = text_of(asked, "as");
  auto own = identity_of_user(peer.uid);
  if (as.empty()) return own;
  if (peer.uid != 0 && peer.uid != ::geteuid())
    return make_error(errc::denied, own.principal + " may not speak for " + as);
  return identity{as, {}};
}

}  // namespace

struct control_server::impl {
  impl(scheduler& clock, engine& runner, store& stored) : time(clock), target(runner), keep(stored) {}

  void accept_clients();
  void reap();
  void serve(int fd);
  json::object answer(const ucred& peer, const std::string& line);
  json::object on_engine(std::function<json::object()> work);
  json::object say(const ucred& peer, const json::object& asked);
  json::object list(const json::object& asked);

  std::string path;
  unique_fd listener;
  scheduler& time;
  engine& target;
  store& keep;
  std::atomic<bool> closing{false};
  struct client {
    std::atomic<bool> done{false};
    std::thread thread;
  };
  std::list<client> clients;  // acceptor only, until it has ended
  std::thread acceptor;
};

// The engine lives on the scheduler's thread. A loop that is not driven any more answers nothing,
// so the wait is bounded.
json::object control_server::impl::on_engine(std::function<json::object()> work) {
  auto promise = std::make_shared<std::promise<json::object>>();
  auto reply = promise->get_future();
  time.post([promise, work = std::move(work)] { promise->set_value(work()); });
  for (int i = 0; i < 100 && !closing; ++i)
    if (reply.wait_for(std::chrono::milliseconds(100)) == std::future_status::ready) return reply.get();
  return engine_room::to_reply(make_error(errc::unavailable, "the engine does not answer"));
}

json::object control_server::impl::say(const ucred& peer, const json::object& asked) {
  auto who = speaker(peer, asked);
  if (!who) return engine_room::to_reply(who.error());
  said s;
  s.id = text_of(asked, "id");
  s.name = text_of(asked, "name");
  s.principal = who->principal;
  s.groups = who->groups;
  if (const auto* body = asked.if_contains("body"); body != nullptr && body->is_object())
    s.body = body->get_object();
  if (!text_of(asked, "as").empty()) s.body["asserted_by"] = identity_of_user(peer.uid).principal;
  return on_engine([this, s, run = text_of(asked, "run")]() -> json::object {
    const auto done = target.say(run, s);
    return done ? json::object{{"ok", true}} : engine_room::to_reply(done.error());
  });
}

json::object control_server::impl::list(const json::object& asked) {
  run_filter filter;
  filter.environment = text_of(asked, "environment");
  if (const auto* limit = asked.if_contains("limit"); limit != nullptr && limit->is_int64())
    filter.limit = static_cast<std::size_t>(std::clamp<std::int64_t>(limit->get_int64(), 1, 10'000));
  const auto rows = keep.list_runs(filter);
  if (!rows) return engine_room::to_reply(rows.error());
  json::array runs;
  for (const auto& row : *rows) runs.push_back(row_to_json(row));
  return {{"ok", true}, {"runs", std::move(runs)}};
}

json::object control_server::impl::answer(const ucred& peer, const std::string& line) {
  const auto parsed = parse_json(line);
  if (!parsed || !parsed->is_object())
    return engine_room::to_reply(
        make_error(errc::invalid_argument, "a request is one JSON object on one line"));
  const auto& asked = parsed->get_object();
  const auto op = text_of(asked, "op");
  if (op == "say") return say(peer, asked);
  if (op == "list") return list(asked);
  if (op == "look")
    return on_engine([this, run = text_of(asked, "run")]() -> json::object {
      const auto state = target.look(run);
      if (!state) return engine_room::to_reply(state.error());
      return {{"ok", true}, {"summary", summary(*state)}};
    });
  return engine_room::to_reply(
      make_error(errc::invalid_argument, "\"" + op + "\" is not a request; say, look and list are"));
}

void control_server::impl::serve(int fd) {
  const unique_fd peer_end(fd);
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
  std::string rest;
  while (!closing) {
    const auto line = engine_room::read_line(fd, rest, client_patience);
    if (!line) {
      if (line.error().code == errc::invalid_argument)
        (void)engine_room::write_line(fd, engine_room::to_reply(line.error()), client_patience);
      return;
    }
    if (!engine_room::write_line(fd, answer(peer, *line), client_patience)) return;
  }
}

void control_server::impl::accept_clients() {
  while (!closing) {
    pollfd p{listener.get(), POLLIN, 0};
    if (::poll(&p, 1, 200) <= 0) continue;
    const int fd = ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    reap();
    if (clients.size() >= most_clients) {
      ::close(fd);
      continue;
    }
    auto& c = clients.emplace_back();
    c.thread = std::thread([this, fd, &c] {
      serve(fd);
      c.done = true;
    });
  }
}

void control_server::impl::reap() {
  clients.remove_if([](client& c) {
    if (!c.done) return false;
    c.thread.join();
    return true;
  });
}

control_server::control_server() = default;

control_server::~control_server() {
  if (!impl_) return;
  impl_->closing = true;
  ::shutdown(impl_->listener.get(), SHUT_RDWR);
  if (impl_->acceptor.joinable()) impl_->acceptor.join();
  for (auto& c : impl_->clients) c.thread.join();
  ::unlink(impl_->path.c_str());
}

result<std::unique_ptr<control_server>> control_server::listen(const std::string& path, scheduler& time,
                                                               engine& target, store& keep) {
  auto address = engine_room::socket_address(path);
  if (!address) return address.error();
  // The store's lock says that no other writer lives: a socket found here is a dead one's.
  ::unlink(path.c_str());
  unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int bound = fd ? ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) : -1;
  // Nobody can connect before listen, so the mode is right from the first connection on.
  if (bound != 0 || ::chmod(path.c_str(), 0600) != 0 || ::listen(fd.get(), 16) != 0)
    return make_error(errc::io, "control socket " + path + ": " + std::strerror(errno));
  std::unique_ptr<control_server> out(new control_server);
  out->impl_ = std::make_unique<impl>(time, target, keep);
  out->impl_->path = path;
  out->impl_->listener = std::move(fd);
  out->impl_->acceptor = std::thread([i = out->impl_.get()] { i->accept_clients(); });
  return out;
}

}  // namespace v1
}  // namespace shipflow
