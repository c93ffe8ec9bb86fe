#include "text.hpp"

#include "guard.hpp"

#include <algorithm>

namespace shipflow_c {
namespace {

constexpr std::size_t longest_text = 64U << 20;

bool continues(std::string_view s, std::size_t at, std::size_t count) {
  if (at + count >= s.size()) return false;
  for (std::size_t i = 1; i <= count; ++i)
    if ((static_cast<unsigned char>(s[at + i]) & 0xC0U) != 0x80U) return false;
  return true;
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool valid_utf8(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    std::size_t more = 0;
    if (c >= 0x80) {
      if (c >= 0xC2 && c <= 0xDF)
        more = 1;
      else if (c >= 0xE0 && c <= 0xEF)
        more = 2;
      else if (c >= 0xF0 && c <= 0xF4)
        more = 3;
      else
        return false;
      if (!continues(s, i, more)) return false;
      const auto second = static_cast<unsigned char>(s[i + 1]);
      if ((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) || (c == 0xF0 && second < 0x90) ||
          (c == 0xF4 && second > 0x8F))
        return false;
    }
    i += more + 1;
  }
  return true;
}

shipflow::json::value parsed(shipflow_str s, const char* name) {
  auto v = shipflow::parse_json(text_of(s, name));
  if (!v) throw failure(SHIPFLOW_INVALID_ARGUMENT, std::string(name) + ": " + v.error().text());
  return std::move(*v);
}

}  // namespace

std::string_view text_of(shipflow_str s, const char* name) {
  if (s.ptr == nullptr && s.len != 0)
    throw failure(SHIPFLOW_INVALID_ARGUMENT, std::string(name) + " is NULL and has a length");
  if (s.len > longest_text)
    throw failure(SHIPFLOW_INVALID_ARGUMENT, std::string(name) + " is longer than 64 MiB");
  const std::string_view out(s.ptr == nullptr ? "" : s.ptr, s.len);
  if (!valid_utf8(out)) throw failure(SHIPFLOW_INVALID_ARGUMENT, std::string(name) + " is not valid UTF-8");
  return out;
}

std::string needed_text(shipflow_str s, const char* name) {
  const auto out = text_of(s, name);
  if (out.empty()) throw failure(SHIPFLOW_INVALID_ARGUMENT, std::string(name) + " is missing");
  return std::string(out);
}

shipflow::json::object object_of(shipflow_str s, const char* name) {
  if (s.len == 0 && text_of(s, name).empty()) return {};
  auto v = parsed(s, name);
  if (!v.is_object()) throw failure(SHIPFLOW_INVALID_ARGUMENT, std::string(name) + " must be a JSON object");
  return std::move(v.get_object());
}

std::vector<std::string> names_of(shipflow_str s, const char* name) {
  const auto v = parsed(s, name);
  const auto* array = v.if_array();
  const bool texts = array != nullptr && std::all_of(array->begin(), array->end(), [](const auto& item) {
                       return item.is_string() && !item.get_string().empty();
                     });
  if (!texts) throw failure(SHIPFLOW_INVALID_ARGUMENT, std::string(name) + " must be a JSON array of names");
  std::vector<std::string> out;
  for (const auto& item : *array) out.emplace_back(item.get_string());
  return out;
}

shipflow_buf* to_buf(std::string text) { return new shipflow_buf(std::move(text)); }
shipflow_buf* to_buf(const shipflow::json::value& v) { return to_buf(shipflow::json::serialize(v)); }

const shipflow::json::value* members::any(std::string_view key) {
  asked_.emplace_back(key);
  const auto* found = object_.if_contains(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

void members::wrong(std::string_view key, const char* wanted) const {
  throw failure(SHIPFLOW_INVALID_ARGUMENT, where_ + ": `" + std::string(key) + "` must be " + wanted);
}

std::string members::text(std::string_view key, std::string otherwise) {
  const auto* v = any(key);
  if (v == nullptr) return otherwise;
  if (!v->is_string()) wrong(key, "text");
  return std::string(v->get_string());
}

std::string members::needed(std::string_view key) {
  auto out = text(key);
  if (out.empty())
    throw failure(SHIPFLOW_INVALID_ARGUMENT, where_ + ": `" + std::string(key) + "` is missing");
  return out;
}

std::int64_t members::integer(std::string_view key, std::int64_t otherwise, std::int64_t least,
                              std::int64_t most) {
  const auto* v = any(key);
  if (v == nullptr) return otherwise;
  boost::system::error_code bad;
  const auto out = v->is_number() ? v->to_number<std::int64_t>(bad) : 0;
  if (!v->is_number() || bad || out < least || out > most)
    wrong(key, ("a whole number from " + std::to_string(least) + " to " + std::to_string(most)).c_str());
  return out;
}

bool members::yes(std::string_view key) {
  const auto* v = any(key);
  if (v == nullptr) return false;
  if (!v->is_bool()) wrong(key, "true or false");
  return v->get_bool();
}

std::vector<std::string> members::texts(std::string_view key) {
  const auto* v = any(key);
  if (v == nullptr) return {};
  if (!v->is_array()) wrong(key, "a list of texts");
  std::vector<std::string> out;
  for (const auto& item : v->get_array()) {
    if (!item.is_string()) wrong(key, "a list of texts");
    out.emplace_back(item.get_string());
  }
  return out;
}

shipflow::json::object members::object(std::string_view key) {
  const auto* v = any(key);
  if (v == nullptr) return {};
  if (!v->is_object()) wrong(key, "an object");
  return v->get_object();
}

void members::done() const {
  for (const auto& member : object_)
    if (std::find(asked_.begin(), asked_.end(), member.key()) == asked_.end())
      throw failure(SHIPFLOW_INVALID_ARGUMENT,
                    where_ + ": there is no member `" + std::string(member.key()) + "`");
}

}  // namespace shipflow_c

extern "C" {

shipflow_status shipflow_json_at(shipflow_str json, shipflow_str pointer, shipflow_buf** out,
                                 shipflow_error** err) noexcept {
  using namespace shipflow_c;
  return guard(out, err, [&] {
    const auto whole = parsed(json, "json");
    boost::system::error_code missing;
    const auto* found = whole.find_pointer(text_of(pointer, "pointer"), missing);
    if (found == nullptr)
      throw failure(SHIPFLOW_NOT_FOUND,
                    "json has no value at `" + std::string(text_of(pointer, "pointer")) + "`");
    return found->is_string() ? to_buf(std::string(found->get_string())) : to_buf(*found);
  });
}

shipflow_status shipflow_json_quote(shipflow_str text, shipflow_buf** out, shipflow_error** err) noexcept {
  using namespace shipflow_c;
  return guard(out, err,
               [&] { return to_buf(shipflow::json::value(shipflow::json::string(text_of(text, "text")))); });
}

shipflow_str shipflow_buf_view(const shipflow_buf* buf) noexcept {
  const auto* b = shipflow_c::usable(buf);
  return b == nullptr ? shipflow_str{nullptr, 0} : shipflow_c::view_of(b->bytes);
}

void shipflow_buf_free(shipflow_buf* buf) noexcept {
  if (buf != nullptr && buf->what == shipflow_buf::kind) delete buf;
}

}  // extern "C"
