#include "provider/command/expectation.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace shipflow::commands {
namespace {

constexpr std::size_t most_parts = 8;

bool digit(char c) { return c >= '0' && c <= '9'; }

// "1.28.3" at the beginning of the text: its numbers, and how long it is.
struct read_numbers {
  std::vector<std::uint64_t> numbers;
  std::size_t length = 0;
};
std::optional<read_numbers> numbers_at(std::string_view text) {
  read_numbers out;
  while (out.numbers.size() < most_parts) {
    std::uint64_t n = 0;
    const auto* begin = text.data() + out.length;
    const auto [end, bad] = std::from_chars(begin, text.data() + text.size(), n);
    if (bad != std::errc{}) return std::nullopt;
    out.numbers.push_back(n);
    out.length = static_cast<std::size_t>(end - text.data());
    const bool more = out.length + 1 < text.size() && text[out.length] == '.' && digit(text[out.length + 1]);
    if (!more) break;
    ++out.length;
  }
  return out;
}

std::optional<std::vector<std::uint64_t>> find_version(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!digit(text[i])) continue;
    const auto found = numbers_at(text.substr(i));
    if (found && found->numbers.size() > 1) return found->numbers;
    while (i < text.size() && digit(text[i])) ++i;
  }
  return std::nullopt;
}

int compare(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const auto x = i < a.size() ? a[i] : 0;
    const auto y = i < b.size() ? b[i] : 0;
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

bool holds(const version_bound& bound, const std::vector<std::uint64_t>& found) {
  const auto order = compare(found, bound.numbers);
  if (bound.op == ">=") return order >= 0;
  if (bound.op == "<=") return order <= 0;
  if (bound.op == ">") return order > 0;
  if (bound.op == "<") return order < 0;
  return order == 0;
}

std::string written(const std::vector<std::uint64_t>& numbers) {
  std::string out;
  for (const auto n : numbers) out += (out.empty() ? "" : ".") + std::to_string(n);
  return out;
}

error bad_version(const std::string& text) {
  return make_error(errc::invalid_argument,
                    "`expect.version` is written such as \">= 1.28\" or \">= 1.28 < 2\", not `" + text + "`");
}

result<std::vector<version_bound>> read_bounds(const std::string& text) {
  std::vector<version_bound> out;
  std::string_view rest = text;
  while (true) {
    const auto begin = rest.find_first_not_of(" ,");
    if (begin == std::string_view::npos) break;
    rest.remove_prefix(begin);
    version_bound bound;
    bound.op = std::string(rest.substr(0, std::min(rest.find_first_not_of("<>="), rest.size())));
    rest.remove_prefix(bound.op.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const bool known = bound.op.empty() || bound.op == ">=" || bound.op == "<=" || bound.op == ">" ||
                       bound.op == "<" || bound.op == "=";
    const auto numbers = numbers_at(rest);
    if (!known || !numbers) return bad_version(text);
    bound.numbers = numbers->numbers;
    rest.remove_prefix(numbers->length);
    if (!rest.empty() && rest.front() != ' ' && rest.front() != ',') return bad_version(text);
    out.push_back(std::move(bound));
  }
  if (out.empty()) return bad_version(text);
  return out;
}

}  // namespace

result<expectation> read_expectation(const json::value& from) {
  const auto bad = [](const std::string& why) { return make_error(errc::invalid_argument, why); };
  if (!from.is_object()) return bad("`expect` must be a mapping with `version` or `contains`");
  expectation out;
  for (const auto& member : from.get_object()) {
    const std::string key(member.key());
    if (!member.value().is_string()) return bad("`expect." + key + "` must be text; put it in quotes");
    const std::string text(member.value().get_string());
    if (key == "version") {
      const auto bounds = read_bounds(text);
      if (!bounds) return bounds.error();
      out.version = text;
      out.bounds = *bounds;
    } else if (key == "contains") {
      if (text.empty()) return bad("`expect.contains` is empty, which every output contains");
      out.contains = text;
    } else {
      return bad("`expect` has no `" + key + "`; known are `version` and `contains`");
    }
  }
  if (!out.any()) return bad("`expect` must be a mapping with `version` or `contains`");
  return out;
}

std::string objection(const expectation& wanted, std::string_view output) {
  if (!wanted.contains.empty() && output.find(wanted.contains) == std::string_view::npos)
    return "it did not print `" + wanted.contains + "`";
  if (wanted.bounds.empty()) return {};
  const auto found = find_version(output);
  if (!found) return "it printed no version, and " + wanted.version + " is needed";
  const bool good = std::all_of(wanted.bounds.begin(), wanted.bounds.end(),
                                [&](const auto& b) { return holds(b, *found); });
  return good ? std::string{} : "it is version " + written(*found) + ", and " + wanted.version + " is needed";
}

std::string as_expected(const expectation& wanted) {
  auto words = wanted.contains.empty() ? std::string{} : wanted.contains + "\n";
  if (wanted.bounds.empty()) return words;
  // What meets a bound is the bound itself, what comes next, or what is below everything.
  std::vector<std::vector<std::uint64_t>> candidates{{0, 0}};
  for (const auto& bound : wanted.bounds) {
    auto version = bound.numbers;
    if (version.size() == 1) version.push_back(0);
    candidates.push_back(version);
    version.push_back(1);
    candidates.push_back(std::move(version));
  }
  for (const auto& version : candidates) {
    auto text = written(version) + "\n" + words;
    if (objection(wanted, text).empty()) return text;
  }
  return {};
}

}  // namespace shipflow::commands
