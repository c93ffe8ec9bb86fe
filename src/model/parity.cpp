#include <shipflow/parity.hpp>

#include <algorithm>
#include <map>

namespace shipflow {
inline namespace v1 {
namespace {

struct leaf {
  std::string text;
  bool secret = false;

  [[nodiscard]] std::string shown() const { return secret ? "***" : text; }
};
using leaves = std::map<std::string, leaf>;

// "shop-production" and "shop-staging" become the same text.
std::string neutral(std::string text, const std::string& name) {
  if (name.size() < 3) return text;
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 14))
    text.replace(at, name.size(), "${environment}");
  return text;
}

// What a variable with `secret: true` holds, and what a channel must take from such a variable.
bool is_secret(const std::string& path, const node& inside, const std::string& key, const node& n) {
  const auto* marked = inside.find("secret");
  const bool variable = marked != nullptr && marked->to_json() == json::value(true);
  if (variable && (key == "value" || key == "default")) return true;
  const bool channel = path.starts_with("channels.") &&
                       (key == "slack" || key == "key" || key == "token" || path.ends_with(".headers"));
  return channel && n.text.find("${") == std::string::npos;
}

void flatten(const node& n, const std::string& path, bool secret, leaves& to) {
  if (!n.is(node_kind::mapping) || n.fields.empty()) {
    to[path] = {n.is(node_kind::string) ? n.text : json::serialize(n.to_json()), secret};
    return;
  }
  for (const auto& [key, field] : n.fields) {
    const bool top = path.empty();
    if (top && (key == "extends" || key == "purpose" || key == "url")) continue;
    flatten(field, top ? key : path + "." + key, secret || is_secret(path, n, key, field), to);
  }
}

leaves leaves_of(const environment& e) {
  leaves out;
  if (e.root.is(node_kind::mapping)) flatten(e.root, "", false, out);
  out.erase("");
  return out;
}

}  // namespace

std::vector<parity_difference> compare_environments(const environment& left, const environment& right) {
  const auto a = leaves_of(left);
  const auto b = leaves_of(right);
  std::vector<parity_difference> out;
  for (const auto& [path, here] : a) {
    const auto other = b.find(path);
    if (other == b.end())
      out.push_back({path, here.shown(), "", true, false});
    else if (neutral(here.text, left.name) != neutral(other->second.text, right.name))
      out.push_back({path, here.shown(), other->second.shown(), true, true});
  }
  for (const auto& [path, there] : b)
    if (!a.contains(path)) out.push_back({path, "", there.shown(), false, true});
  std::sort(out.begin(), out.end(), [](const auto& x, const auto& y) { return x.path < y.path; });
  return out;
}

}  // namespace v1
}  // namespace shipflow
