// A plan without effects, and what its run would have decided.
#include "base/listed.hpp"
#include "run/body.hpp"

#include <shipflow/run.hpp>
#include <shipflow/shadow.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

using run::member;
using run::text;

bool needs_outputs(const json::value& v) { return json::serialize(v).find("${steps.") != std::string::npos; }

bool is_span(const plan_step& s) { return s.kind == step_kind::wait || s.kind == step_kind::watch; }
bool is_people(const plan_step& s) {
  return s.kind == step_kind::approval || s.kind == step_kind::checklist || s.kind == step_kind::window;
}

// Waits for nobody: a moment in place of the people.
void pass_people(plan_step& s) {
  s.kind = step_kind::wait;
  s.lasts = duration{0};
}

void look_only(plan_step& s) {
  s.tells_ready = false;
  s.retry = {};
  json::object kept;
  for (const auto& input : s.inputs)
    if (!needs_outputs(input.value())) kept[input.key()] = input.value();
  s.inputs = std::move(kept);
  if (needs_outputs(s.when)) s.when = nullptr;
}

plan_step script_step(const std::string& title) {
  plan_step s;
  s.id = s.group = "script";
  s.title = title;
  s.provider = "script";
  s.action = "run";
  s.undo = reversibility::forward_only;
  s.timeout = duration{0};
  return s;
}

bool is_real(const plan_step& s, const shadow_options& options) {
  return s.kind == step_kind::action &&
         std::find(options.real.begin(), options.real.end(), s.provider) != options.real.end();
}

// In front of all others, and before everything that takes time or looks.
void put_script_first(plan& what, const shadow_options& options) {
  for (auto& s : what.steps) {
    for (auto& need : s.needs) ++need;
    if (s.restores) ++*s.restores;
    if (is_span(s) || is_real(s, options)) s.needs.insert(s.needs.begin(), 0);
  }
  for (auto& g : what.guards) {
    ++g.from;
    if (g.until) ++*g.until;
  }
  what.steps.insert(what.steps.begin(), script_step(options.script));
}

std::string with(const std::string& text, const std::string& why) {
  return why.empty() ? text : text + ": " + why;
}

const plan_step* step_of(const plan& what, const std::string& id) {
  const auto found = what.find(id);
  return found ? &what.steps[*found] : nullptr;
}

shadow_decision decided(const fact& f, shadow_act act, std::string line) {
  return {f.at, act, f.step, std::move(line), {}};
}

// What a rollback would put back, the last thing first.
std::string units_of(const plan& what, const json::object& body) {
  const auto* units = member(body, "units");
  std::string out;
  if (units == nullptr || !units->is_array()) return out;
  const auto& list = units->get_array();
  for (auto i = list.size(); i-- > 0;) {
    const auto step = list[i].to_number<std::size_t>();
    if (step < what.steps.size()) out += (out.empty() ? "" : ", ") + what.steps[step].id;
  }
  return out;
}

std::vector<shadow_decision> of_timer(const plan& what, const fact& f) {
  const auto* s = step_of(what, f.step);
  if (s == nullptr) return {};
  if (!s->roles.empty() || !s->items.empty()) {
    const auto whom = s->roles.empty() ? std::string("people") : listed(s->roles);
    const auto about =
        s->items.empty() ? std::string() : " to tick " + std::to_string(s->items.size()) + " items";
    return {decided(f, shadow_act::asked, "would have asked " + whom + about + ": " + with(s->id, s->title))};
  }
  const auto word = s->kind == step_kind::watch ? "watched" : "waited";
  return {decided(f, shadow_act::waited,
                  std::string("would have ") + word + " for " + format_duration(s->lasts) + ": " + s->id)};
}

std::vector<shadow_decision> of_state(const plan& what, const fact& f) {
  const auto phase = text(f.body, "phase");
  const auto why = text(f.body, "reason");
  if (phase == "draining") {
    const auto units = units_of(what, f.body);
    const auto line = with("would have rolled back", why) + (units.empty() ? "" : "; puts back " + units);
    return {decided(f, shadow_act::rolled_back, line)};
  }
  if (phase == "failed") return {decided(f, shadow_act::failed, with("would have ended as failed", why))};
  if (phase == "released")
    return {decided(f, shadow_act::released, with("would have counted it as released", why))};
  if (const auto parked = text(f.body, "parked"); !parked.empty()) {
    auto held = decided(f, shadow_act::held, "would have held: " + parked);
    held.command = text(f.body, "command");
    return {held};
  }
  if (const auto* asks = member(f.body, "asks"); asks != nullptr && asks->is_object()) {
    const auto& q = asks->get_object();
    const auto roles = listed(run::texts(q, "roles"));
    const auto due = run::when(q, "due");
    auto line = "would have asked " + (roles.empty() ? "anyone" : roles) + ": " + text(q, "text");
    if (due != time_point{}) line += "; then, at " + format_time(due) + ", " + text(q, "then");
    return {decided(f, shadow_act::asked, line)};
  }
  return {};
}

}  // namespace

std::string_view name_of(shadow_act a) noexcept {
  switch (a) {
    case shadow_act::started: return "started";
    case shadow_act::carried_out: return "carried_out";
    case shadow_act::asked: return "asked";
    case shadow_act::waited: return "waited";
    case shadow_act::saw: return "saw";
    case shadow_act::held: return "held";
    case shadow_act::rolled_back: return "rolled_back";
    case shadow_act::failed: return "failed";
    case shadow_act::released: return "released";
  }
  return "saw";
}

plan shadow_of(plan what, const shadow_options& options) {
  what.locks.clear();
  what.calendar.reset();  // the script does not ask it
  what.promoted_from.reset();
  what.protection.start.clear();
  what.protection.one_at_a_time = "refuse";
  if (!options.script.empty()) put_script_first(what, options);
  for (auto& s : what.steps) {
    if (is_people(s))
      pass_people(s);
    else if (s.provider != "script" && !is_real(s, options))
      look_only(s);
  }
  return what;
}

std::vector<shadow_decision> decisions_of(const plan& what, const fact& f) {
  const auto* s = step_of(what, f.step);
  switch (f.kind) {
    case fact_kind::created:
      return {
          decided(f, shadow_act::started,
                  "would have started the release of " + what.release.version + " to " + what.environment)};
    case fact_kind::intent:
      if (s == nullptr || s->provider == "script") return {};
      return {decided(f, shadow_act::carried_out, "would have carried out " + with(s->id, s->title))};
    case fact_kind::timer: return of_timer(what, f);
    case fact_kind::verdict:
      return {decided(f, shadow_act::saw,
                      with("saw " + f.step + " " + text(f.body, "level"), text(f.body, "reason")))};
    case fact_kind::outcome:
      // A script that is no longer waited for has not failed.
      if (text(f.body, "status") != "failed" || text(f.body, "code") == "cancelled") return {};
      return {decided(f, shadow_act::failed, with(f.step + " failed", text(f.body, "why")))};
    case fact_kind::state: return of_state(what, f);
    default: return {};
  }
}

json::object to_json(const shadow_decision& d) {
  json::object out{{"at", to_ms(d.at)}, {"act", std::string(name_of(d.act))}};
  if (!d.step.empty()) out["step"] = d.step;
  if (!d.text.empty()) out["text"] = d.text;
  if (!d.command.empty()) out["command"] = d.command;
  return out;
}

}  // namespace v1
}  // namespace shipflow
