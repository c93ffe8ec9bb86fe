#include <shipflow/changes.hpp>

#include <array>

namespace shipflow {
inline namespace v1 {
namespace {

// Bytes that are part of one character of UTF-8 at `i`; 0: none begins there.
std::size_t character_at(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const std::size_t size = lead < 0x80U                    ? 1
                           : lead >= 0xc2U && lead < 0xe0U ? 2
                           : lead >= 0xe0U && lead < 0xf0U ? 3
                           : lead >= 0xf0U && lead < 0xf5U ? 4
                                                           : 0;
  if (size == 0 || i + size > text.size()) return 0;
  for (std::size_t k = 1; k < size; ++k)
    if ((static_cast<unsigned char>(text[i + k]) & 0xc0U) != 0x80U) return 0;
  return size;
}

// Words of people as words: no Markdown, no HTML, one line.
std::string escaped(std::string_view text) {
  constexpr std::string_view special = "\\`*_{}[]<>()#+-!|~&";
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto size = character_at(text, i);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    const auto c = text[i];
    if (size == 1 && (static_cast<unsigned char>(c) < 0x20U || c == 0x7f))
      out += ' ';
    else if (size == 1 && c == '<')
      out += "&lt;";
    else if (size == 1 && c == '&')
      out += "&amp;";
    else if (size == 1 && (special.find(c) != std::string_view::npos) && c != '-' && c != '+' && c != '(' &&
             c != ')' && c != '!')
      out.append("\\").append(1, c);
    else
      out.append(text.substr(i, size));
    i += size;
  }
  return out;
}

struct section {
  std::string_view title;
  std::string_view type;  ///< empty: breaking changes
};
constexpr std::array sections{section{"Breaking changes", ""}, section{"Features", "feat"},
                              section{"Fixes", "fix"}, section{"Performance", "perf"},
                              section{"Reverts", "revert"}};

struct entry {
  conventional_commit what;
  std::string id;
};

std::string line_of(const entry& e, std::string_view words) {
  return "- " + (e.what.scope.empty() ? "" : "**" + escaped(e.what.scope) + ":** ") + escaped(words) + " (" +
         e.id.substr(0, 7) + ")\n";
}

}  // namespace

std::string changelog(const std::string& title, const std::vector<commit_info>& since) {
  std::vector<entry> entries;
  for (const auto* c : without_reverted(since))
    if (auto parsed = parse_commit(c->message)) entries.push_back({std::move(*parsed), c->id});
  std::string out = "## " + escaped(title) + "\n";
  for (const auto& s : sections) {
    std::string lines;
    for (const auto& e : entries) {
      if (s.type.empty() && e.what.breaking) lines += line_of(e, e.what.breaking_note);
      if (!s.type.empty() && e.what.type == s.type) lines += line_of(e, e.what.description);
    }
    if (!lines.empty()) out += "\n### " + std::string(s.title) + "\n\n" + lines;
  }
  return out;
}

}  // namespace v1
}  // namespace shipflow
