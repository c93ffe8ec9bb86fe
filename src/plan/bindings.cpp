#include "plan/bindings.hpp"

#include "plan/hint.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::planning {
namespace {

const json::object nothing;

}  // namespace

bindings::bindings(const plan_document& document, const environment& where, const catalogue& offers,
                   const scope& words, diagnostics& out)
    : document_(document), where_(where), offers_(offers), words_(words), out_(out) {
  for (const auto& c : document.components) names_.insert(c.name);
  for (const auto& b : where.bindings) written_.emplace(b.component, &b);
}

bool bindings::has_component(std::string_view name) const { return names_.contains(name); }

const action_spec* bindings::action_of(const place& p, const std::string& action) const {
  const auto found =
      std::find_if(p.actions.begin(), p.actions.end(), [&](const auto& a) { return a.name == action; });
  return found == p.actions.end() ? nullptr : &*found;
}

const bindings::place* bindings::resolve(const binding& b) {
  auto& known = components_[b.component];
  if (known) return known.get();
  known = std::make_unique<place>();
  known->provider = b.provider;
  auto target = renderer(words_, nullptr, out_).target(b.target);
  if (auto* object = target.if_object()) known->target = std::move(*object);
  auto actions = offers_.actions(b.provider, known->target);
  if (actions) {
    known->usable = true;
    known->actions = std::move(*actions);
    return known.get();
  }
  const auto& why = actions.error();
  std::string message = "component `" + b.component + "` cannot be bound: " + why.message;
  if (why.code == errc::not_found)
    message = "component `" + b.component + "` is bound to provider `" + b.provider +
              "`, which is not built in this version";
  out_.error(b.target.place, b.target.pointer, std::move(message));
  return known.get();
}

const bindings::place* bindings::bound(const std::string& component, const node& at) {
  if (const auto found = written_.find(component); found != written_.end()) return resolve(*found->second);
  out_.error(at.place, at.pointer,
             "component `" + component + "` is not bound in environment `" + where_.name +
                 "`; add it to `bind` there");
  return nullptr;
}

const bindings::place* bindings::provided(const std::string& provider, const node& at) {
  auto& known = providers_[provider];
  if (known) return known.get();
  auto actions = offers_.actions(provider, {});
  if (!actions && actions.error().code == errc::not_found) {
    providers_.erase(provider);
    return nullptr;
  }
  known = std::make_unique<place>();
  known->provider = provider;
  known->usable = static_cast<bool>(actions);
  if (actions)
    known->actions = std::move(*actions);
  else
    out_.error(at.place, at.pointer,
               "provider `" + provider + "` cannot be used: " + actions.error().message);
  return known.get();
}

std::optional<bound_action> bindings::of_component(const std::string& component, const std::string& action,
                                                   std::string_view needed_by, const node& at) {
  if (!has_component(component)) {
    out_.error(at.place, at.pointer,
               "the plan has no component `" + component + "`" + hint(out_, component, document_.components));
    return std::nullopt;
  }
  const auto* p = bound(component, at);
  if (p == nullptr || !p->usable) return std::nullopt;
  if (const auto* spec = action_of(*p, action)) return bound_action{spec, p->provider, component, &p->target};
  out_.error(at.place, at.pointer,
             "provider `" + p->provider + "` has no action `" + action + "`, which " +
                 std::string(needed_by) + " of component `" + component + "` needs");
  return std::nullopt;
}

std::optional<bound_action> bindings::of_provider(const std::string& provider, const std::string& action,
                                                  const node& at) {
  const auto* p = provided(provider, at);
  if (p == nullptr)
    out_.error(at.place, at.pointer,
               "`" + provider + "." + action + "` is not built in this version: there is no provider `" +
                   provider + "`");
  if (p == nullptr || !p->usable) return std::nullopt;
  if (const auto* spec = action_of(*p, action)) return bound_action{spec, provider, "", &nothing};
  out_.error(at.place, at.pointer,
             "provider `" + provider + "` has no action `" + action + "`" + hint(out_, action, p->actions));
  return std::nullopt;
}

std::optional<bound_action> bindings::find(const std::string& written, const node& at) {
  const auto dot = written.find('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == written.size()) {
    out_.error(at.place, at.pointer,
               "`" + written + "` names no action; write `component.action` or `provider.action`");
    return std::nullopt;
  }
  const auto owner = written.substr(0, dot);
  const auto action = written.substr(dot + 1);
  if (!has_component(owner)) {
    const auto* p = provided(owner, at);
    if (p == nullptr) {
      out_.error(at.place, at.pointer,
                 "action `" + written +
                     "` is not built in this version: no component or provider is called `" + owner + "`");
      return std::nullopt;
    }
    return of_provider(owner, action, at);
  }
  const auto* p = bound(owner, at);
  if (p == nullptr || !p->usable) return std::nullopt;
  if (const auto* spec = action_of(*p, action)) return bound_action{spec, p->provider, owner, &p->target};
  out_.error(at.place, at.pointer,
             "provider `" + p->provider + "` of component `" + owner + "` has no action `" + action + "`" +
                 hint(out_, action, p->actions));
  return std::nullopt;
}

const json::object& bindings::target_of(const std::string& component) {
  const auto found = written_.find(component);
  return found == written_.end() ? nothing : resolve(*found->second)->target;
}

std::vector<plan_component> bindings::components() {
  std::vector<plan_component> out;
  for (const auto& c : document_.components) {
    const auto found = written_.find(c.name);
    if (found == written_.end()) continue;
    out.push_back({c.name, found->second->provider, resolve(*found->second)->target, c.needs});
  }
  return out;
}

}  // namespace shipflow::planning
