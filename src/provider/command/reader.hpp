// Reads a JSON object field by field, each with its type; the first thing wrong is kept as the error.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow::commands {

using text_pairs = std::vector<std::pair<std::string, std::string>>;

class reader {
 public:
  /// `what` begins every message: "task `migrate`".
  reader(const json::object& from, std::string what) : from_(from), what_(std::move(what)) {}

  [[nodiscard]] bool has(std::string_view name) const { return from_.contains(name); }
  [[nodiscard]] const json::value* raw(std::string_view name);
  [[nodiscard]] std::string text(std::string_view name, std::string otherwise = {});
  /// Empty unless present, and never empty when present.
  [[nodiscard]] std::vector<std::string> arguments(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] duration span(std::string_view name, duration otherwise);
  [[nodiscard]] std::int64_t whole(std::string_view name, std::int64_t least, std::int64_t most,
                                   std::int64_t otherwise);
  /// Scalars become text; null members are left out.
  [[nodiscard]] text_pairs pairs(std::string_view name);
  [[nodiscard]] std::vector<int> codes(std::string_view name, std::vector<int> otherwise);
  /// The index of the value among the words.
  [[nodiscard]] std::size_t choice(std::string_view name, const std::vector<std::string_view>& words,
                                   std::size_t otherwise);

  /// Every field not read so far is unknown.
  void refuse_others();
  void fail(std::string message);
  /// An error found elsewhere, as it is.
  void take(const error& e);
  [[nodiscard]] const std::optional<error>& problem() const { return problem_; }

 private:
  void expect(std::string_view name, std::string_view wanted);

  const json::object& from_;
  std::string what_;
  std::vector<std::string> seen_;
  std::optional<error> problem_;
};

/// Text as it is, everything else as JSON.
[[nodiscard]] std::string text_of(const json::value& value);

}  // namespace shipflow::commands
