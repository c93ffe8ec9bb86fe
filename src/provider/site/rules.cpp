#include "provider/site/rules.hpp"

#include "provider/site/content_type.hpp"

#include <algorithm>
#include <array>

namespace shipflow::site {
namespace {

constexpr std::string_view for_ever = "public, max-age=31536000, immutable";
constexpr std::string_view ask_again = "no-cache";
constexpr std::array<std::string_view, 5> pages{"*.html", "*.htm", "*.xhtml", "sw.js", "service-worker.js"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Matches from the start of both; the places to go back to are those behind the last star of each kind.
bool fits(std::string_view pattern, std::string_view text) {
  struct star {
    std::size_t pattern = 0, text = 0;
    bool set = false;
    bool folders = false;  ///< "**/": what follows begins a part
  };
  star one;
  star two;
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size()) {
    if (pattern.substr(p, 2) == "**") {
      p += 2;
      const bool folders = p < pattern.size() && pattern[p] == '/';
      if (folders) ++p;
      two = {p, t, true, folders};
      one.set = false;
    } else if (p < pattern.size() && pattern[p] == '*') {
      one = {++p, t, true, false};
    } else if (p < pattern.size() && (pattern[p] == text[t] || (pattern[p] == '?' && text[t] != '/'))) {
      ++p;
      ++t;
    } else if (one.set && text[one.text] != '/') {
      p = one.pattern;
      t = ++one.text;
    } else if (two.set) {
      const auto next = two.folders ? text.find('/', two.text) : two.text;
      if (next == std::string_view::npos) return false;
      p = two.pattern;
      t = two.text = next + 1;
      one.set = false;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string_view last_part(std::string_view key) {
  const auto slash = key.rfind('/');
  return slash == std::string_view::npos ? key : key.substr(slash + 1);
}

bool any(const std::vector<std::string>& patterns, std::string_view key) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return matches(p, key); });
}

/// Hexadecimal with a digit, or letters of both cases with a digit: no word that somebody would choose.
bool looks_random(std::string_view token) {
  if (token.size() < 8 || token.size() > 64) return false;
  int digits = 0;
  int lower = 0;
  int upper = 0;
  bool hex = true;
  for (const char c : token) {
    if (!is_digit(c) && !is_lower(c) && !is_upper(c)) return false;
    digits += is_digit(c) ? 1 : 0;
    lower += is_lower(c) ? 1 : 0;
    upper += is_upper(c) ? 1 : 0;
    hex = hex && (is_digit(c) || (c >= 'a' && c <= 'f'));
  }
  if (digits == static_cast<int>(token.size())) return false;  // a date, a number
  if (hex) return digits > 0;
  return digits > 0 && lower > 0 && upper > 0;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view key) {
  return fits(pattern, pattern.find('/') == std::string_view::npos ? last_part(key) : key);
}

bool has_hash(std::string_view key) {
  auto file = last_part(key);
  if (!content_encoding(file).empty()) file = file.substr(0, file.rfind('.'));
  if (file.ends_with(".map")) file.remove_suffix(4);
  const auto dot = file.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const auto stem = file.substr(0, dot);
  const auto cut = stem.find_last_of(".-_");
  return looks_random(cut == std::string_view::npos ? stem : stem.substr(cut + 1));
}

place place_of(std::string_view key, const rules& by) {
  auto bare = key;
  if (!content_encoding(key).empty()) bare = key.substr(0, key.rfind('.'));
  if (bare == by.entry) return place::entry;
  const bool known = std::any_of(pages.begin(), pages.end(), [&](auto p) { return matches(p, bare); });
  if (known || any(by.pages, key)) return place::page;
  if (any(by.assets, key) || has_hash(key)) return place::asset;
  return place::other;
}

s3::attributes attributes_of(std::string_view key, const rules& by) {
  s3::attributes out;
  out.type = content_type(key, by.types);
  out.encoding = content_encoding(key);
  const auto rule =
      std::find_if(by.cache.begin(), by.cache.end(), [&](const auto& r) { return matches(r.first, key); });
  if (rule != by.cache.end())
    out.cache = rule->second;
  else
    out.cache = place_of(key, by) == place::asset ? for_ever : ask_again;
  return out;
}

}  // namespace shipflow::site
