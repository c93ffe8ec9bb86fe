#include <shipflow/document.hpp>

namespace shipflow {
inline namespace v1 {

std::string_view name_of(node_kind k) noexcept {
  switch (k) {
    case node_kind::null: return "null";
    case node_kind::boolean: return "boolean";
    case node_kind::integer: return "integer";
    case node_kind::number: return "number";
    case node_kind::string: return "string";
    case node_kind::sequence: return "sequence";
    case node_kind::mapping: return "mapping";
  }
  return "null";
}

source_place node::key_place() const {
  return key_line == 0 ? place : source_place{place.file, key_line, key_column};
}

const node* node::find(std::string_view key) const noexcept {
  for (const auto& [name, value] : fields)
    if (name == key) return &value;
  return nullptr;
}

json::value node::to_json() const {
  switch (kind) {
    case node_kind::null: return nullptr;
    case node_kind::boolean: return boolean;
    case node_kind::integer: return integer;
    case node_kind::number: return number;
    case node_kind::string: return json::string(text);
    case node_kind::sequence: {
      json::array out;
      out.reserve(items.size());
      for (const auto& item : items) out.push_back(item.to_json());
      return out;
    }
    case node_kind::mapping: {
      json::object out;
      out.reserve(fields.size());
      for (const auto& [name, value] : fields) out.emplace(name, value.to_json());
      return out;
    }
  }
  return nullptr;
}

}  // namespace v1
}  // namespace shipflow
