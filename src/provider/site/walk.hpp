// Sorted lists side by side.
#pragma once

#include "provider/site/compare.hpp"

namespace shipflow::site {

/// All lists of a comparison; those that are not there are empty.
class walk {
 public:
  walk(session& s, tree* local, entries* past, entries* known, cut_off& before);
  /// The next key of any list; empty at the end.
  [[nodiscard]] result<std::optional<item>> next();

 private:
  [[nodiscard]] result<void> fill();
  [[nodiscard]] result<void> recall(item& i);

  listed_objects objects_;
  ahead<file> local_;
  ahead<entry> past_;
  ahead<entry> known_;
  ahead<s3::listed> there_;
  ahead<touched> before_;
};

}  // namespace shipflow::site
