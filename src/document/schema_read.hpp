// Readers over a validated mapping. An absent or null field gives the fallback. A field that is
// there but cannot be read (an unrendered reference, a mapping never validated) is a mistake of
// the caller and throws shipflow::exception: it must never turn into a default.
#pragma once

#include <shipflow/document.hpp>
#include <shipflow/time.hpp>

#include <optional>

namespace shipflow::schema {

/// The field when it is there and not null.
[[nodiscard]] const node* read_node(const node& mapping, std::string_view key) noexcept;

/// Scalars that are not strings give their text as written.
[[nodiscard]] std::string read_string(const node& mapping, std::string_view key, std::string fallback = {});
[[nodiscard]] std::optional<duration> read_duration(const node& mapping, std::string_view key);
[[nodiscard]] duration read_duration(const node& mapping, std::string_view key, duration fallback);
[[nodiscard]] std::optional<std::int64_t> read_integer(const node& mapping, std::string_view key);
[[nodiscard]] std::int64_t read_integer(const node& mapping, std::string_view key, std::int64_t fallback);
[[nodiscard]] std::optional<double> read_number(const node& mapping, std::string_view key);
[[nodiscard]] double read_number(const node& mapping, std::string_view key, double fallback);
[[nodiscard]] std::optional<bool> read_boolean(const node& mapping, std::string_view key);
/// One scalar or a list of scalars.
[[nodiscard]] std::vector<std::string> read_strings(const node& mapping, std::string_view key);

/// The same for a node by itself.
[[nodiscard]] std::string string_of(const node& n);
[[nodiscard]] duration duration_of(const node& n);
[[nodiscard]] std::int64_t integer_of(const node& n);
[[nodiscard]] double number_of(const node& n);
[[nodiscard]] bool boolean_of(const node& n);
[[nodiscard]] std::vector<std::string> strings_of(const node& n);

/// True when a string of the tree holds a reference that is still to be rendered.
[[nodiscard]] bool has_reference(const node& tree);

}  // namespace shipflow::schema
