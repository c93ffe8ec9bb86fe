// Members of a record's objects, read with one line per trouble.
#pragma once

#include <shipflow/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace shipflow::decision_room {

/// A slot of a hundred days would be no slot; a bound keeps times within 64 bits.
inline constexpr std::int64_t longest_slot = 8'640'000'000;

/// Reads members; the first that is missing or of another kind is the trouble, later ones give defaults.
class reader {
 public:
  reader(const json::object& o, std::string where) : o_(o), where_(std::move(where)) {}

  [[nodiscard]] std::string text(const char* key) {
    const auto* v = find(key);
    if (v != nullptr && v->is_string()) return std::string(v->get_string());
    return fail(key, "a string"), std::string{};
  }
  [[nodiscard]] std::int64_t whole(const char* key, std::int64_t least, std::int64_t most) {
    const auto* v = find(key);
    if (v != nullptr && v->is_int64() && v->get_int64() >= least && v->get_int64() <= most)
      return v->get_int64();
    return fail(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most)), least;
  }
  [[nodiscard]] bool flag(const char* key) {
    const auto* v = find(key);
    if (v != nullptr && v->is_bool()) return v->get_bool();
    return fail(key, "true or false"), false;
  }
  [[nodiscard]] json::object object(const char* key) {
    const auto* v = find(key);
    if (v != nullptr && v->is_object()) return v->get_object();
    return fail(key, "an object"), json::object{};
  }
  [[nodiscard]] json::array array(const char* key) {
    const auto* v = find(key);
    if (v != nullptr && v->is_array()) return v->get_array();
    return fail(key, "a list"), json::array{};
  }
  [[nodiscard]] bool has(const char* key) const { return find(key) != nullptr; }
  [[nodiscard]] const std::optional<error>& trouble() const noexcept { return trouble_; }

 private:
  [[nodiscard]] const json::value* find(const char* key) const { return o_.if_contains(key); }
  void fail(const char* key, const std::string& wanted) {
    if (!trouble_) trouble_ = make_error(errc::corrupt, where_ + ": `" + key + "` must be " + wanted);
  }

  const json::object& o_;
  std::string where_;
  std::optional<error> trouble_;
};

}  // namespace shipflow::decision_room
