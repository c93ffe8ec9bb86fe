// What is to be done with one object, and lists of it that are longer than memory should hold.
#pragma once

#include "provider/site/rules.hpp"
#include "provider/site/spool.hpp"
#include "provider/site/tree.hpp"

#include <array>

namespace shipflow::site {

enum class deed : int {
  put,         ///< bytes are sent
  attributes,  ///< the bytes stay, what is said about them changes
  bring_back,  ///< former bytes and attributes are copied from where they are kept
  go,          ///< it is deleted; `there`: and kept before, since a release that may come back has it
};

struct change {
  std::string key;
  deed what = deed::put;
  place at = place::other;
  stamp is;
  s3::attributes with;
  std::string kept;                 ///< bring_back: name of the copy
  std::optional<s3::listed> there;  ///< what it replaces
  std::optional<entry> known;       ///< what the manifest knows about that
  std::string etag;                 ///< afterwards
};

/// In the order in which they are carried out.
inline constexpr std::array<place, 4> places{place::asset, place::other, place::page, place::entry};

/// Texts by place, each list in the order in which they came.
template <class T>
class by_place {
 public:
  [[nodiscard]] T& of(place p) { return all_.at(static_cast<std::size_t>(p)); }

 private:
  std::array<T, places.size()> all_;
};

[[nodiscard]] std::string line_of(const change& c);
[[nodiscard]] result<change> read_change(std::string_view line);

/// At most `most` of the next ones; none at the end.
[[nodiscard]] result<std::vector<change>> some_of(line_reader& from, std::size_t most);

}  // namespace shipflow::site
