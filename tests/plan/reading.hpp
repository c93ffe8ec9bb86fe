// Documents to values without the checks of the model: just enough for plans in tests.
#pragma once

#include <shipflow/model.hpp>

#include <array>
#include <string>

namespace shipflow::test {

inline std::vector<std::string> texts_of(const node* n) {
  std::vector<std::string> out;
  if (n == nullptr) return out;
  for (const auto& item : n->items) out.push_back(item.text);
  return out;
}

inline step_document step_of(const node& n) {
  static constexpr std::array kinds{"action",    "command",  "http",        "wait_for",   "approval",
                                    "checklist", "in_place", "rolling",     "blue_green", "canary",
                                    "wait",      "watch",    "maintenance", "ensure",     "probe",
                                    "gate",      "run",      "scan"};
  step_document s;
  s.id = n.find("id")->text;
  s.all = n;
  s.place = n.place;
  s.pointer = n.pointer;
  s.needs = texts_of(n.find("needs"));
  for (const char* kind : kinds) {
    if (const auto* body = n.find(kind)) {
      s.kind = kind;
      s.body = *body;
    }
  }
  return s;
}

inline plan_document document_of(const document& doc, diagnostics& /*out*/) {
  plan_document d;
  d.file = doc.file;
  d.root = doc.root;
  d.name = doc.root.find("plan")->text;
  if (const auto* n = doc.root.find("parameters")) d.parameters = n->fields;
  if (const auto* n = doc.root.find("components")) {
    for (const auto& item : n->items) d.components.push_back({item.text, {}});
    for (const auto& [name, field] : n->fields) d.components.push_back({name, texts_of(field.find("needs"))});
  }
  if (const auto* n = doc.root.find("checklists"))
    for (const auto& [name, field] : n->fields) d.checklists.emplace(name, field);
  if (const auto* n = doc.root.find("rollback")) d.rollback = *n;
  for (const auto& item : doc.root.find("steps")->items) d.steps.push_back(step_of(item));
  return d;
}

inline environment environment_of(const document& doc, const std::string& name, diagnostics& /*out*/) {
  const auto& root = *doc.root.find("environments")->find(name);
  environment e;
  e.file = doc.file;
  e.name = name;
  e.root = root;
  if (const auto* n = root.find("url")) e.url = n->text;
  if (const auto* n = root.find("variables")) {
    for (const auto& [key, field] : n->fields) {
      const auto* value = field.find("default");
      e.variables[key] = {value == nullptr ? field.text : value->text, field.find("secret") != nullptr,
                          "literal"};
    }
  }
  if (const auto* n = root.find("flags")) e.flags = n->to_json().as_object();
  if (const auto* n = root.find("roles"))
    for (const auto& [role, people] : n->fields) e.roles[role] = texts_of(&people);
  if (const auto* n = root.find("bind"))
    for (const auto& [component, target] : n->fields)
      e.bindings.push_back({component, target.find("provider")->text, target});
  if (const auto* n = root.find("probes")) e.probes = *n;
  if (const auto* n = root.find("metrics")) e.metrics = *n;
  if (const auto* n = root.find("triggers")) e.triggers = *n;
  return e;
}

}  // namespace shipflow::test
