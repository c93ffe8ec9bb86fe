#include "base/digest.hpp"

#include <shipflow/json.hpp>

#include <boost/container/small_vector.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <new>

namespace shipflow {
inline namespace v1 {
namespace {

// Found once: looking an algorithm up costs more than hashing a fact.
const EVP_MD* sha256() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return found != nullptr ? found : EVP_sha256();
}

// Most strings need no escape and are copied as they are.
void write_string(json::string_view text, std::string& out) {
  const auto special = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; };
  if (std::any_of(text.begin(), text.end(), special)) {
    out += json::serialize(text);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void write_integer(std::int64_t number, std::string& out) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  out.append(digits.begin(), end);
}

void write_canonical(const json::value& value, std::string& out);

void write_object(const json::object& object, std::string& out) {
  boost::container::small_vector<const json::key_value_pair*, 16> members;
  members.reserve(object.size());
  for (const auto& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key() < b->key(); });
  out += '{';
  for (const auto* member : members) {
    if (member != members.front()) out += ',';
    write_string(member->key(), out);
    out += ':';
    write_canonical(member->value(), out);
  }
  out += '}';
}

void write_array(const json::array& array, std::string& out) {
  out += '[';
  for (const auto& item : array) {
    if (&item != array.data()) out += ',';
    write_canonical(item, out);
  }
  out += ']';
}

void write_canonical(const json::value& value, std::string& out) {
  switch (value.kind()) {
    case json::kind::object: return write_object(value.get_object(), out);
    case json::kind::array: return write_array(value.get_array(), out);
    case json::kind::string: return write_string(value.get_string(), out);
    case json::kind::int64: return write_integer(value.get_int64(), out);
    default: out += json::serialize(value);
  }
}

}  // namespace

std::string canonical(const json::value& value) {
  std::string out;
  write_canonical(value, out);
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  errno = 0;
  const bool made = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, sha256(), nullptr) == 1;
  // What the crypto library says of an allocation that failed differs by the place where it did.
  if (!made && errno == ENOMEM) throw std::bad_alloc();
  if (!made) throw exception(make_error(errc::internal, "SHA-256 is not available from the crypto library"));
  return hex_of({reinterpret_cast<const char*>(digest.data()), size});
}

std::string digest_of(const json::value& value) { return "sha256:" + sha256_hex(canonical(value)); }

}  // namespace v1
}  // namespace shipflow
