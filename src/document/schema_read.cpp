#include "document/schema_read.hpp"

#include "document/scalar.hpp"

#include <algorithm>

namespace shipflow::schema {
namespace {

[[noreturn]] void unreadable(const node& n, std::string_view wanted) {
  throw exception(make_error(errc::internal,
                             n.pointer + " was read as " + std::string(wanted) + " but is not one",
                             n.place.file + ":" + std::to_string(n.place.line)));
}

/// A string that came out of a rendered text, as the scalar it spells.
node spelled(const node& n) { return n.is(node_kind::string) ? doc::plain_scalar(n.text).value : n; }

template <class T>
std::optional<T> read(const node& mapping, std::string_view key, T (*of)(const node&)) {
  const auto* n = read_node(mapping, key);
  if (n == nullptr) return std::nullopt;
  return of(*n);
}

}  // namespace

const node* read_node(const node& mapping, std::string_view key) noexcept {
  const auto* n = mapping.find(key);
  return n == nullptr || n->is(node_kind::null) ? nullptr : n;
}

std::string string_of(const node& n) {
  if (n.is(node_kind::mapping) || n.is(node_kind::sequence)) unreadable(n, "a string");
  return n.text;
}

duration duration_of(const node& n) {
  const auto value = parse_duration(n.text);
  if (!n.is(node_kind::string) || !value) unreadable(n, "a duration");
  return *value;
}

std::int64_t integer_of(const node& n) {
  const auto value = spelled(n);
  if (value.is(node_kind::number)) return static_cast<std::int64_t>(value.number);
  if (!value.is(node_kind::integer)) unreadable(n, "an integer");
  return value.integer;
}

double number_of(const node& n) {
  const auto value = spelled(n);
  if (value.is(node_kind::integer)) return static_cast<double>(value.integer);
  if (!value.is(node_kind::number)) unreadable(n, "a number");
  return value.number;
}

bool boolean_of(const node& n) {
  const auto value = spelled(n);
  if (!value.is(node_kind::boolean)) unreadable(n, "a boolean");
  return value.boolean;
}

std::vector<std::string> strings_of(const node& n) {
  if (!n.is(node_kind::sequence)) return {string_of(n)};
  std::vector<std::string> out;
  out.reserve(n.items.size());
  for (const auto& item : n.items) out.push_back(string_of(item));
  return out;
}

std::string read_string(const node& mapping, std::string_view key, std::string fallback) {
  return read(mapping, key, &string_of).value_or(std::move(fallback));
}
std::optional<duration> read_duration(const node& mapping, std::string_view key) {
  return read(mapping, key, &duration_of);
}
duration read_duration(const node& mapping, std::string_view key, duration fallback) {
  return read_duration(mapping, key).value_or(fallback);
}
std::optional<std::int64_t> read_integer(const node& mapping, std::string_view key) {
  return read(mapping, key, &integer_of);
}
std::int64_t read_integer(const node& mapping, std::string_view key, std::int64_t fallback) {
  return read_integer(mapping, key).value_or(fallback);
}
std::optional<double> read_number(const node& mapping, std::string_view key) {
  return read(mapping, key, &number_of);
}
double read_number(const node& mapping, std::string_view key, double fallback) {
  return read_number(mapping, key).value_or(fallback);
}
std::optional<bool> read_boolean(const node& mapping, std::string_view key) {
  return read(mapping, key, &boolean_of);
}
std::vector<std::string> read_strings(const node& mapping, std::string_view key) {
  return read(mapping, key, &strings_of).value_or(std::vector<std::string>{});
}

bool has_reference(const node& tree) {
  if (tree.is(node_kind::string)) return tree.text.find("${") != std::string::npos;
  return std::any_of(tree.items.begin(), tree.items.end(), [](const auto& n) { return has_reference(n); }) ||
         std::any_of(tree.fields.begin(), tree.fields.end(),
                     [](const auto& f) { return has_reference(f.second); });
}

}  // namespace shipflow::schema
