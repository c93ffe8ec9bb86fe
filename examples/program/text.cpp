#include "text.hpp"

namespace program {

std::string field(const shipflow::json::object& o, const char* key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

std::string plain(std::string text) {
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < 0x20U || c == 0x7f) c = ' ';
  return text;
}

}  // namespace program
