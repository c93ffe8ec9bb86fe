// A list with its first element in view, so that sorted lists can be walked side by side.
#pragma once

#include <shipflow/error.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace shipflow::site {

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

}  // namespace shipflow::site
