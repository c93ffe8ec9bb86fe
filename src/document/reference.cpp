#include "document/reference.hpp"

#include "document/text.hpp"

#include <algorithm>

namespace shipflow::reference {
namespace {

bool name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// name ( "[" name "]" )?
bool is_segment(std::string_view text) {
  const auto name = [](std::string_view t) {
    return !t.empty() && std::all_of(t.begin(), t.end(), name_character);
  };
  const auto open = text.find('[');
  if (open == std::string_view::npos) return name(text);
  return text.ends_with(']') && name(text.substr(0, open)) &&
         name(text.substr(open + 1, text.size() - open - 2));
}

bool is_path(std::string_view path) {
  const auto all = segments(path);
  return !all.empty() && std::all_of(all.begin(), all.end(), [](const auto& s) { return is_segment(s); });
}

/// Reads what stands between `${` and `}`.
std::optional<problem> read_reference(std::string_view inside, part& out) {
  const auto mark = inside.find(":-");
  const auto path = inside.substr(0, mark);
  if (mark != std::string_view::npos) out.fallback = std::string(inside.substr(mark + 2));
  if (out.fallback && out.fallback->find("${") != std::string::npos)
    return problem{out.offset, "a reference cannot stand inside the default of another"};
  if (!is_path(path))
    return problem{
        out.offset,
        doc::quoted(path) + " is not a path; write for example ${release.version}, or $${ for a literal ${"};
  out.path = std::string(path);
  return std::nullopt;
}

}  // namespace

bool text_template::has_references() const noexcept {
  return std::any_of(parts.begin(), parts.end(), [](const auto& p) { return p.is_reference(); });
}

bool text_template::is_one_reference() const noexcept {
  return parts.size() == 1 && parts.front().is_reference();
}

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    const auto dot = path.find('.');
    out.emplace_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    path.remove_prefix(dot + 1);
    if (path.empty()) out.emplace_back();
  }
  return out;
}

parsed parse(std::string_view text) {
  parsed out;
  auto& parts = out.value.parts;
  const auto literal = [&](std::string_view piece, std::size_t at) {
    if (piece.empty()) return;
    if (parts.empty() || parts.back().is_reference()) parts.push_back({{}, {}, {}, at});
    parts.back().literal += piece;
  };
  std::size_t done = 0;
  while (done < text.size()) {
    const auto found = text.find("${", done);
    if (found == std::string_view::npos) break;
    const bool is_escape = found > done && text[found - 1] == '$';
    literal(text.substr(done, found - done - (is_escape ? 1 : 0)), done);
    if (is_escape) {
      literal("${", found - 1);
      done = found + 2;
      continue;
    }
    const auto close = text.find('}', found);
    if (close == std::string_view::npos) {
      out.bad = problem{found, "a reference has no closing }; write $${ for a literal ${"};
      return out;
    }
    part next;
    next.offset = found;
    out.bad = read_reference(text.substr(found + 2, close - found - 2), next);
    if (out.bad) return out;
    parts.push_back(std::move(next));
    done = close + 1;
  }
  literal(text.substr(done), done);
  return out;
}

namespace {

/// Walks the offsets of a string in ascending order, so that all of them cost one pass.
class cursor {
 public:
  explicit cursor(const node& string) : string_(string), column_(string.text_column) {}

  int column_at(std::size_t offset) {
    if (string_.text_column == 0) return string_.place.column;
    for (; done_ < std::min(offset, string_.text.size()); ++done_)
      if ((static_cast<unsigned char>(string_.text[done_]) & 0xc0U) != 0x80U) ++column_;
    return column_;
  }

 private:
  const node& string_;
  std::size_t done_ = 0;
  int column_;
};

void collect_string(const node& n, std::vector<use>& uses, diagnostics& out) {
  auto read = parse(n.text);
  cursor at(n);
  for (auto& p : read.value.parts)
    if (p.is_reference())
      uses.push_back({std::move(p.path), p.fallback.has_value(), &n, n.place.line, at.column_at(p.offset)});
  if (read.bad) out.error(place_of(n, read.bad->offset), n.pointer, read.bad->message);
}

void collect_into(const node& n, std::vector<use>& uses, diagnostics& out) {
  if (n.is(node_kind::string)) collect_string(n, uses, out);
  for (const auto& item : n.items) collect_into(item, uses, out);
  for (const auto& field : n.fields) collect_into(field.second, uses, out);
}

}  // namespace

source_place place_of(const node& string, std::size_t offset) {
  auto place = string.place;
  place.column = cursor(string).column_at(offset);
  return place;
}

std::vector<use> collect(const node& tree, diagnostics& out) {
  std::vector<use> uses;
  collect_into(tree, uses, out);
  return uses;
}

}  // namespace shipflow::reference
