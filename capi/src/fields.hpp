// Options as tables: which member of a JSON object goes to which member of a struct.
#pragma once

#include "text.hpp"

#include <array>
#include <string>
#include <variant>
#include <vector>

namespace shipflow_c {

template <class T>
struct field {
  std::string_view name;
  std::variant<std::string T::*, std::vector<std::string> T::*, shipflow::json::object T::*> to;
  bool needed = false;  ///< of texts: there, and not empty
};

/// Reads what the table names; the caller may read more, then calls `done`.
template <class T, std::size_t N>
void read_fields(members& m, const std::array<field<T>, N>& table, T& to) {
  for (const auto& f : table) {
    if (const auto* text = std::get_if<std::string T::*>(&f.to))
      to.*(*text) = f.needed ? m.needed(f.name) : m.text(f.name);
    else if (const auto* texts = std::get_if<std::vector<std::string> T::*>(&f.to))
      to.*(*texts) = m.texts(f.name);
    else
      to.*std::get<shipflow::json::object T::*>(f.to) = m.object(f.name);
  }
}

/// A struct whose table is everything there is to it.
template <class T, std::size_t N>
T read_struct(shipflow_str text, const char* what, const std::array<field<T>, N>& table) {
  const auto given = object_of(text, what);
  members m(given, what);
  T out;
  read_fields(m, table, out);
  m.done();
  return out;
}

}  // namespace shipflow_c
