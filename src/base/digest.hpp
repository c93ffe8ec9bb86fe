// Bytes as digits, and the digest of S3's ETags.
#pragma once

#include <string>
#include <string_view>

namespace shipflow {

/// Two lower-case hexadecimal digits a byte.
[[nodiscard]] std::string hex_of(std::string_view bytes);
/// MD5 (RFC 1321), 16 bytes: to tell contents apart where a protocol wants it, never for security.
[[nodiscard]] std::string md5_of(std::string_view bytes);

}  // namespace shipflow
