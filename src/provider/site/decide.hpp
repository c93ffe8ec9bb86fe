// What is decided about one key: nothing, a line of the manifest, a change with its line, or that it goes.
#pragma once

#include "provider/site/compare.hpp"

namespace shipflow::site {

struct decision {
  std::optional<entry> line;
  std::optional<change> to_do;
};

/// For publishing files of a directory.
struct publishing {
  session& s;
  const tree& from;
  bool cut_off;

  [[nodiscard]] result<decision> decide(const item& i) const;

 private:
  [[nodiscard]] decision unwanted(const item& i) const;
  [[nodiscard]] decision put(const item& i, s3::attributes with) const;
  [[nodiscard]] decision by_attributes(const item& i, const s3::attributes& are, s3::attributes with) const;
  [[nodiscard]] result<decision> ask(const item& i, content& bytes, s3::attributes with) const;
};

/// For going back to a former release.
struct going_back {
  session& s;
  leftovers rest;

  [[nodiscard]] result<decision> decide(const item& i) const;

 private:
  [[nodiscard]] decision unwanted(const item& i) const;
  [[nodiscard]] decision bring_back(const item& i) const;
};

}  // namespace shipflow::site
