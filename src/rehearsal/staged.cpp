#include "rehearsal/staged.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace shipflow::rehearsal {
namespace {

const std::vector<std::string>& members_of(const plan& what, const std::string& role) {
  static const std::vector<std::string> nobody;
  const auto found = what.roles.find(role);
  return found == what.roles.end() ? nobody : found->second;
}

// Whoever starts must not be needed to approve, where that can be had.
person starter(const plan& what) {
  std::set<std::string> approvers;
  for (const auto& step : what.steps)
    for (const auto& role : step.roles)
      for (const auto& m : members_of(what, role)) approvers.insert(m);
  for (const auto& role : what.protection.start)
    for (const auto& m : members_of(what, role)) {
      if (approvers.contains(m)) continue;
      if (m.starts_with("group:")) return {"user:starter", {m}};
      return {m == "*" ? "user:starter" : m, {}};
    }
  return what.protection.start.empty() ? person{"user:starter", {}}
                                       : member_of(what, what.protection.start.front(), 7);
}

/// `${steps.ID.PATH}` in a value: ID -> names at the first level of PATH.
void references(const json::value& v, std::map<std::string, std::set<std::string>>& out) {
  if (const auto* text = v.if_string()) {
    std::string_view rest(*text);
    while (true) {
      const auto begin = rest.find("${steps.");
      const auto end = begin == std::string_view::npos ? begin : rest.find('}', begin);
      if (end == std::string_view::npos) return;
      const auto path = rest.substr(begin + 8, end - begin - 8);
      const auto dot = path.find('.');
      if (dot != std::string_view::npos)
        out[std::string(path.substr(0, dot))].insert(std::string(path.substr(dot + 1)));
      rest.remove_prefix(end + 1);
    }
  }
  if (const auto* array = v.if_array())
    for (const auto& item : *array) references(item, out);
  if (const auto* object = v.if_object())
    for (const auto& member : *object) references(member.value(), out);
}

void put(json::object& into, std::string_view path, const std::string& value) {
  const auto dot = path.find('.');
  const json::string_view key(path.data(), std::min(dot, path.size()));
  if (dot == std::string_view::npos) {
    if (!into.contains(key)) into[key] = value;
    return;
  }
  auto& inner = into[key];
  if (!inner.is_object()) inner = json::object{};
  put(inner.get_object(), path.substr(dot + 1), value);
}

// One action of a provider as the plan uses it: its class, and per step its resources and outputs.
struct use {
  action_spec spec;
  std::map<std::string, std::vector<std::string>> resources;
  std::map<std::string, json::object> outputs;
};

modelled_action model_of(use u) {
  modelled_action out;
  out.spec = u.spec;
  const bool fleet = u.spec.name == "launch" || u.spec.name == "shift" || u.spec.name == "retire" ||
                     u.spec.name == "replace";
  // Half of what a plan does is under way for a while, so that both kinds are rehearsed.
  std::size_t letters = 0;
  for (const char c : u.spec.name) letters += static_cast<unsigned char>(c);
  if (!fleet && letters % 2 == 0) out.lasts = duration{8'000};
  out.resources = [all = std::move(u.resources)](const request& q) {
    const auto found = all.find(q.step);
    return found == all.end() ? std::vector<std::string>{} : found->second;
  };
  if (!fleet)
    out.outputs = [all = std::move(u.outputs)](const request& q) {
      const auto found = all.find(q.step);
      auto made = found == all.end() ? json::object{} : found->second;
      // Outputs that repeat inputs show whether secrets are taken out of them.
      if (!q.secrets.empty()) made["echo"] = q.inputs;
      return made;
    };
  return out;
}

}  // namespace

person member_of(const plan& what, const std::string& role, int nth) {
  const auto& members = members_of(what, role);
  std::vector<std::string> users;
  for (const auto& m : members) {
    if (m.starts_with("user:")) users.push_back(m);
  }
  if (static_cast<std::size_t>(nth) < users.size()) return {users[static_cast<std::size_t>(nth)], {}};
  for (const auto& m : members) {
    if (m.starts_with("group:")) return {"user:member-" + std::to_string(nth), {m}};
    if (m == "*") return {"user:anybody-" + std::to_string(nth), {}};
  }
  return users.empty() ? person{"user:nobody", {}} : person{users.back(), {}};
}

person somebody(const plan& what, const std::vector<std::string>& roles) {
  return roles.empty() ? person{"user:anybody", {}} : member_of(what, roles.front(), 0);
}

result<staged> stage(const plan& what, const rehearsal_options& options) {
  staged out;
  auto copy = std::make_shared<plan>(what);
  if (copy->steps.empty()) return make_error(errc::invalid_argument, "the plan has no steps to rehearse");
  copy->calendar.reset();  // a rehearsal plays the release, not the days before it
  copy->promoted_from.reset();
  if (options.watch.count() > 0)
    for (auto& step : copy->steps)
      if (step.kind == step_kind::watch) step.lasts = options.watch;
  for (const auto& f : options.faults)
    if (!copy->find(f.step))
      return make_error(errc::invalid_argument,
                        "fault \"" + to_text(f) + "\": the plan has no step \"" + f.step + "\"");
  const auto who = starter(*copy);
  out.start.principal = who.principal;
  out.start.groups = who.groups;
  out.known = find_readings(*copy);
  std::set<std::string> kinds;
  std::set<std::string> names;
  for (const auto& g : copy->guards) {
    if (!g.probe.empty()) kinds.insert(g.probe_kind);
    for (const auto& metric : g.metrics) {
      const auto* spec = metric.value().if_object();
      const auto* source = spec == nullptr ? nullptr : spec->if_contains("source");
      if (source != nullptr && source->is_string()) names.insert(std::string(source->get_string()));
    }
  }
  out.probe_kinds.assign(kinds.begin(), kinds.end());
  out.metric_names.assign(names.begin(), names.end());
  out.make_world = options.make_world;
  out.patience = options.patience;
  for (const auto& step : copy->steps) out.patience += step.lasts;
  out.what = std::move(copy);
  return out;
}

std::vector<std::shared_ptr<world_model>> models_for(const plan& what, const std::shared_ptr<world>& where,
                                                     std::vector<std::shared_ptr<world_model>> given) {
  std::set<std::string> have;
  for (const auto& m : given) have.insert(m->name());
  std::map<std::string, std::set<std::string>> wanted;
  for (const auto& step : what.steps) {
    references(step.inputs, wanted);
    references(step.when, wanted);
  }
  std::map<std::string, std::map<std::string, use>> uses;
  for (const auto& step : what.steps) {
    if (step.kind != step_kind::action || have.contains(step.provider)) continue;
    auto& u = uses[step.provider][step.action];
    u.spec.name = step.action;
    u.spec.repeat = step.repeat;
    u.spec.undo = step.undo;
    u.spec.rank = step.rank;
    u.resources[step.id] = step.resources;
    auto& made = u.outputs[step.id];
    if (const auto found = wanted.find(step.id); found != wanted.end())
      for (const auto& path : found->second) put(made, path, path + " of " + step.id);
  }
  for (auto& [provider, actions] : uses) {
    std::vector<modelled_action> all;
    for (auto& [name, u] : actions) all.push_back(model_of(std::move(u)));
    given.push_back(make_generic_model(where, provider, std::move(all)));
  }
  return given;
}

}  // namespace shipflow::rehearsal
