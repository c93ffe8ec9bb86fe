// Shorthands for tests over documents.
#pragma once

#include <shipflow/document.hpp>

#include <doctest/doctest.h>

namespace shipflow::test {

struct parsed {
  document doc;
  diagnostics findings;
  [[nodiscard]] std::string text() const { return findings.text(); }
};

inline parsed parse(std::string_view text, const document_limits& limits = {}) {
  parsed p;
  p.doc = parse_document(text, "d.yaml", p.findings, limits);
  return p;
}

inline json::value tree_of(std::string_view text) {
  const auto p = parse(text);
  CHECK_MESSAGE(p.findings.items().empty(), p.text());
  return p.doc.root.to_json();
}

/// The only finding, or all of them.
inline std::string finding_of(std::string_view text, const document_limits& limits = {}) {
  auto out = parse(text, limits).text();
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace shipflow::test
