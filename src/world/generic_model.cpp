// Any provider, from the declared class of its actions.
#include "world/service.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

using worlds::service;

constexpr duration soonest_look{500};

struct operation {
  request q;
  time_point begun{};
  time_point complete{};
  bool broken = false;
  bool stalled = false;
};

std::string as_text(const json::value& v) {
  return v.is_string() ? std::string(v.get_string()) : json::serialize(v);
}

const json::value* find_name(const request& q, std::string_view name) {
  const json::string_view key(name.data(), name.size());
  if (const auto* v = q.inputs.if_contains(key)) return v;
  return q.target.if_contains(key);
}

answer ended_half_way() { return answer::failed(make_error(errc::failed, "it began and ended half-way")); }

// `${component}`, `${environment}` and names of inputs and of the target.
std::string render_template(std::string_view text, const request& q) {
  std::string out;
  while (true) {
    const auto begin = text.find("${");
    const auto end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) break;
    const auto name = text.substr(begin + 2, end - begin - 2);
    out += text.substr(0, begin);
    if (name == "component")
      out += q.component;
    else if (name == "environment")
      out += q.environment;
    else if (const auto* v = find_name(q, name))
      out += as_text(*v);
    text.remove_prefix(end + 1);
  }
  return out + std::string(text);
}

class generic_model final : public world_model {
 public:
  generic_model(std::shared_ptr<world> where, std::string name, std::vector<modelled_action> actions)
      : world_(std::move(where)), name_(std::move(name)) {
    for (auto& a : actions) {
      auto key = a.spec.name;
      actions_.emplace(std::move(key), std::move(a));
    }
  }

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::vector<action_spec> actions() const override {
    std::vector<action_spec> out;
    for (const auto& [key, a] : actions_) out.push_back(a.spec);
    return out;
  }
  void call(request q, reply r) override;
  [[nodiscard]] json::object snapshot() const override;
  [[nodiscard]] std::optional<time_point> next_change() const override;
  bool disturb(disturbance what, const request& about) override;
  [[nodiscard]] std::vector<serving> serves() const override;

 private:
  [[nodiscard]] answer act(const request& q);
  [[nodiscard]] answer observe(const modelled_action& a, const request& q);
  [[nodiscard]] answer apply(const modelled_action& a, const request& q);
  [[nodiscard]] answer settle(const modelled_action& a, const request& q);
  [[nodiscard]] answer undo(const modelled_action& a, const request& q);
  [[nodiscard]] answer began(const modelled_action& a, const request& q, time_point complete);
  [[nodiscard]] result<time_point> change(const modelled_action& a, const request& q);
  [[nodiscard]] answer finished(const modelled_action& a, const request& q);

  [[nodiscard]] service* service_of(const request& q) {
    if (q.component.empty()) return nullptr;
    auto found = services_.find(q.component);
    if (found == services_.end()) {
      const service fresh(q.component);
      if (!fresh.knows(q.action)) return nullptr;
      found = services_.emplace(q.component, fresh).first;
    }
    return found->second.knows(q.action) ? &found->second : nullptr;
  }
  [[nodiscard]] static std::vector<std::string> resources_of(const modelled_action& a, const request& q) {
    if (a.resources) return a.resources(q);
    std::vector<std::string> out;
    for (const auto& t : a.spec.resources) out.push_back(render_template(t, q));
    return out;
  }
  [[nodiscard]] json::object values_of(const std::vector<std::string>& resources) const {
    json::object out;
    for (const auto& r : resources) {
      const auto found = values_.find(r);
      out[r] = found == values_.end() ? json::value(nullptr) : found->second;
    }
    return out;
  }
  // Never the same twice, also when a value comes back.
  [[nodiscard]] json::object versions_of(const std::vector<std::string>& resources) const {
    json::object out;
    for (const auto& r : resources) {
      const auto found = versions_.find(r);
      out[r] = found == versions_.end() ? 0 : found->second;
    }
    return out;
  }
  void put(const std::string& resource, const json::value& value) {
    ++versions_[resource];
    if (value.is_null())
      values_.erase(resource);
    else
      values_[resource] = value;
  }
  [[nodiscard]] json::object outputs_of(const modelled_action& a, const request& q) {
    if (a.outputs) return a.outputs(q);
    json::object out;
    if (const auto* s = service_of(q)) out = s->outputs(q.action);
    for (const auto& o : a.spec.outputs)
      if (!out.contains(o.name)) out[o.name] = o.name + " of " + q.step;
    return out;
  }
  [[nodiscard]] time_point now() { return world_->time().now(); }

  std::shared_ptr<world> world_;
  std::string name_;
  std::map<std::string, modelled_action> actions_;
  std::map<std::string, json::value> values_;
  std::map<std::string, std::int64_t> versions_;
  std::map<std::string, service> services_;
  std::map<std::string, operation> operations_;   // by effect key
  std::map<std::string, json::object> finished_;  // outputs by effect key
  std::set<std::string> ended_;                   // operations that were stopped or broke
};

