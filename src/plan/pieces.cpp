#include "plan/pieces.hpp"

#include <utility>

namespace shipflow::planning {
namespace {

void add_literal(std::vector<piece>& to, std::string_view text) {
  if (text.empty()) return;
  if (to.empty() || to.back().reference) to.emplace_back();
  to.back().text += text;
}

piece reference_in(std::string_view inside) {
  piece p;
  p.reference = true;
  p.written = "${" + std::string(inside) + "}";
  const auto otherwise = inside.find(":-");
  p.text = std::string(inside.substr(0, otherwise));
  if (otherwise != std::string_view::npos) p.otherwise = std::string(inside.substr(otherwise + 2));
  return p;
}

}  // namespace

result<std::vector<piece>> pieces_of(std::string_view text) {
  std::vector<piece> out;
  while (!text.empty()) {
    const auto open = text.find("${");
    if (open == std::string_view::npos) break;
    if (open > 0 && text[open - 1] == '$') {
      add_literal(out, text.substr(0, open - 1));
      add_literal(out, "${");
      text.remove_prefix(open + 2);
      continue;
    }
    const auto close = text.find('}', open);
    if (close == std::string_view::npos)
      return make_error(errc::invalid_document, "`${` has no `}`; write `$${` for the characters themselves");
    add_literal(out, text.substr(0, open));
    out.push_back(reference_in(text.substr(open + 2, close - open - 2)));
    if (out.back().text.empty()) return make_error(errc::invalid_document, "`${}` names nothing");
    text.remove_prefix(close + 1);
  }
  add_literal(out, text);
  return out;
}

}  // namespace shipflow::planning
