// Sorted lists side by side.
#pragma once

#include "provider/site/compare.hpp"

namespace shipflow::site {

/// A list with its first element in view.
template <class T>
class ahead {
 public:
  using source = std::function<result<std::optional<T>>()>;
  explicit ahead(source from) : from_(std::move(from)) {}
  [[nodiscard]] result<void> fill() {
    if (first_ || over_) return {};
    auto got = from_();
    if (!got) return got.error();
    over_ = !*got;
    first_ = std::move(*got);
    return {};
  }
  [[nodiscard]] const std::string* key() const { return first_ ? &first_->key : nullptr; }
  [[nodiscard]] std::optional<T> take(const std::string& key) {
    if (!first_ || first_->key != key) return std::nullopt;
    return std::exchange(first_, std::nullopt);
  }

 private:
  source from_;
  std::optional<T> first_;
  bool over_ = false;
};

/// All lists of a comparison; those that are not there are empty.
class walk {
 public:
  walk(session& s, tree* local, entries* past, entries* known, const pending& cut_off);
  /// The next key of any list; empty at the end.
  [[nodiscard]] result<std::optional<item>> next();

 private:
  listed_objects objects_;
  ahead<file> local_;
  ahead<entry> past_;
  ahead<entry> known_;
  ahead<s3::listed> there_;
  const pending& cut_off_;
};

}  // namespace shipflow::site
