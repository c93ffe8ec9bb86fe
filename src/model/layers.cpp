#include "model/layers.hpp"

#include "document/schema_read.hpp"
#include "document/suggestion.hpp"

#include <algorithm>
#include <vector>

namespace shipflow::model_room {
namespace {

std::vector<std::string> names_of(const node& environments) {
  std::vector<std::string> out;
  for (const auto& [name, body] : environments.fields) out.push_back(name);
  return out;
}

// From the environment to its last base.
std::vector<const node*> chain_of(const node& environments, const std::string& name, diagnostics& out) {
  std::vector<const node*> chain;
  std::vector<std::string> seen{name};
  for (const auto* at = environments.find(name); at != nullptr;) {
    chain.push_back(at);
    const auto* base = at->find("extends");
    if (base == nullptr) return chain;
    const auto next = schema::string_of(*base);
    if (std::find(seen.begin(), seen.end(), next) != seen.end()) {
      out.error(base->place, base->pointer, "environments extend each other: " + seen.back() + " -> " + next);
      return {};
    }
    seen.push_back(next);
    at = environments.find(next);
    if (at == nullptr)
      out.error(base->place, base->pointer,
                "there is no environment `" + next + "`" + doc::did_you_mean(next, names_of(environments)));
  }
  return {};
}

}  // namespace

node layered(const node& base, const node& over) {
  if (!base.is(node_kind::mapping) || !over.is(node_kind::mapping)) return over;
  node out = base;
  out.place = over.place;
  out.pointer = over.pointer;
  for (const auto& [key, value] : over.fields) {
    const auto same =
        std::find_if(out.fields.begin(), out.fields.end(), [&](const auto& f) { return f.first == key; });
    if (same == out.fields.end())
      out.fields.emplace_back(key, value);
    else
      same->second = layered(same->second, value);
  }
  return out;
}

std::optional<node> with_bases(const node& environments, const std::string& name, diagnostics& out) {
  if (environments.find(name) == nullptr) {
    out.error(environments.place, environments.pointer,
              "there is no environment `" + name + "`" + doc::did_you_mean(name, names_of(environments)));
    return std::nullopt;
  }
  const auto chain = chain_of(environments, name, out);
  if (chain.empty()) return std::nullopt;
  node merged = *chain.back();
  for (auto at = chain.rbegin() + 1; at != chain.rend(); ++at) merged = layered(merged, **at);
  return merged;
}

}  // namespace shipflow::model_room
