// Semantic versions, semver.org 2.0.0: grammar of section 2, 9 and 10, precedence of section 11.
#include <shipflow/model.hpp>

#include <algorithm>
#include <charconv>
#include <vector>

namespace shipflow {
inline namespace v1 {
namespace {

bool is_number(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_identifier(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

std::vector<std::string_view> split(std::string_view s) {
  std::vector<std::string_view> out;
  while (true) {
    const auto dot = s.find('.');
    out.push_back(s.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    s.remove_prefix(dot + 1);
  }
}

bool read_number(std::string_view s, std::uint64_t& to) {
  if (!is_number(s) || (s.size() > 1 && s.front() == '0')) return false;
  return std::from_chars(s.data(), s.data() + s.size(), to).ec == std::errc{};
}

bool good_prerelease(std::string_view s) {
  const auto parts = split(s);
  return std::all_of(parts.begin(), parts.end(), [](std::string_view p) {
    return is_identifier(p) && !(is_number(p) && p.size() > 1 && p.front() == '0');
  });
}

int sign(std::uint64_t a, std::uint64_t b) { return a < b ? -1 : a > b ? 1 : 0; }

// Numeric identifiers compare by value and are below alphanumeric ones; leading zeros are
// excluded, so a longer number is the larger one.
int compare_identifier(std::string_view a, std::string_view b) {
  if (is_number(a) != is_number(b)) return is_number(a) ? -1 : 1;
  if (is_number(a) && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  const int order = a.compare(b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int compare_prerelease(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return a.empty() == b.empty() ? 0 : a.empty() ? 1 : -1;
  const auto left = split(a);
  const auto right = split(b);
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
    if (const int order = compare_identifier(left[i], right[i]); order != 0) return order;
  return sign(left.size(), right.size());
}

}  // namespace

int semantic_version::compare(const semantic_version& other) const noexcept {
  if (const int order = sign(major, other.major); order != 0) return order;
  if (const int order = sign(minor, other.minor); order != 0) return order;
  if (const int order = sign(patch, other.patch); order != 0) return order;
  return compare_prerelease(prerelease, other.prerelease);
}

result<semantic_version> parse_version(std::string_view text) {
  const auto bad = [&] {
    return make_error(errc::invalid_argument,
                      "\"" + std::string(text.substr(0, 80)) +
                          "\" is not a semantic version; write for example 1.5.0 or 2.0.0-rc.1");
  };
  auto rest = text;
  semantic_version v;
  if (rest.starts_with('v')) rest.remove_prefix(1);
  if (const auto plus = rest.find('+'); plus != std::string_view::npos) {
    v.build = std::string(rest.substr(plus + 1));
    const auto parts = split(v.build);
    if (!std::all_of(parts.begin(), parts.end(), is_identifier)) return bad();
    rest = rest.substr(0, plus);
  }
  if (const auto minus = rest.find('-'); minus != std::string_view::npos) {
    v.prerelease = std::string(rest.substr(minus + 1));
    if (!good_prerelease(v.prerelease)) return bad();
    rest = rest.substr(0, minus);
  }
  const auto numbers = split(rest);
  if (numbers.size() != 3 || !read_number(numbers[0], v.major) || !read_number(numbers[1], v.minor) ||
      !read_number(numbers[2], v.patch))
    return bad();
  return v;
}

}  // namespace v1
}  // namespace shipflow
