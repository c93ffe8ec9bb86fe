// Lists that come in pages.
#pragma once

#include "aws/desk.hpp"

#include <string>
#include <utility>

namespace shipflow::aws {

struct paged {
  const service& of;
  const char* operation;
  const char* token;  ///< member of the input with which the next page is asked for
  int most = 50;      ///< pages
};

/// Reads one page after the other. `take` gets each and says the next one's token; empty: no more is wanted. The result:
/// false when there are more than `most`.
template <class Take>
[[nodiscard]] got<bool> read_pages(visit& v, const paged& what, json::object input, Take take) {
  for (int page = 0; page < what.most; ++page) {
    const auto said = v.read(what.of, what.operation, input);
    if (!said) return said.error();
    const std::string next = take(*said);
    if (next.empty()) return true;
    input[what.token] = next;
  }
  return false;
}

/// The same where nothing may be missed: more than `most` pages are `unsupported`.
template <class Take>
[[nodiscard]] got<bool> read_all_pages(visit& v, const paged& what, json::object input, Take take) {
  auto whole = read_pages(v, what, std::move(input), std::move(take));
  if (!whole || *whole) return whole;
  return v.refuse(errc::unsupported, std::string(what.operation) + " goes on after " +
                                         std::to_string(what.most) + " pages, and all of them are needed");
}

}  // namespace shipflow::aws
