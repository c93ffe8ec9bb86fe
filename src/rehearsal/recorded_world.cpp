// The models of the built-in providers, in a recorded or an assumed state.
#include <shipflow/providers/github_world.hpp>
#include <shipflow/recording.hpp>

#include <algorithm>
#include <set>

namespace shipflow {
inline namespace v1 {
namespace {

bool uses(const plan& what, std::string_view provider) {
  return std::any_of(what.steps.begin(), what.steps.end(), [&](const plan_step& s) {
    return s.kind == step_kind::action && s.provider == provider;
  });
}

error at_component(const std::string& name, const error& e) {
  return make_error(e.code, "component " + name + ": " + e.message);
}

/// What was observed of a component by any of its steps that `matches` allows.
const json::value* seen(const recording& from, const std::string& component, std::string_view provider) {
  for (const auto& [id, s] : from.steps)
    if (s.component == component && s.provider == provider && s.observed.is_object()) return &s.observed;
  return nullptr;
}

/// The model with the plan's components as they were observed, else with what `before` says of each; without it, none.
template <class Model>
result<std::shared_ptr<Model>> put_up(const plan& what, const recording& from, std::string_view provider,
                                      std::shared_ptr<Model> made, const std::optional<std::string>& before) {
  std::set<std::string> known;
  for (const auto& s : what.steps) {
    if (s.kind != step_kind::action || s.provider != provider || !known.insert(s.component).second) continue;
    result<void> put;
    if (const auto* observed = seen(from, s.component, provider))
      put = made->install_observed(what.environment, s.component, s.target, *observed);
    else if (before)
      put = made->install(what.environment, s.component, s.target, *before);
    if (!put) return at_component(s.component, put.error());
  }
  return made;
}

result<std::shared_ptr<local_world>> local_of(const plan& what, const recording& from,
                                              const std::shared_ptr<world>& where) {
  local_world_options options;
  options.versions = from.behaviour.versions;
  return put_up(what, from, "local", make_local_world(where, std::move(options)), from.behaviour.before);
}

result<std::shared_ptr<ecs_world>> ecs_of(const plan& what, const recording& from,
                                          const std::shared_ptr<world>& where) {
  ecs_world_options options;
  for (const auto& [version, how] : from.behaviour.versions)
    options.versions[version] = {how.ready, how.dies, {}};
  return put_up(what, from, "ecs", make_ecs_world(where, std::move(options)),
                from.behaviour.before.value_or("none"));
}

result<std::shared_ptr<cloudfront_world>> cloudfront_of(const plan& what, const recording& from,
                                                        const std::shared_ptr<world>& where) {
  return put_up(what, from, "cloudfront", make_cloudfront_world(where, {}), "/releases/before");
}

result<std::shared_ptr<site_world>> site_of(const plan& what, const recording& from,
                                            const std::shared_ptr<world>& where) {
  return put_up(what, from, "site", make_site_world(where, {}), from.behaviour.before.value_or("none"));
}

/// A model of what a binding names, whatever was observed of it.
template <class Model>
result<std::shared_ptr<Model>> bound_of(const plan& what, std::string_view provider,
                                        std::shared_ptr<Model> made) {
  std::set<std::string> known;
  for (const auto& s : what.steps) {
    if (s.kind != step_kind::action || s.provider != provider || !known.insert(s.component).second) continue;
    if (auto put = made->install(what.environment, s.component, s.target); !put)
      return at_component(s.component, put.error());
  }
  return made;
}

/// Stacks as they were observed, else the one that a step names, with a former template.
void install_stacks(cloudformation_world& to, const std::string& environment, const plan_step& s,
                    const recording& from) {
  to.install(environment, s.component, {}, {});
  const auto found = from.steps.find(s.id);
  const auto* observed = found == from.steps.end() ? nullptr : found->second.observed.if_object();
  const auto* known = observed == nullptr ? nullptr : observed->if_contains("stacks");
  if (known != nullptr && known->is_object()) {
    for (const auto& [name, one] : known->get_object())
      if (const auto* o = one.if_object(); o != nullptr)
        to.install(environment, s.component, name,
                   o->contains("template") ? json::value_to<std::string>(o->at("template")) : std::string{});
    return;
  }
  const auto* named = s.inputs.if_contains("stack");
  if (named != nullptr && named->is_string())
    to.install(environment, s.component, json::value_to<std::string>(*named),
               from.behaviour.before.value_or(""));
}

std::shared_ptr<world_model> commands_of(const plan& what, const recording& from,
                                         const std::shared_ptr<world>& where) {
  command_world_options options;
  options.programs = from.behaviour.programs;
  auto made = make_command_world(where, std::move(options));
  for (const auto& s : what.steps) {
    const auto observed = from.steps.find(s.id);
    if (s.provider != "command" || s.resources.empty() || observed == from.steps.end()) continue;
    const auto& v = observed->second.observed;
    // Tasks without `observe` answer an empty object, which says nothing.
    if (v.is_object() && v.get_object().empty()) continue;
    made->install(s.resources.front(), v.is_string() ? std::string(v.get_string()) : json::serialize(v));
  }
  return made;
}

}  // namespace

result<rehearsal_world> make_recorded_world(const plan& what, const recording& from,
                                            const std::shared_ptr<world>& where) {
  if (!from.environment.empty() && from.environment != what.environment)
    return make_error(errc::conflict, "the recording is of environment " + from.environment +
                                          ", the plan is for " + what.environment);
  rehearsal_world out;
  if (uses(what, "local")) {
    auto made = local_of(what, from, where);
    if (!made) return made.error();
    // Its counters are worth more than readings that always pass where a version was said to be bad.
    const bool ill = std::any_of(from.behaviour.versions.begin(), from.behaviour.versions.end(),
                                 [](const auto& v) { return v.second.errors > 0; });
    if (ill) out.metrics.push_back(*made);
    out.models.push_back(std::move(*made));
  }
  if (uses(what, "ecs")) {
    auto made = ecs_of(what, from, where);
    if (!made) return made.error();
    out.models.push_back(std::move(*made));
  }
  if (uses(what, "rds")) {
    auto made = bound_of(what, "rds", make_rds_world(where, {}));
    if (!made) return made.error();
    out.models.push_back(std::move(*made));
  }
  if (uses(what, "cloudfront")) {
    auto made = cloudfront_of(what, from, where);
    if (!made) return made.error();
    out.models.push_back(std::move(*made));
  }
  if (uses(what, "site")) {
    auto made = site_of(what, from, where);
    if (!made) return made.error();
    out.models.push_back(std::move(*made));
  }
  if (uses(what, "cloudformation")) {
    auto made = make_cloudformation_world(where, {});
    for (const auto& s : what.steps)
      if (s.kind == step_kind::action && s.provider == "cloudformation")
        install_stacks(*made, what.environment, s, from);
    out.models.push_back(std::move(made));
  }
  if (uses(what, "command")) out.models.push_back(commands_of(what, from, where));
  if (uses(what, "http")) {
    http_world_options options;
    options.endpoints = from.behaviour.endpoints;
    out.models.push_back(make_http_world(where, std::move(options)));
  }
  if (uses(what, "github")) out.models.push_back(make_github_world(where, {}));
  return out;
}

}  // namespace v1
}  // namespace shipflow
