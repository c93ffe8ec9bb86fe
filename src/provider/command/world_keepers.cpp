#include "provider/command/world_keepers.hpp"

#include "provider/command/reader.hpp"
#include "provider/command/recipe.hpp"

#include <algorithm>

namespace shipflow::commands {
namespace {

constexpr std::string_view untouched = "before";

/// `${component}`, `${environment}` and inputs; anything else stays as it is.
std::string rendered(const std::string& text, const request& q) {
  std::string out;
  std::size_t from = 0;
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", from)) {
    const auto end = text.find('}', at);
    if (end == std::string::npos) break;
    const auto name = text.substr(at + 2, end - at - 2);
    const auto* input = q.inputs.if_contains(name);
    out.append(text, from, at - from);
    if (name == "component")
      out += q.component;
    else if (name == "environment")
      out += q.environment;
    else
      out += input != nullptr ? text_of(*input) : text.substr(at, end + 1 - at);
    from = end + 1;
  }
  return out.append(text, from);
}

std::string wanted_value(const request& q) {
  for (const auto* name : {"to", "version"})
    if (const auto* v = q.inputs.if_contains(name); v != nullptr && !v->is_null()) return text_of(*v);
  auto inputs = q.inputs;
  inputs.erase("undo");
  return inputs.empty() ? "done by " + q.step : canonical(inputs);
}

/// An undo has a key of its own; what it puts back is known by run and step.
std::string place_of(const request& q) { return q.run + "/" + q.step; }

bool captures_json(const request& q) {
  if (has_tasks(q.target)) {
    const auto t = find_task(q.target, q.action);
    return t && t->run.captures == capture::json;
  }
  const auto* how = q.inputs.if_contains("capture");
  return how != nullptr && *how == "json";
}

expectation expected_of(const request& q) {
  if (has_tasks(q.target)) {
    const auto t = find_task(q.target, q.action);
    return t ? t->run.expects : expectation{};
  }
  const auto* written = q.inputs.if_contains("expect");
  auto read = written == nullptr ? result<expectation>(expectation{}) : read_expectation(*written);
  return read ? std::move(*read) : expectation{};
}

}  // namespace

std::vector<std::string> resources_of(const request& q) {
  std::vector<std::string> out;
  if (!has_tasks(q.target)) return out;
  const auto t = find_task(q.target, q.action);
  if (!t) return out;
  for (const auto& r : t->resources) out.push_back(rendered(r, q));
  return out;
}

std::string world_keepers::value_of(const std::string& resource) const {
  const auto found = values_.find(resource);
  return found == values_.end() ? std::string(untouched) : found->second;
}

const command_behaviour& world_keepers::behaviour_of(const request& q) const {
  const auto task = q.component + "." + q.action;
  for (const auto& name : {q.what == verb::undo ? task + " undo" : task, q.step})
    if (const auto found = options_.programs.find(name); found != options_.programs.end())
      if (q.what != verb::undo || name != q.step) return found->second;
  return options_.usual;
}

std::string world_keepers::printed_by(const request& q, const command_behaviour& how) const {
  if (q.what == verb::observe) {
    const auto resources = resources_of(q);
    return (resources.empty() ? std::string(untouched) : value_of(resources.front())) + "\n";
  }
  if (!how.prints.empty()) return how.prints;
  if (const auto wanted = expected_of(q); wanted.any() && q.what == verb::apply) return as_expected(wanted);
  if (!captures_json(q)) return {};
  return json::serialize(json::object{{"step", q.step}}) + "\n";
}

result<process::start_kind> world_keepers::start(const process::keeper_spec& spec) {
  if (programs_.contains(spec.home)) return process::start_kind::adopted;
  const auto now = where_->time().now();
  const auto& how = behaviour_of(*q_);
  simulated_program p;
  p.about = *q_;
  p.started = now;
  p.ends = q_->what == verb::observe ? now + options_.call : now + how.lasts;
  p.exit_code = q_->what == verb::observe ? 0 : how.exit_code;
  p.prints = printed_by(*q_, how);
  if (q_->what != verb::observe) where_->about_to(*q_);
  programs_.emplace(spec.home, std::move(p));
  if (q_->what != verb::observe) where_->carried_out(*q_, effect_class::creates, q_->what == verb::undo);
  return process::start_kind::started;
}

