#include "plan/input_list.hpp"

#include <utility>

namespace shipflow::planning {
namespace {

bool holds_reference(const node& n) {
  if (n.is(node_kind::string)) return n.text.find("${") != std::string::npos;
  for (const auto& item : n.items)
    if (holds_reference(item)) return true;
  for (const auto& [key, field] : n.fields)
    if (holds_reference(field)) return true;
  return false;
}

}  // namespace

void input_list::written(const std::string& name, const node& n) {
  const auto before = read_.troubles();
  auto value = rendered(n);
  entries_.push_back({{name, std::move(value), &n, holds_reference(n), read_.troubles() != before}, true});
}

void input_list::written_fields(const node* mapping) {
  if (mapping == nullptr) return;
  for (const auto& [name, field] : mapping->fields) written(name, field);
}

void input_list::implied(const std::string& name, json::value value, const node* from) {
  for (const auto& known : entries_)
    if (known.input.name == name) return;
  entries_.push_back({{name, std::move(value), from == nullptr ? &at_ : from, true, false}, false});
}

void input_list::composed(const std::string& name, json::value value, const node& n) {
  entries_.push_back({{name, std::move(value), &n, true, false}, true});
}

json::object input_list::checked(const action_spec& spec, diagnostics& out) {
  std::vector<given_input> wanted;
  wanted.reserve(entries_.size());
  for (auto& e : entries_)
    if (e.by_person || takes_any(spec) || takes(spec, e.input.name)) wanted.push_back(std::move(e.input));
  entries_.clear();
  return checked_inputs(spec, std::move(wanted), at_, out);
}

}  // namespace shipflow::planning