// The effect happens on the way, the answer comes a little later; calls may overtake each other.
void generic_model::call(request q, reply r) {
  auto& time = world_->time();
  const auto there = duration{static_cast<std::int64_t>(5 + time.random() % 25)};
  const auto back = duration{static_cast<std::int64_t>(15 + time.random() % 55)};
  auto taken = std::make_shared<reply>(std::move(r));
  time.call_at(time.now() + there, [this, &time, back, q = std::move(q), taken] {
    auto a = act(q);
    time.call_at(time.now() + back, [taken, a = std::move(a)]() mutable { (*taken)(std::move(a)); });
  });
}

answer generic_model::act(const request& q) {
  const auto found = actions_.find(q.action);
  if (found == actions_.end())
    return answer::failed(make_error(errc::unsupported, name_ + " has no action " + q.action));
  const auto& a = found->second;
  switch (q.what) {
    case verb::observe: return observe(a, q);
    case verb::apply: return apply(a, q);
    case verb::settle: return settle(a, q);
    case verb::resolve:
      if (finished_.contains(q.effect_key)) return answer::done(finished_[q.effect_key]);
      if (operations_.contains(q.effect_key)) return answer::started(json::object{{"key", q.effect_key}});
      if (ended_.contains(q.effect_key)) return ended_half_way();
      return answer::not_applied();
    case verb::undo: return undo(a, q);
    default: return answer::done();
  }
}

answer generic_model::observe(const modelled_action& a, const request& q) {
  if (const auto* s = service_of(q)) return answer::done(s->observe(q.action, q.baseline));
  const auto resources = resources_of(a, q);
  return answer::done(json::object{{"restores", values_of(resources)}, {"versions", versions_of(resources)}});
}

result<time_point> generic_model::change(const modelled_action& a, const request& q) {
  if (auto* s = service_of(q)) return s->apply(q, now());
  const auto resources = resources_of(a, q);
  if (a.spec.repeat == effect_class::compare_and_set) {
    const auto* seen = q.baseline.is_object() ? q.baseline.get_object().if_contains("versions") : nullptr;
    if (seen != nullptr && *seen != json::value(versions_of(resources)))
      return make_error(errc::conflict, "it is not as observed: " + json::serialize(values_of(resources)));
  }
  for (const auto& r : resources)
    put(r, json::object{{"set_by", q.action}, {"to", digest_of(q.inputs).substr(7, 12)}});
  return now() + a.lasts;
}

answer generic_model::finished(const modelled_action& a, const request& q) {
  auto out = outputs_of(a, q);
  finished_[q.effect_key] = out;
  return answer::done(std::move(out));
}

answer generic_model::began(const modelled_action& a, const request& q, time_point complete) {
  world_->touch();
  if (complete <= now()) return q.what == verb::undo ? answer::done() : finished(a, q);
  operations_[q.effect_key] = {q, now(), complete, false, false};
  return answer::started(json::object{{"key", q.effect_key}});
}

answer generic_model::apply(const modelled_action& a, const request& q) {
  const bool recognised =
      a.spec.repeat == effect_class::token || a.spec.repeat == effect_class::compare_and_set;
  if (recognised && finished_.contains(q.effect_key)) return answer::done(finished_[q.effect_key]);
  if (recognised && operations_.contains(q.effect_key))
    return answer::started(json::object{{"key", q.effect_key}});
  if (recognised && ended_.contains(q.effect_key)) return ended_half_way();
  if (q.deadline != time_point{} && now() > q.deadline)
    return answer::unknown("it came too late and was left");
  // Reported before it happens, so that whoever looks on sees what the world was like.
  world_->about_to(q);
  auto complete = change(a, q);
  if (!complete && complete.error().code == errc::conflict) return answer::conflict(complete.error().message);
  if (!complete) return answer::failed(complete.error());
  world_->carried_out(q, a.spec.repeat, false);
  return began(a, q, *complete);
}

answer generic_model::settle(const modelled_action& a, const request& q) {
  const auto found = operations_.find(q.effect_key);
  if (found == operations_.end()) {
    if (finished_.contains(q.effect_key)) return answer::done(finished_[q.effect_key]);
    return answer::failed(make_error(errc::not_found, "there is no such operation"));
  }
  auto& o = found->second;
  const bool undoing = o.q.what == verb::undo;
  if (o.broken || (q.stop.stop_requested() && !undoing)) {
    const auto code = o.broken ? errc::failed : errc::cancelled;
    ended_.insert(q.effect_key);
    operations_.erase(found);
    return answer::failed(make_error(code, code == errc::failed ? "it broke half-way" : "it was stopped"));
  }
  if (o.stalled || now() < o.complete) {
    const auto whole = std::max<std::int64_t>(1, (o.complete - o.begun).count());
    const auto percent = o.stalled ? 50 : static_cast<int>((now() - o.begun).count() * 100 / whole);
    return answer::in_progress(percent, "coming up", std::max(soonest_look, (o.complete - now()) / 2));
  }
  const auto first = o.q;
  operations_.erase(found);
  world_->touch();
  return undoing ? answer::done() : finished(a, first);
}

