// Regular expressions over foreign text, bounded in time and stack.
#pragma once

#include <shipflow/error.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace shipflow::http {

/// Perl syntax, matched by Boost.Regex: unlike std::regex it does not recurse on the text, and it
/// gives up after a bounded number of steps. A value; copies share the compiled form.
class pattern {
 public:
  [[nodiscard]] static result<pattern> compile(const std::string& text);
  /// Whether it occurs anywhere. An error when it took too many steps.
  [[nodiscard]] result<bool> occurs_in(std::string_view text) const;
  [[nodiscard]] const std::string& text() const;

 private:
  struct impl;
  std::shared_ptr<const impl> impl_;
};

}  // namespace shipflow::http