void world_keepers::set(const std::string& resource, const std::optional<std::string>& value) {
  if (value)
    values_[resource] = *value;
  else
    values_.erase(resource);
}

void world_keepers::end(simulated_program& p) {
  p.over = true;
  const auto& q = p.about;
  if (p.exit_code != 0 || p.stopped || q.what == verb::observe) return;
  auto& before = before_[place_of(q)];
  for (const auto& r : resources_of(q)) {
    if (q.what == verb::undo) {
      const auto was = before.find(r);
      if (was != before.end()) set(r, was->second);
      continue;
    }
    const auto now = values_.find(r);
    before.emplace(r, now == values_.end() ? std::nullopt : std::optional(now->second));
    values_[r] = wanted_value(q);
  }
}

void world_keepers::catch_up() {
  std::vector<simulated_program*> due;
  const auto now = where_->time().now();
  for (auto& [home, p] : programs_)
    if (!p.over && !p.stalled && p.ends <= now) due.push_back(&p);
  std::stable_sort(due.begin(), due.end(), [](const auto* a, const auto* b) { return a->ends < b->ends; });
  for (auto* p : due) end(*p);
  if (!due.empty()) where_->touch();
}

std::optional<time_point> world_keepers::next_end() const {
  std::optional<time_point> next;
  for (const auto& [home, p] : programs_)
    if (!p.over && !p.stalled && (!next || p.ends < *next)) next = p.ends;
  return next;
}

simulated_program* world_keepers::running(const std::string& effect_key) {
  for (auto& [home, p] : programs_)
    if (!p.over && p.about.effect_key == effect_key && p.about.what != verb::observe) return &p;
  return nullptr;
}

void world_keepers::break_half_way(simulated_program& p) {
  p.over = true;
  p.ends = where_->time().now();
  p.exit_code = 1;
  p.prints += "broken half-way\n";
  auto& before = before_[place_of(p.about)];
  for (const auto& r : resources_of(p.about)) {
    const auto now = values_.find(r);
    before.emplace(r, now == values_.end() ? std::nullopt : std::optional(now->second));
    values_[r] = "half of " + wanted_value(p.about);
  }
  where_->touch();
}

result<process::state> world_keepers::look(const std::string& home) {
  process::state s;
  const auto found = programs_.find(home);
  if (found == programs_.end()) return s;
  const auto& p = found->second;
  s.started = p.started;
  s.stopped = p.stopped;
  s.what = p.over ? process::phase::exited : process::phase::running;
  if (!p.over) return s;
  s.ended = p.ends;
  s.exit_code = p.stopped ? -1 : p.exit_code;
  s.signal = p.stopped ? 15 : 0;
  s.out_bytes = p.prints.size();
  return s;
}

result<std::string> world_keepers::output(const std::string& home, std::size_t most,
                                          process::stream /*which*/) {
  const auto found = programs_.find(home);
  if (found == programs_.end() || !found->second.over) return std::string{};
  const auto& text = found->second.prints;
  return text.size() <= most ? text : text.substr(text.size() - most);
}

result<void> world_keepers::ask_stop(const std::string& home) {
  const auto found = programs_.find(home);
  if (found == programs_.end()) return make_error(errc::not_found, "nothing was started in " + home);
  auto& p = found->second;
  if (p.over || p.stopped) return {};
  p.stopped = true;
  p.stalled = false;
  p.ends = where_->time().now() + options_.ending;
  return {};
}

result<void> world_keepers::remove(const std::string& home) {
  const auto found = programs_.find(home);
  if (found != programs_.end() && found->second.over) programs_.erase(found);
  return {};
}

}  // namespace shipflow::commands