answer generic_model::undo(const modelled_action& a, const request& q) {
  if (operations_.contains(q.effect_key)) return answer::started(json::object{{"key", q.effect_key}});
  if (q.deadline != time_point{} && now() > q.deadline)
    return answer::unknown("it came too late and was left");
  world_->about_to(q);
  if (auto* s = service_of(q)) {
    const auto complete = s->undo(q, now());
    if (!complete) return answer::failed(complete.error());
    world_->carried_out(q, a.spec.repeat, true);
    return began(a, q, *complete);
  }
  const auto* before = q.baseline.is_object() ? q.baseline.get_object().if_contains("restores") : nullptr;
  if (before != nullptr && before->is_object()) {
    for (const auto& r : before->get_object()) put(std::string(r.key()), r.value());
  }
  world_->carried_out(q, a.spec.repeat, true);
  return began(a, q, now() + a.undo_lasts.value_or(a.lasts));
}

json::object generic_model::snapshot() const {
  json::object out;
  for (const auto& [resource, value] : values_) out[resource] = value;
  for (const auto& [component, s] : services_) s.snapshot(out);
  return out;
}

std::optional<time_point> generic_model::next_change() const {
  const auto at = world_->time().now();
  std::optional<time_point> out;
  const auto earlier = [&](std::optional<time_point> t) {
    if (t && *t > at && (!out || *t < *out)) out = t;
  };
  for (const auto& [key, o] : operations_) earlier(o.complete);
  for (const auto& [component, s] : services_) earlier(s.next_change(at));
  return out;
}

bool generic_model::disturb(disturbance what, const request& about) {
  const auto found = actions_.find(about.action);
  if (found == actions_.end()) return false;
  const auto under_way = operations_.find(about.effect_key);
  auto* s = service_of(about);
  if (what == disturbance::put_right) return false;  // looking again is enough here
  if (what == disturbance::stall) {
    if (under_way == operations_.end()) return false;
    under_way->second.stalled = true;
    return true;
  }
  const auto resources = resources_of(found->second, about);
  if (what == disturbance::foreign_change) {
    if (s != nullptr) return about.action == "shift" && s->move_by_hand(now());
    for (const auto& r : resources) put(r, json::object{{"set_by", "somebody else"}});
    return !resources.empty();
  }
  if (under_way != operations_.end()) under_way->second.broken = true;
  if (s != nullptr) {
    s->break_half_way(about.action);
    return under_way != operations_.end();
  }
  for (const auto& r : resources) put(r, json::object{{"half", about.action}});
  return under_way != operations_.end() || !resources.empty();
}

std::vector<serving> generic_model::serves() const {
  std::vector<serving> out;
  for (const auto& [component, s] : services_) s.serves(out, world_->time().now());
  return out;
}

action_spec strategy_action(std::string name, effect_class repeat, restore_rank rank, std::string resource,
                            std::vector<field_spec> inputs) {
  action_spec s;
  s.name = std::move(name);
  s.repeat = repeat;
  s.rank = rank;
  s.inputs = std::move(inputs);
  s.outputs = {{"colour", "string", true, false, "the fleet"},
               {"version", "string", true, false, "its version"}};
  s.resources = {std::move(resource)};
  return s;
}

}  // namespace

std::shared_ptr<world_model> make_generic_model(std::shared_ptr<world> where, std::string name,
                                                std::vector<modelled_action> actions) {
  return std::make_shared<generic_model>(std::move(where), std::move(name), std::move(actions));
}

std::vector<action_spec> strategy_actions() {
  const field_spec version{"version", "string", true, false, "what runs"};
  const field_spec colour{"colour", "string", false, false, "the fleet"};
  const field_spec instances{"instances", "integer", false, false, "size of the fleet"};
  const field_spec image{"image", "string", false, false, "what is started"};
  return {
      strategy_action("launch", effect_class::token, restore_rank::service, "fleet:${component}/new",
                      {version, colour, instances, image}),
      strategy_action("shift", effect_class::compare_and_set, restore_rank::traffic, "traffic:${component}",
                      {{"weight", "integer", true, false, "percent"}, colour}),
      strategy_action("retire", effect_class::token, restore_rank::service, "fleet:${component}/old",
                      {colour, {"drain", "duration", false, false, "how long"}}),
      strategy_action("replace", effect_class::token, restore_rank::service, "fleet:${component}",
                      {version, {"batch", "any", false, false, "at once"}, instances, image}),
  };
}

}  // namespace v1
}  // namespace shipflow
