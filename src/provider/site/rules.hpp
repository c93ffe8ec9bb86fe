// How a file is served, and when it is put in its place.
#pragma once

#include "s3/bucket.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow::site {

/// In the order in which a release puts files in their places: who is named by others comes first.
enum class place : int {
  asset,  ///< its name changes with its content
  other,  ///< everything else
  page,   ///< names others: HTML, service workers
  entry,  ///< the first page
};

struct rules {
  std::vector<std::pair<std::string, std::string>> cache;  ///< pattern -> Cache-Control; the first one counts
  std::vector<std::string> assets;  ///< patterns of files whose name changes with content
  std::vector<std::string> pages;   ///< patterns of what names others, beside HTML
  std::string entry = "index.html";
  std::map<std::string, std::string> types;  ///< ending -> Content-Type
};

/// `*` is anything but '/', `**` anything, `?` one byte that is no '/'. A pattern without '/' is about the last part.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view key);

/// A name such as "main.3f2a91bc.js", "index-BNk3xD2q.css": it ends with a hash, as bundlers write them.
[[nodiscard]] bool has_hash(std::string_view key);

[[nodiscard]] place place_of(std::string_view key, const rules& by);

/// Type, Cache-Control and encoding. Without a rule: assets for a year and immutable; pages and all else are asked
/// for again each time.
[[nodiscard]] s3::attributes attributes_of(std::string_view key, const rules& by);

}  // namespace shipflow::site
