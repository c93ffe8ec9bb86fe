#include "document/reference.hpp"
#include "document/suggestion.hpp"
#include "model/tables.hpp"

#include <shipflow/model.hpp>

#include <algorithm>
#include <functional>
#include <set>

namespace shipflow {
inline namespace v1 {
namespace {

using schema::read_node;
using schema::read_strings;

std::string kind_of(const node& step) {
  for (const auto& kind : model_room::step_kinds())
    if (step.find(kind) != nullptr) return kind;
  return {};
}

step_document read_step(const node& written) {
  step_document s;
  s.id = schema::read_string(written, "id");
  s.kind = kind_of(written);
  if (const auto* body = written.find(s.kind)) s.body = *body;
  s.all = written;
  s.needs = read_strings(written, "needs");
  s.place = written.place;
  s.pointer = written.pointer;
  return s;
}

// A reaction is a step without needs; only a rule of `rollback` lets it begin.
step_document read_reaction(const std::string& name, const node& written) {
  auto s = read_step(written);
  s.id = name;
  s.on_call = true;
  return s;
}

void read_components(const node& written, plan_document& to) {
  if (written.is(node_kind::sequence)) {
    for (const auto& name : schema::strings_of(written)) to.components.push_back({name, {}, {}});
    return;
  }
  for (const auto& [name, body] : written.fields)
    to.components.push_back({name, read_strings(body, "needs"), read_strings(body, "paths")});
}

void check_components(const plan_document& plan, const node& written, diagnostics& out) {
  std::set<std::string> known;
  for (const auto& c : plan.components)
    if (!known.insert(c.name).second)
      out.error(written.place, written.pointer, "component `" + c.name + "` is listed twice");
  for (const auto& c : plan.components)
    for (const auto& need : c.needs)
      if (!known.contains(need))
        out.error(written.place, written.pointer,
                  "component `" + c.name + "` needs `" + need + "`, which the plan does not have");
}

const node& place_of(const step_document& s, const char* key) {
  const auto* found = s.all.find(key);
  return found == nullptr ? s.all : *found;
}

using index_by_id = std::map<std::string, std::size_t>;

index_by_id check_ids(const plan_document& plan, diagnostics& out) {
  index_by_id known;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const auto& s = plan.steps[i];
    const auto [at, fresh] = known.emplace(s.id, i);
    if (fresh) continue;
    const auto& id = place_of(s, "id");
    out.error(id.place, id.pointer,
              "step `" + s.id + "` stands on line " + std::to_string(plan.steps[at->second].place.line) +
                  " already");
  }
  return known;
}

void check_needs(const plan_document& plan, const index_by_id& known, diagnostics& out) {
  std::vector<std::string> ids;
  for (const auto& [id, i] : known) ids.push_back(id);
  for (const auto& s : plan.steps) {
    const auto& at = place_of(s, "needs");
    for (const auto& need : s.needs) {
      const auto found = known.find(need);
      if (found == known.end())
        out.error(at.place, at.pointer, "there is no step `" + need + "`" + doc::did_you_mean(need, ids));
      else if (plan.steps[found->second].on_call)
        out.error(at.place, at.pointer, "`" + need + "` is a reaction: no step can wait for it");
    }
  }
}

// Depth first with a stack of its own: plans may be long chains.
class cycle_finder {
 public:
  cycle_finder(const plan_document& plan, const index_by_id& known, diagnostics& out)
      : plan_(plan), known_(known), out_(out), color_(plan.steps.size(), white) {}

  void run() {
    for (std::size_t i = 0; i < color_.size(); ++i)
      if (color_[i] == white) visit(i);
  }

 private:
  enum color { white, grey, black };

  void visit(std::size_t root) {
    std::vector<std::pair<std::size_t, std::size_t>> stack{{root, 0}};
    color_[root] = grey;
    while (!stack.empty()) {
      auto& [i, next] = stack.back();
      const auto& needs = plan_.steps[i].needs;
      if (next == needs.size()) {
        color_[i] = black;
        stack.pop_back();
        continue;
      }
      const auto found = known_.find(needs[next++]);
      if (found == known_.end()) continue;
      if (color_[found->second] == grey) report(stack, found->second);
      if (color_[found->second] != white) continue;
      color_[found->second] = grey;
      stack.emplace_back(found->second, 0);
    }
  }

  void report(const std::vector<std::pair<std::size_t, std::size_t>>& stack, std::size_t closing) {
    auto from = std::find_if(stack.begin(), stack.end(), [&](const auto& e) { return e.first == closing; });
    std::string text;
    for (; from != stack.end(); ++from) text += plan_.steps[from->first].id + " -> ";
    const auto& at = place_of(plan_.steps[stack.back().first], "needs");
    out_.error(at.place, at.pointer, "steps need each other: " + text + plan_.steps[closing].id);
  }

  const plan_document& plan_;
  const index_by_id& known_;
  diagnostics& out_;
  std::vector<color> color_;
};

const node* default_of(const node& parameter) {
  return parameter.is(node_kind::mapping) ? parameter.find("default") : &parameter;
}

void check_parameters(const plan_document& plan, diagnostics& out) {
  std::vector<std::pair<std::string, node>> defaults;
  std::set<std::string> names;
  for (const auto& [name, written] : plan.parameters) {
    names.insert(name);
    if (const auto* value = default_of(written)) defaults.emplace_back(name, *value);
  }
  (void)reference::order(
      defaults,
      [&](const std::string& path) -> std::optional<std::string> {
        const auto name = path.starts_with("parameters.") ? path.substr(11) : path;
        return names.contains(name) ? std::optional(name) : std::nullopt;
      },
      out);
}

}  // namespace

plan_document read_plan(const document& doc, diagnostics& out) {
  plan_document plan;
  plan.file = doc.file;
  diagnostics found;
  schema::validate(doc.root, schema::table(model_room::plan_table), found);
  const bool readable = !found.has_errors();
  out.append(found);
  if (!readable) return plan;
  const auto& root = doc.root;
  plan.root = root;
  plan.name = schema::read_string(root, "plan");
  plan.description = schema::read_string(root, "description");
  if (const auto* parameters = read_node(root, "parameters")) plan.parameters = parameters->fields;
  if (const auto* components = read_node(root, "components")) {
    read_components(*components, plan);
    check_components(plan, *components, out);
  }
  if (const auto* checklists = read_node(root, "checklists"))
    for (const auto& [name, list] : checklists->fields) plan.checklists[name] = list;
  if (const auto* rollback = read_node(root, "rollback")) plan.rollback = *rollback;
  for (const auto& step : read_node(root, "steps")->items) plan.steps.push_back(read_step(step));
  if (const auto* reactions = read_node(root, "reactions"))
    for (const auto& [name, written] : reactions->fields) plan.steps.push_back(read_reaction(name, written));
  const auto known = check_ids(plan, out);
  check_needs(plan, known, out);
  cycle_finder(plan, known, out).run();
  check_parameters(plan, out);
  return plan;
}

json::value plan_schema() {
  return schema::json_schema(schema::table(model_room::plan_table), "shipflow release plan");
}

json::value environments_schema() {
  return schema::json_schema(schema::table(model_room::environments_table), "shipflow environments");
}

}  // namespace v1
}  // namespace shipflow
