#include "plan/builder.hpp"

#include "plan/hint.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::planning {
namespace {

const node* present(const node* n) { return n == nullptr || n->is(node_kind::null) ? nullptr : n; }

}  // namespace

builder::builder(const surroundings& all, const step_document& source, const each_value* each)
    : all_(all), source_(source), each_(each), read_(all.words, each, all.out) {
  if (each != nullptr) made_.each = each->text;
}

const node* builder::body(std::string_view key) const { return present(source_.body.find(key)); }
const node* builder::own(std::string_view key) const { return present(source_.all.find(key)); }

std::string builder::id_of(std::string_view part) const {
  std::string id = source_.id;
  if (each_ != nullptr) id += "[" + each_->text + "]";
  if (!part.empty()) id.append("/").append(part);
  return id;
}

draft_index builder::add(std::string_view part, step_kind kind, std::vector<draft_index> needs) {
  const auto index = static_cast<draft_index>(all_.to.drafts.size());
  auto& d = all_.to.drafts.emplace_back();
  d.at = &source_.all;
  d.needs = std::move(needs);
  d.step.id = id_of(part);
  d.step.group = source_.id;
  d.step.kind = kind;
  d.step.timeout = duration{0};
  made_.members.push_back(index);
  return index;
}

draft_index builder::add_wait(std::string_view part, duration lasts, std::vector<draft_index> needs) {
  const auto index = add(part, step_kind::wait, std::move(needs));
  at(index).step.lasts = lasts;
  at(index).step.title = "wait " + format_duration(lasts);
  return index;
}

void builder::fill(draft_index i, const std::optional<bound_action>& what, input_list& inputs) {
  auto& d = at(i);
  d.references = inputs.references();
  d.broken = !what;
  if (!what) return;
  auto& s = d.step;
  const auto& spec = *what->spec;
  s.provider = what->provider;
  s.component = what->component;
  s.action = spec.name;
  s.action_version = spec.version;
  s.repeat = spec.repeat;
  s.undo = spec.undo;
  s.rank = spec.rank;
  s.after = spec.undo == reversibility::destructive ? after_traffic::ask : after_traffic::undo;
  s.target = *what->target;
  s.inputs = inputs.checked(spec, all_.out);
  s.resources = resources_of(spec, s.component, all_.where.name, s.target, s.inputs);
  s.tells_ready = spec.tells_ready;
  s.call_timeout = spec.call_timeout;
  s.timeout = spec.timeout;
  for (const auto& output : spec.outputs) {
    d.outputs.push_back(output.name);
    if (output.sensitive) s.secret_outputs.push_back(output.name);
  }
  if (s.title.empty()) s.title = spec.name + (s.component.empty() ? "" : " " + s.component);
}

draft_index builder::add_restore(draft_index begin) {
  const auto i = add("restore", step_kind::restore, {begin});
  auto& d = at(i);
  const auto& from = at(begin);
  auto named = std::pair{d.step.id, d.step.group};
  d.step = from.step;
  std::tie(d.step.id, d.step.group) = named;
  d.step.kind = step_kind::restore;
  d.step.title = "end " + (from.step.title.empty() ? from.step.id : from.step.title);
  d.restores = begin;
  d.broken = from.broken;
  d.references = from.references;
  return i;
}

void builder::traffic_at(draft_index i) {
  at(i).step.first_traffic = true;
  if (!made_.traffic) made_.traffic = i;
}

void builder::wait_for(draft_index i, const std::string& name, const node& where) {
  all_.to.late.push_back({i, name, &where});
}

std::vector<std::string> builder::roles_in(const node& n) const {
  auto names = read_.texts(n);
  for (const auto& name : names) {
    const auto found = all_.where.roles.find(name);
    if (found == all_.where.roles.end())
      error(n, "environment `" + all_.where.name + "` has no role `" + name + "`" +
                   hint(all_.out, name, all_.where.roles));
    else if (found->second.empty())
      error(n, "nobody has the role `" + name + "` in environment `" + all_.where.name + "`");
  }
  return names;
}

void builder::read_retry(const node& rules, retry_policy& to) const {
  if (const auto* n = rules.find("attempts")) to.attempts = read_.whole(*n, 1, 100).value_or(1);
  if (const auto* n = rules.find("backoff")) to.backoff = read_.time(*n).value_or(to.backoff);
  if (const auto* n = rules.find("most")) to.most = read_.time(*n).value_or(to.most);
}

void builder::apply_words(draft& d, const json::value& when,
                          const std::vector<step_reference>& when_references) {
  auto& s = d.step;
  s.when = when;
  s.on_call = source_.on_call;
  // Called when traffic is there already, it does not bring any.
  if (s.on_call) s.first_traffic = false;
  d.references.insert(d.references.end(), when_references.begin(), when_references.end());
  if (const auto* n = own("skippable")) s.skippable = read_.truth(*n).value_or(false);
  const bool acts = s.kind == step_kind::action || s.kind == step_kind::restore;
  if (const auto* rules = own("retry"); rules != nullptr && acts) read_retry(*rules, s.retry);
  const bool ends = acts || s.kind == step_kind::checklist;
  if (const auto* n = own("timeout"); n != nullptr && ends) s.timeout = read_.time(*n).value_or(s.timeout);
}

expansion builder::finish(const json::value& when, const std::vector<step_reference>& when_references) {
  for (const auto i : made_.members) {
    apply_words(at(i), when, when_references);
    if (at(i).needs.empty()) made_.entries.push_back(i);
  }
  if (const auto* n = own("roles"); n != nullptr && source_.kind != "checklist")
    error(*n, "`roles` of a step say who ticks a checklist; an approval has its own");
  if (made_.exits.empty() && !made_.members.empty()) made_.exits = {made_.members.back()};
  if (const auto* n = own("title"); n != nullptr && made_.members.size() == 1)
    at(made_.members.front()).step.title = read_.text(*n).value_or("");
  return std::move(made_);
}

}  // namespace shipflow::planning
