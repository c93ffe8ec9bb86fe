#include <shipflow/parity.hpp>

#include <algorithm>
#include <map>

namespace shipflow {
inline namespace v1 {
namespace {

using leaves = std::map<std::string, std::string>;

// "shop-production" and "shop-staging" become the same text.
std::string neutral(std::string text, const std::string& name) {
  if (name.size() < 3) return text;
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 14))
    text.replace(at, name.size(), "${environment}");
  return text;
}

void flatten(const node& n, const std::string& path, leaves& to) {
  if (!n.is(node_kind::mapping) || n.fields.empty()) {
    to[path] = n.is(node_kind::string) ? n.text : json::serialize(n.to_json());
    return;
  }
  for (const auto& [key, field] : n.fields) {
    const bool top = path.empty();
    if (top && (key == "extends" || key == "purpose" || key == "url")) continue;
    flatten(field, top ? key : path + "." + key, to);
  }
}

leaves leaves_of(const environment& e) {
  leaves out;
  if (e.root.is(node_kind::mapping)) flatten(e.root, "", out);
  out.erase("");
  return out;
}

}  // namespace

std::vector<parity_difference> compare_environments(const environment& left, const environment& right) {
  const auto a = leaves_of(left);
  const auto b = leaves_of(right);
  std::vector<parity_difference> out;
  for (const auto& [path, text] : a) {
    const auto other = b.find(path);
    if (other == b.end())
      out.push_back({path, text, "", true, false});
    else if (neutral(text, left.name) != neutral(other->second, right.name))
      out.push_back({path, text, other->second, true, true});
  }
  for (const auto& [path, text] : b)
    if (!a.contains(path)) out.push_back({path, "", text, false, true});
  std::sort(out.begin(), out.end(), [](const auto& x, const auto& y) { return x.path < y.path; });
  return out;
}

}  // namespace v1
}  // namespace shipflow
