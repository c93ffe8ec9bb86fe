#include <shipflow/changes.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\r'))
    text.remove_prefix(1);
  while (!text.empty() &&
         (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n'))
    text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// "Reviewed-by: Zoe" or "Refs #12": where a footer's text ends, since the next one begins.
bool begins_footer(std::string_view line) {
  if (line.starts_with("BREAKING CHANGE: ") || line.starts_with("BREAKING CHANGE #")) return true;
  std::size_t i = 0;
  while (i < line.size() && is_word(line[i]) && line[i] != '_') ++i;
  return i > 0 && (line.substr(i).starts_with(": ") || line.substr(i).starts_with(" #"));
}

std::string_view line_at(std::string_view text, std::size_t at) {
  return text.substr(at, text.find('\n', at) - at);
}

// What follows the token, to the next footer, an empty line or the end.
std::string note_at(std::string_view body, std::size_t begin) {
  auto end = begin + line_at(body, begin).size();
  while (end < body.size()) {
    const auto line = line_at(body, end + 1);
    if (trimmed(line).empty() || begins_footer(line)) break;
    end += line.size() + 1;
  }
  return std::string(trimmed(body.substr(begin, end - begin)));
}

// The note of a footer "BREAKING CHANGE: ..." or "BREAKING-CHANGE: ...".
std::optional<std::string> breaking_note(std::string_view body) {
  for (std::size_t at = 0; at < body.size();) {
    const auto line = line_at(body, at);
    for (const std::string_view token : {"BREAKING CHANGE: ", "BREAKING-CHANGE: ", "BREAKING CHANGE #"})
      if (line.starts_with(token)) return note_at(body, at + token.size());
    at += line.size() + 1;
  }
  return std::nullopt;
}

// `Revert "SUBJECT"`, as git writes it, with ` (#7)` behind it when it came by a pull request.
std::optional<conventional_commit> as_revert(std::string_view subject) {
  constexpr std::string_view head = "Revert \"";
  if (!subject.starts_with(head)) return std::nullopt;
  subject = subject.substr(head.size());
  subject = trimmed(subject.substr(0, subject.rfind('"')));
  conventional_commit to;
  to.type = "revert";
  to.description = subject;
  if (to.description.empty()) return std::nullopt;
  return to;
}

// "feat(api)!: " in front of the description; nothing when it is not there.
std::optional<std::string_view> take_head(std::string_view subject, conventional_commit& to) {
  std::size_t i = 0;
  while (i < subject.size() && is_word(subject[i])) ++i;
  if (i == 0) return std::nullopt;
  to.type = lower(subject.substr(0, i));
  subject.remove_prefix(i);
  if (subject.starts_with('(')) {
    const auto end = subject.find(')');
    if (end == std::string_view::npos || end == 1) return std::nullopt;
    to.scope = trimmed(subject.substr(1, end - 1));
    subject.remove_prefix(end + 1);
  }
  if (subject.starts_with('!')) {
    to.breaking = true;
    subject.remove_prefix(1);
  }
  if (!subject.starts_with(": ")) return std::nullopt;
  return trimmed(subject.substr(2));
}

}  // namespace

std::optional<conventional_commit> parse_commit(std::string_view message) {
  while (message.starts_with('\n')) message.remove_prefix(1);
  const auto subject = message.substr(0, message.find('\n'));
  const auto body = message.substr(std::min(message.size(), subject.size() + 1));
  conventional_commit to;
  const auto description = take_head(subject, to);
  if (!description || description->empty()) return as_revert(subject);
  to.description = *description;
  const auto note = breaking_note(body);
  to.breaking = to.breaking || note.has_value();
  if (to.breaking) to.breaking_note = note.value_or(to.description);
  return to;
}

version_bump bump_of(const conventional_commit& c) noexcept {
  if (c.breaking) return version_bump::major;
  if (c.type == "feat") return version_bump::minor;
  if (c.type == "fix" || c.type == "perf" || c.type == "revert") return version_bump::patch;
  return version_bump::none;
}

std::string_view name_of(version_bump b) noexcept {
  switch (b) {
    case version_bump::none: return "none";
    case version_bump::patch: return "patch";
    case version_bump::minor: return "minor";
    case version_bump::major: return "major";
  }
  return "none";
}

}  // namespace v1
}  // namespace shipflow
