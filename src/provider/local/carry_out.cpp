// From a call to its answer.
#include "provider/local/actions.hpp"
#include "provider/local/ground.hpp"

#include <algorithm>
#include <array>

namespace shipflow::local {
namespace {

constexpr duration look_again{100};

struct planned_action {
  std::string_view name;
  planner apply;
  planner undo;
  bool starts_balancer;
};
constexpr std::array planned{planned_action{"launch", plan_launch, plan_launch_undo, true},
                             planned_action{"retire", plan_retire, plan_retire_undo, false},
                             planned_action{"replace", plan_replace, plan_replace_undo, true},
                             planned_action{"scale", plan_scale, plan_scale_undo, true},
                             planned_action{"stop", plan_stop, plan_nothing, false}};

answer failure(const job& j, const error& e) {
  if (e.code == errc::conflict) return answer::conflict(e.message);
  return answer::failed(e, diagnose(j.c));
}

/// Between passes a HAProxy that is just coming up again is not a failure; `advance` bounds it.
answer go_on(job& j, const work& w) {
  const auto far = advance(j.c, w);
  const bool settling = j.q.what == verb::settle;
  if (!far && !far.error().retryable()) return failure(j, far.error());
  if (far && far->done) return answer::done(w.outputs);
  if (!settling) return answer::started(to_json(w), look_again);
  if (!far) return answer::in_progress(-1, far.error().message, look_again);
  return answer::in_progress(far->percent, far->text, look_again);
}

bool has_goals(const work& w) { return w.goals[colour::blue] || w.goals[colour::green]; }

/// The recorded HAProxy comes back when it is gone; a goal that is nothing needs none.
bool needs_balancer(const job& j, const work& w, bool starts) {
  if (w.stop_balancer) return false;
  const bool builds = (w.goals[colour::blue] && *w.goals[colour::blue]) ||
                      (w.goals[colour::green] && *w.goals[colour::green]);
  return builds ? starts || j.c.book.balancer : j.c.book.balancer;
}

answer begin(job& j, planner plan, const std::string& effect, bool starts) {
  if (const auto* known = j.c.book.effect(effect)) {
    const auto w = work_from_json(*known);
    return w ? go_on(j, *w) : answer::failed(w.error());
  }
  const auto w = plan(j);
  if (!w) return failure(j, w.error());
  if (!has_goals(*w)) return answer::done(w->outputs);
  if (needs_balancer(j, *w, starts))
    if (auto up = j.c.on->start_balancer(j.c); !up) return failure(j, up.error());
  if (auto noted = begin_work(j.c, effect, *w); !noted) return failure(j, noted.error());
  return go_on(j, *w);
}

answer settle(job& j) {
  const auto w = work_from_json(j.q.handle);
  return w ? go_on(j, *w) : answer::failed(w.error());
}

answer resolve(const job& j) {
  for (const auto& key : {j.q.effect_key + "/undo", j.q.effect_key})
    if (const auto* known = j.c.book.effect(key)) return answer::started(*known, look_again);
  return answer::not_applied();
}

answer run_planned(job& j, const planned_action& a) {
  switch (j.q.what) {
    case verb::ready: return ready_to_undo(j);
    case verb::settle: return settle(j);
    case verb::resolve: return resolve(j);
    case verb::undo: return begin(j, a.undo, j.q.effect_key + "/undo", true);
    default: return begin(j, a.apply, j.q.effect_key, a.starts_balancer);
  }
}

/// The part of the picture that undo of this action puts back.
json::object restores(const job& j, const picture& now) {
  const auto fleet_of = [&](const result<colour>& in) -> json::object {
    if (!in) return {};
    const auto& f = now.fleets[*in];
    if (!f) return {{"colour", name_of(*in)}, {"fleet", nullptr}};
    return {{"colour", name_of(*in)},
            {"fleet", {{"version", f->version}, {"instances", f->wanted}, {"recipe", f->recipe}}}};
  };
  if (j.q.action == "shift") return {{"weights", to_json(now.weights)}};
  if (j.q.action == "maintenance") return {{"maintenance", now.maintenance}};
  if (j.q.action == "launch") return fleet_of(colour_to_launch(j));
  if (j.q.action == "retire") return fleet_of(colour_to_retire(j));
  if (j.q.action == "stop") return {};
  auto part = fleet_of(colour_in_place(j));
  part["weights"] = to_json(now.weights);
  return part;
}

answer run(job& j) {
  if (j.q.what == verb::diagnose) return answer::done(diagnose(j.c));
  if (j.q.action == "shift") return shift(j);
  if (j.q.action == "maintenance") return maintenance(j);
  const auto* found = std::find_if(planned.begin(), planned.end(),
                                   [&](const planned_action& a) { return a.name == j.q.action; });
  if (found != planned.end()) return run_planned(j, *found);
  return answer::failed(make_error(errc::unsupported, "provider local has no action " + j.q.action));
}

answer look(const request& q, component& c) {
  const auto now = observe(c);
  if (!now) return answer::failed(now.error());
  auto base = q.baseline.is_object() ? picture_from_json(q.baseline) : now;
  if (!base) return answer::failed(base.error());
  auto value = to_json(*now);
  value["restores"] = restores(job{q, c, *base}, *now);
  return answer::done(std::move(value));
}

bool changes(verb v) { return v == verb::apply || v == verb::settle || v == verb::undo; }

/// Verbs that go by the baseline get it, or what is there now.
result<picture> base_of(const request& q, const component& c) {
  if (q.baseline.is_object()) return picture_from_json(q.baseline);
  if (q.what == verb::undo || q.what == verb::ready)
    return make_error(errc::invalid_argument, c.name + ": " + std::string(name_of(q.what)) + " of " +
                                                  q.action + " needs its baseline");
  if (q.what == verb::apply) return observe(c);
  return picture{};
}

}  // namespace

answer carry_out(ground& on, const request& q) {
  if (q.stop.stop_requested()) return answer::failed(make_error(errc::cancelled, "the call was cancelled"));
  const auto& written = q.written.empty() ? q.target : q.written;
  auto c = on.open(q.environment, q.component, &written, changes(q.what) ? access::change : access::look);
  if (!c) return answer::failed(c.error());
  c->secrets = q.secrets;
  c->named_secrets = q.named_secrets;
  // With `written` secrets are told by their references; a value that happens to look like one is none.
  if (q.written.empty())
    if (auto safe = check_secrets(c->bound, q.secrets); !safe)
      return answer::failed(make_error(safe.error().code, c->name + ": " + safe.error().message));
  if (q.what == verb::observe) return look(q, *c);
  auto base = base_of(q, *c);
  if (!base) return answer::failed(base.error());
  job j{q, *c, std::move(*base)};
  return run(j);
}

}  // namespace shipflow::local
