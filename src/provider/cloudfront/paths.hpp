// Which paths an invalidation names: those of changed files, in as few and as narrow patterns as the limits allow. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::cloudfront {

struct path_limits {
  std::size_t paths = 1'000;   ///< in all, at most `most_paths`
  std::size_t wildcards = 15;  ///< CloudFront's limit of those in progress
};
inline constexpr std::size_t longest_path = 4'000;
/// So many in progress CloudFront takes of a distribution.
inline constexpr int most_paths = 3'000;
/// So many an action may be given; they are collapsed.
inline constexpr std::size_t most_names = 100'000;

/// A file's name, or a pattern that ends in `*`, as CloudFront knows it: from a slash on, what RFC 1738 calls unsafe and
[[nodiscard]] std::string viewer_path(std::string_view name);
/// The path and those under which people ask for the same: "/x/index.html" is "/x/" and "/x" too.
[[nodiscard]] std::vector<std::string> with_variants(const std::string& path);

/// Covers all of `paths`, which may hold patterns: at most `limits.paths`, `limits.wildcards` of which end in `*`. What
/// must go together goes under the deepest common directories that the limits allow, the largest first; where nothing
/// narrower does, the whole distribution goes. Sorted, each once. O(depth * n log n).
[[nodiscard]] std::vector<std::string> collapsed(std::vector<std::string> paths,
                                                 const path_limits& limits = {});
/// `pattern`, which may end in `*`, names `path`.
[[nodiscard]] bool covers(std::string_view pattern, std::string_view path);
[[nodiscard]] inline bool is_pattern(std::string_view path) { return path.ends_with('*'); }

}  // namespace shipflow::cloudfront
