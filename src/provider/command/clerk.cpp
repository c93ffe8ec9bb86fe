#include "provider/command/clerk.hpp"

#include "provider/command/outcome.hpp"

#include <algorithm>

namespace shipflow::commands {
namespace {

constexpr duration first_look{50};
constexpr duration last_look{2'000};

json::object handle_of(const std::string& name, direction way) {
  return {{"home", name}, {"way", way == direction::forward ? "forward" : "back"}};
}

std::string gone(const std::string& program) {
  return program +
         " was under way and its keeper was killed or the machine went down; how it ended is not known";
}

/// Nobody can tell when the keeper is silent, or when somebody else is starting the same effect.
answer not_started(const error& e) {
  const bool unclear = e.code == errc::unknown_outcome || e.code == errc::conflict;
  return unclear ? answer::unknown(e.message) : answer::failed(e);
}

answer not_wanted() {
  return answer::failed(make_error(errc::cancelled, "not started: it is no longer wanted"));
}

}  // namespace

answer clerk::answer_to(const request& q) {
  switch (q.what) {
    case verb::apply: return carry_out(q, job_to_apply(q), direction::forward);
    case verb::undo: return carry_out(q, job_to_undo(q), direction::back);
    case verb::settle: return settle(q);
    case verb::resolve: return resolve(q);
    case verb::observe:
    case verb::ready:
    case verb::diagnose: break;
  }
  return diagnose(q);
}

std::string clerk::path_of(const std::string& name) const { return options_.state_directory + "/" + name; }

/// Soon at first, since most commands are short, then more and more seldom.
duration clerk::patience(const std::string& name) {
  auto wait = first_look;
  for (int i = times_looked_[name]++; i > 0 && wait < last_look; --i) wait += wait / 3;
  return std::min(wait, last_look);
}

answer clerk::carry_out(const request& q, const result<job>& j, direction way) {
  if (!j) return answer::failed(j.error());
  if (j->run.argv.empty()) return answer::done();
  if (q.stop.stop_requested()) return not_wanted();
  const auto name = home_name(q.effect_key, way);
  const auto spec = to_spec(*j, q, options_, path_of(name));
  if (!spec) return answer::failed(spec.error());
  const auto started = on_.start(*spec);
  if (!started) return not_started(started.error());
  times_looked_.erase(name);
  if (*started == process::start_kind::started) return answer::started(handle_of(name, way), patience(name));
  const auto now = on_.look(spec->home);
  if (now && now->what == process::phase::lost)
    return answer::unknown(gone(j->run.argv.front()), evidence(on_, spec->home, *now));
  return answer::started(handle_of(name, way), patience(name));
}

answer clerk::settle(const request& q) {
  const auto* handle = q.handle.if_object();
  const auto* name = handle == nullptr ? nullptr : handle->if_contains("home");
  const auto* way = handle == nullptr ? nullptr : handle->if_contains("way");
  if (name == nullptr || way == nullptr || !name->is_string() ||
      !is_home_name(std::string_view(name->get_string())))
    return answer::failed(make_error(
        errc::corrupt,
        "the handle of a command is " + json::serialize(q.handle) + ", which this provider did not give"));
  return settle_home(q, std::string(name->get_string()),
                     *way == "back" ? direction::back : direction::forward);
}

answer clerk::settle_home(const request& q, const std::string& name, direction way) {
  const auto j = way == direction::forward ? job_to_apply(q) : job_to_undo(q);
  if (!j) return answer::failed(j.error());
  const auto home = path_of(name);
  if (q.stop.stop_requested()) {
    if (auto asked = on_.ask_stop(home); !asked && asked.error().code != errc::not_found)
      return answer::unknown(asked.error().message);
  }
  const auto now = on_.look(home);
  if (!now) return answer::unknown(now.error().message);
  if (now->what == process::phase::running)
    return answer::in_progress(-1, last_words(on_, home),
                               q.stop.stop_requested() ? first_look : patience(name));
  times_looked_.erase(name);
  if (now->what == process::phase::exited) return ended(on_, j->run, home, *now);
  if (now->what == process::phase::lost) {
    if (auto swept = on_.sweep(home); !swept) return answer::unknown(swept.error().message);
    return answer::conflict(gone(j->run.argv.front()), evidence(on_, home, *now));
  }
  return answer::conflict(home + ", where the command left its result, was removed by somebody else");
}

answer clerk::resolve(const request& q) {
  for (const auto way : {direction::forward, direction::back}) {
    const auto name = home_name(q.effect_key, way);
    const auto home = path_of(name);
    const auto now = on_.look(home);
    if (!now) return answer::unknown(now.error().message);
    if (now->what == process::phase::absent) continue;
    if (now->what == process::phase::running) return answer::started(handle_of(name, way), patience(name));
    auto settled = settle_home(q, name, way);
    if (now->what == process::phase::lost) settled.kind = answer_kind::unknown;
    // That it failed is certain; asking again would give the same.
    if (settled.kind == answer_kind::failed) settled.problem.code = errc::failed;
    return settled;
  }
  return answer::not_applied();
}

answer clerk::diagnose(const request& q) {
  for (const auto way : {direction::back, direction::forward}) {
    const auto home = path_of(home_name(q.effect_key, way));
    const auto now = on_.look(home);
    if (!now) return answer::failed(now.error());
    if (now->what != process::phase::absent) return answer::done(evidence(on_, home, *now));
  }
  return answer::done(json::object{{"state", "absent"}});
}

void clerk::begin_look(const request& q, reply r) {
  const bool asks = q.what == verb::ready;
  if (asks)
    if (auto found = find_undo_program(q, options_, on_); !found) return r(answer::failed(found.error()));
  const auto j = asks ? job_to_ask_ready(q) : job_to_observe(q);
  if (!j) return r(answer::failed(j.error()));
  if (j->run.argv.empty()) return r(answer::done());
  const auto home = path_of(look_name(q.effect_key, ++look_number_));
  const auto spec = to_spec(*j, q, options_, home);
  if (!spec) return r(answer::failed(spec.error()));
  // A process of the same id may have left one of that name.
  if (auto removed = on_.remove(home); !removed) return r(answer::failed(removed.error()));
  const auto started = on_.start(*spec);
  if (!started) {
    (void)on_.remove(home);
    return r(answer::failed(started.error()));
  }
  looks_.push_back({q.what, j->run, home, q.stop, std::move(r)});
}

void clerk::follow_looks() {
  std::erase_if(looks_, [this](look& l) { return follow(l); });
}

/// True when it was answered.
bool clerk::follow(look& l) {
  const auto now = on_.look(l.home);
  if (now && now->what == process::phase::running) {
    if (l.stop.stop_requested()) (void)on_.ask_stop(l.home);
    return false;
  }
  auto a = !now ? answer::failed(now.error())
                : answer::failed(make_error(errc::unavailable, gone(l.run.argv.front())));
  if (now && now->what == process::phase::exited)
    a = l.what == verb::ready ? told_ready(on_, l.run, l.home, *now) : observed(on_, l.run, l.home, *now);
  (void)on_.remove(l.home);
  l.r(std::move(a));
  return true;
}

void clerk::drop_looks() {
  for (auto& l : looks_) (void)on_.ask_stop(l.home);
  looks_.clear();
}

}  // namespace shipflow::commands
