// Where a listener sends a request.
#include "base/members.hpp"
#include "world/aws/elb.hpp"

#include <algorithm>

namespace shipflow::cloud {
namespace {

/// `*` is any text, `?` any one character.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t again = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      again = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++again;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// Conditions on anything but host and path hold for no request.
bool holds(const json::object& condition, const std::string& host, const std::string& path) {
  const auto field = members::text(condition, "Field");
  const auto& text = field == "path-pattern" ? path : host;
  if (field != "path-pattern" && field != "host-header") return false;
  auto patterns = members::texts(condition, "Values");
  const auto* configuration = field == "path-pattern" ? "PathPatternConfig" : "HostHeaderConfig";
  if (patterns.empty()) patterns = members::texts(members::object(condition, configuration), "Values");
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return matches(p, text); });
}

}  // namespace

json::array elb::actions_for(const std::string& listener, const std::string& host,
                             const std::string& path) const {
  const rule* best = nullptr;
  for (const auto& r : rules_) {
    const bool all = r.listener == listener &&
                     std::all_of(r.conditions.begin(), r.conditions.end(),
                                 [&](const auto& c) { return holds(members::as_object(c), host, path); });
    if (all && (best == nullptr || std::stoi(r.priority) < std::stoi(best->priority))) best = &r;
  }
  if (best != nullptr) return best->actions;
  const auto found = listeners_.find(listener);
  return found == listeners_.end() ? json::array{} : found->second;
}

}  // namespace shipflow::cloud
