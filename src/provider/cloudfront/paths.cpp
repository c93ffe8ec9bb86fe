#include "provider/cloudfront/paths.hpp"

#include <algorithm>
#include <map>

namespace shipflow::cloudfront {
namespace {

constexpr std::string_view unsafe = " <>\"#%{}|\\^[]`?";
constexpr std::string_view index = "/index.html";
constexpr std::size_t deepest = 32;

void encode(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

/// "/a/b/" of the first `depth` directories of a path; empty: it has fewer.
std::string_view directory(std::string_view path, std::size_t depth) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < depth; ++i) {
    end = path.find('/', end + 1);
    if (end == std::string_view::npos) return {};
  }
  return path.substr(0, end + 1);
}

std::size_t depth_of(std::string_view path) {
  const auto slashes = static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
  return std::min(deepest, slashes == 0 ? 0 : slashes - 1);
}

/// What is too long goes as the longest prefix that is not, cut behind a whole character.
std::string shortened(std::string path) {
  if (path.size() <= longest_path) return path;
  path.resize(longest_path - 1);
  const auto percent = path.rfind('%');
  if (percent != std::string::npos && percent + 3 > path.size()) path.resize(percent);
  return path + "*";
}

struct group {
  std::string_view directory;
  std::size_t paths = 0, patterns = 0;
};

/// The largest groups of one depth, those with patterns first.
std::vector<group> groups_of(const std::vector<std::string>& paths, std::size_t depth) {
  std::map<std::string_view, group> found;
  for (const auto& p : paths) {
    const auto d = directory(p, depth);
    if (d.empty()) continue;
    auto& g = found[d];
    g.directory = d;
    ++g.paths;
    if (is_pattern(p)) ++g.patterns;
  }
  std::vector<group> out;
  out.reserve(found.size());
  for (const auto& [d, g] : found)
    if (g.paths > 1) out.push_back(g);
  std::stable_sort(out.begin(), out.end(), [](const group& a, const group& b) {
    return a.patterns != b.patterns ? a.patterns > b.patterns : a.paths > b.paths;
  });
  return out;
}

/// So many of the first groups bring both numbers within their limits; empty: no number does.
std::vector<group> enough_of(const std::vector<group>& groups, std::size_t paths, std::size_t patterns,
                             const path_limits& limits) {
  std::vector<group> chosen;
  for (const auto& g : groups) {
    chosen.push_back(g);
    paths = paths - g.paths + 1;
    patterns = patterns - g.patterns + 1;
    if (paths <= limits.paths && patterns <= limits.wildcards) return chosen;
  }
  return {};
}

std::vector<std::string> replaced(const std::vector<std::string>& paths, const std::vector<group>& by) {
  std::vector<std::string> out;
  out.reserve(by.size() + paths.size());
  for (const auto& g : by) out.push_back(std::string(g.directory) + "*");
  for (const auto& p : paths) {
    const bool gone = std::any_of(
        by.begin(), by.end(), [&](const group& g) { return std::string_view(p).starts_with(g.directory); });
    if (!gone) out.push_back(p);
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Sorted, each once, and none that a pattern beside it covers.
std::vector<std::string> tidy(std::vector<std::string> paths) {
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  // In byte order all that begins with a prefix stands together, so one look at the last pattern is enough; `*` itself
  // comes before letters, and what comes before `*` is found by the second pass.
  std::vector<std::string> patterns;
  for (const auto& p : paths)
    if (is_pattern(p) && (patterns.empty() || !covers(patterns.back(), p))) patterns.push_back(p);
  if (patterns.empty()) return paths;
  std::erase_if(paths, [&](const std::string& p) {
    // The only patterns that can cover it are its prefixes: look each of them up.
    for (std::size_t n = 0; n < p.size(); ++n) {
      const auto prefix = p.substr(0, n) + "*";
      if (prefix != p && std::binary_search(patterns.begin(), patterns.end(), prefix)) return true;
    }
    return false;
  });
  return paths;
}

}  // namespace

std::string viewer_path(std::string_view name) {
  std::string out;
  if (!name.starts_with('/')) out += '/';
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || unsafe.find(c) != std::string_view::npos)
      encode(out, c);
    else
      out += c;
  }
  return out;
}

std::vector<std::string> with_variants(const std::string& path) {
  if (!path.ends_with(index)) return {path};
  const auto folder = path.substr(0, path.size() - index.size());
  if (folder.empty()) return {path, "/"};
  return {path, folder + "/", folder};
}

bool covers(std::string_view pattern, std::string_view path) {
  if (!is_pattern(pattern)) return pattern == path;
  return path.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::vector<std::string> collapsed(std::vector<std::string> paths, const path_limits& limits) {
  for (auto& p : paths) p = shortened(std::move(p));
  paths = tidy(std::move(paths));
  const auto patterns = static_cast<std::size_t>(std::count_if(paths.begin(), paths.end(), is_pattern));
  if (paths.size() <= limits.paths && patterns <= limits.wildcards) return paths;
  std::size_t depth = 0;
  for (const auto& p : paths) depth = std::max(depth, depth_of(p));
  for (; depth > 0; --depth) {
    auto groups = groups_of(paths, depth);
    if (groups.size() > limits.wildcards) groups.resize(limits.wildcards);
    const auto chosen = enough_of(groups, paths.size(), patterns, limits);
    if (!chosen.empty()) return replaced(paths, chosen);
  }
  return {"/*"};
}

}  // namespace shipflow::cloudfront
