#include "engine/control_wire.hpp"
#include "engine/line_server.hpp"

#include <shipflow/control.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <grp.h>
#include <map>
#include <pwd.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace shipflow {
inline namespace v1 {

namespace {

std::vector<std::string> groups_of(const passwd& user) {
  int count = 64;
  std::vector<gid_t> ids(static_cast<std::size_t>(count));
  if (::getgrouplist(user.pw_name, user.pw_gid, ids.data(), &count) < 0) return {};
  ids.resize(static_cast<std::size_t>(count));
  std::vector<std::string> out;
  for (const auto id : ids) {
    std::vector<char> names(16'384);
    group g{};
    group* known = nullptr;
    if (::getgrgid_r(id, &g, names.data(), names.size(), &known) == 0 && known != nullptr)
      out.push_back(std::string("group:") + known->gr_name);
  }
  return out;
}

}  // namespace

identity identity_of_user(unsigned int uid) {
  std::vector<char> buffer(16'384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return {"uid:" + std::to_string(uid), {}};
  return {std::string("user:") + found->pw_name, groups_of(*found)};
}

identity identity_of_principal(const std::string& principal) {
  constexpr std::string_view prefix = "user:";
  if (!principal.starts_with(prefix)) return {principal, {}};
  std::vector<char> buffer(16'384);
  passwd entry{};
  passwd* found = nullptr;
  const auto name = principal.substr(prefix.size());
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return {principal, {}};
  return {principal, groups_of(*found)};
}

namespace {

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

bool is_owner(const ucred& peer) { return peer.uid == 0 || peer.uid == ::geteuid(); }

// Who speaks: the peer, unless the owner of the store or root speaks for somebody else.
result<identity> speaker(const ucred& peer, const json::object& asked) {
  const auto as = text_of(asked, "as");
  auto own = identity_of_user(peer.uid);
  if (as.empty()) return own;
  if (!is_owner(peer)) return make_error(errc::denied, own.principal + " may not speak for " + as);
  return identity_of_principal(as);
}

}  // namespace

struct control_server::impl {
  impl(scheduler& clock, engine& runner, store& stored) : time(clock), target(runner), keep(stored) {}

  using reply = engine_room::line_server::reply;
  void answer(const ucred& peer, const std::string& line, reply r);
  void on_engine(std::function<json::object()> work, reply r);
  void say(const ucred& peer, const json::object& asked, reply r);
  json::object list(const json::object& asked);
  json::object purge(const ucred& peer, const json::object& asked);

  std::string path;
  scheduler& time;
  engine& target;
  store& keep;
  /// What is under way in a run, as its engine told it; on the scheduler's thread only.
  struct under_way {
    json::object steps, guards;
  };
  std::map<std::string, under_way> live;

  // What was posted and has not run when the server ends is not done any more.
  std::shared_ptr<int> alive = std::make_shared<int>(0);
  std::unique_ptr<engine_room::line_server> server;
};

// The engine lives on the scheduler's thread.
void control_server::impl::on_engine(std::function<json::object()> work, reply r) {
  time.post([still = std::weak_ptr<int>(alive), work = std::move(work), r = std::move(r)] {
    if (!still.expired()) r(work());
  });
}

void control_server::impl::say(const ucred& peer, const json::object& asked, reply r) {
  auto who = speaker(peer, asked);
  if (!who) return r(engine_room::to_reply(who.error()));
  said s;
  s.id = text_of(asked, "id");
  s.name = text_of(asked, "name");
  s.principal = who->principal;
  s.groups = who->groups;
  if (const auto* body = asked.if_contains("body"); body != nullptr && body->is_object())
    s.body = body->get_object();
  if (!text_of(asked, "as").empty()) s.body["asserted_by"] = identity_of_user(peer.uid).principal;
  on_engine(
      [this, s, run = text_of(asked, "run")]() -> json::object {
        const auto done = target.say(run, s);
        return done ? json::object{{"ok", true}} : engine_room::to_reply(done.error());
      },
      std::move(r));
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

json::object control_server::impl::purge(const ucred& peer, const json::object& asked) {
  if (!is_owner(peer))
    return engine_room::to_reply(make_error(errc::denied, "only the owner of the store may purge it, not " +
                                                              identity_of_user(peer.uid).principal));
  retention_policy policy;
  if (const auto* v = asked.if_contains("facts_ms"); v != nullptr && v->is_int64())
    policy.facts = duration{v->get_int64()};
  if (const auto* v = asked.if_contains("rows_ms"); v != nullptr && v->is_int64())
    policy.rows = duration{v->get_int64()};
  const auto done = purge_old(keep, policy, time.now());
  if (!done) return engine_room::to_reply(done.error());
  return {{"ok", true}, {"runs", static_cast<std::int64_t>(*done)}};
}

void control_server::impl::answer(const ucred& peer, const std::string& line, reply r) {
  const auto parsed = parse_json(line);
  if (!parsed || !parsed->is_object())
    return r(engine_room::to_reply(
        make_error(errc::invalid_argument, "a request is one JSON object on one line")));
  const auto& asked = parsed->get_object();
  const auto op = text_of(asked, "op");
  if (op == "say") return say(peer, asked, std::move(r));
  if (op == "list") return r(list(asked));
  if (op == "purge") return r(purge(peer, asked));
  if (op == "look")
    return on_engine(
        [this, run = text_of(asked, "run")]() -> json::object {
          const auto state = target.look(run);
          if (!state) return engine_room::to_reply(state.error());
          const auto seen = live.find(run);
          json::object now{{"steps", json::object{}}, {"guards", json::object{}}};
          if (seen != live.end()) now = {{"steps", seen->second.steps}, {"guards", seen->second.guards}};
          return {{"ok", true}, {"summary", summary(*state)}, {"live", std::move(now)}};
        },
        std::move(r));
  r(engine_room::to_reply(
      make_error(errc::invalid_argument, "\"" + op + "\" is not a request; say, look, list and purge are")));
}

control_server::control_server() = default;

void control_server::note(const engine_event& e) {
  using kind = engine_event::kind;
  if (e.run.empty() || e.what_kind == kind::trouble) return;
  auto& live = impl_->live;
  const bool over =
      e.what_kind == kind::lost ||
      (e.what_kind == kind::fact && e.what.kind == fact_kind::state && e.what.body.contains("phase"));
  if (over) {
    live.erase(e.run);
  } else if (e.what_kind == kind::progress) {
    live[e.run].steps[text_of(e.body, "step")] = e.body;
  } else if (e.what_kind == kind::sample) {
    live[e.run].guards[text_of(e.body, "guard")] = e.body;
  } else if (const auto found = live.find(e.run); found != live.end()) {
    // Whatever is said of a step for good replaces what was said of it meanwhile.
    found->second.steps.erase(e.what.step);
  }
}

control_server::~control_server() {
  if (!impl_) return;
  impl_->server.reset();
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
  out->impl_->server = std::make_unique<engine_room::line_server>(
      std::move(fd), [i = out->impl_.get()](const ucred& peer, const std::string& line, auto reply) {
        i->answer(peer, line, std::move(reply));
      });
  return out;
}

}  // namespace v1
}  // namespace shipflow
