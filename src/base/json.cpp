#include <shipflow/json.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <vector>

namespace shipflow {
inline namespace v1 {
namespace {

void write_canonical(const json::value& value, std::string& out) {
  if (const auto* object = value.if_object()) {
    std::vector<const json::key_value_pair*> members;
    members.reserve(object->size());
    for (const auto& member : *object) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const auto* a, const auto* b) { return a->key() < b->key(); });
    out += '{';
    for (const auto* member : members) {
      if (out.back() != '{') out += ',';
      out += json::serialize(json::string_view(member->key()));
      out += ':';
      write_canonical(member->value(), out);
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (const auto& item : *array) {
      if (out.back() != '[' || &item != array->data()) out += ',';
      write_canonical(item, out);
    }
    out += ']';
  } else {
    out += json::serialize(value);
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
  const bool made = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1;
  // What the crypto library says of an allocation that failed differs by the place where it did.
  if (!made && errno == ENOMEM) throw std::bad_alloc();
  if (!made) throw exception(make_error(errc::internal, "SHA-256 is not available from the crypto library"));
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  out.reserve(std::size_t{size} * 2);
  for (unsigned int i = 0; i < size; ++i) {
    out += hex[digest.at(i) >> 4U];
    out += hex[digest.at(i) & 15U];
  }
  return out;
}

std::string digest_of(const json::value& value) { return "sha256:" + sha256_hex(canonical(value)); }

}  // namespace v1
}  // namespace shipflow
