// A run before its first fact, and the questions that are answered from a state alone.
#include "run/body.hpp"

#include <shipflow/run.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

// A step is behind a watch when it is one or needs one: such steps come after the last change
// that people wait for.
std::vector<bool> behind_watch(const plan& what) {
  std::vector<bool> out(what.steps.size());
  for (std::size_t i = 0; i < what.steps.size(); ++i) {
    const auto& step = what.steps[i];
    out[i] = step.kind == step_kind::watch ||
             std::any_of(step.needs.begin(), step.needs.end(), [&](step_index need) { return out[need]; });
  }
  return out;
}

}  // namespace

run_state make_state(std::string run, std::shared_ptr<const plan> what) {
  run_state s;
  s.id = std::move(run);
  s.hash = chain_start(s.id);
  const auto count = what->steps.size();
  s.steps.resize(count);
  s.dependants.resize(count);
  s.guards.resize(what->guards.size());
  s.after_watch = behind_watch(*what);
  for (step_index i = 0; i < count; ++i) {
    const auto& needs = what->steps[i].needs;
    s.index.emplace(what->steps[i].id, i);
    s.steps[i].unmet = static_cast<std::uint32_t>(needs.size());
    for (const auto need : needs) s.dependants[need].push_back(i);
    // A reaction is over until it is called.
    if (what->steps[i].on_call) {
      s.steps[i].status = step_status::skipped;
      ++s.over;
      continue;
    }
    if (!s.after_watch[i]) ++s.before_watch;
    if (needs.empty()) {
      s.steps[i].status = step_status::ready;
      s.active.insert(i);
    }
  }
  s.what = std::move(what);
  return s;
}

fact created_fact(const plan& what, const std::string& principal, const std::string& reason,
                  const std::string& external_id, time_point now, const json::object& more) {
  fact f;
  f.kind = fact_kind::created;
  f.at = now;
  f.body = {{"plan", what.name},
            {"plan_digest", what.digest()},
            {"environment", what.environment},
            {"version", what.release.version},
            {"principal", principal},
            {"shipflow", 1}};
  if (!reason.empty()) f.body["reason"] = reason;
  if (!external_id.empty()) f.body["external_id"] = external_id;
  for (const auto& member : more) f.body[member.key()] = member.value();
  return f;
}

run_status status_of(const run_state& s) {
  switch (s.phase) {
    case phase::released: return run_status::released;
    case phase::rolled_back: return run_status::rolled_back;
    case phase::failed: return run_status::failed;
    case phase::cancelled: return run_status::cancelled;
    default: break;
  }
  if (!s.parked.empty()) return run_status::parked;
  if (s.phase == phase::watching) return run_status::watching;
  return run_status::waiting;
}

lock_change locks_between(phase before, phase after) noexcept {
  const auto holds = [](phase p) {
    return p == phase::forward || p == phase::draining || p == phase::compensating || p == phase::verifying;
  };
  if (holds(before) == holds(after)) return lock_change::none;
  return holds(after) ? lock_change::acquire : lock_change::release;
}

std::set<std::string> roles_of(const plan& what, const std::string& principal,
                               const std::vector<std::string>& groups) {
  std::set<std::string> out;
  for (const auto& [role, members] : what.roles) {
    const bool member = std::any_of(members.begin(), members.end(), [&](const std::string& m) {
      return m == "*" || m == principal || std::find(groups.begin(), groups.end(), m) != groups.end();
    });
    if (member) out.insert(role);
  }
  return out;
}

}  // namespace v1
}  // namespace shipflow
