#include "base/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>

namespace shipflow {

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char ch : bytes) {
    const auto c = static_cast<unsigned char>(ch);
    out += digits[c >> 4U];
    out += digits[c & 0xFU];
  }
  return out;
}

std::string md5_of(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), out.data(), &length, EVP_md5(), nullptr);
  return {reinterpret_cast<const char*>(out.data()), length};
}

}  // namespace shipflow
