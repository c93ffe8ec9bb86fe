// What an operation that has not ended may have done: an object that is written before anything is touched, and deleted
// when the manifest says what became of it.
//
// Format 1: lines of JSON. {"shipflow_pending": 1}, then, by key, {"key", "deed": "adds" or "attributes"} for objects that
// were not there and for those whose attributes alone change. What replaces something is not listed: its ETag tells.
#pragma once

#include "provider/site/ahead.hpp"
#include "provider/site/session.hpp"
#include "provider/site/spool.hpp"

namespace shipflow::site {

struct touched {
  enum class deed { adds, attributes };
  std::string key;
  deed what = deed::adds;
};
[[nodiscard]] std::string line_of(const touched& t);

/// By key; empty at the end.
class pending {
 public:
  explicit pending(line_reader from) : from_(std::move(from)) {}
  [[nodiscard]] result<std::optional<touched>> next();

 private:
  line_reader from_;
};

/// Empty when nothing was cut off.
[[nodiscard]] result<std::optional<pending>> read_pending(session& s);
/// Joins what is about to be touched, lines by key, with what is pending already.
[[nodiscard]] result<void> write_pending(session& s, spool& what);

/// Who goes back gives up what was being sent in parts: uploads of shipflow's own objects and of the site's.
[[nodiscard]] result<void> give_up_uploads(session& s);

}  // namespace shipflow::site
