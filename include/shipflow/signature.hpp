// Signatures: of what is kept outside a store (an export of a record), and of words that come back from
// outside (a link that approves). Keys are never printed, also not in errors.
#pragma once

#include <shipflow/error.hpp>

#include <string>
#include <string_view>

namespace shipflow {
inline namespace v1 {

/// The detached Ed25519 signature (RFC 8032) of the bytes, as Base64. The key is PEM as
/// `openssl genpkey -algorithm ed25519` writes it, without a passphrase. `invalid_argument` for anything else.
[[nodiscard]] result<std::string> sign_ed25519(std::string_view private_pem, std::string_view bytes);
/// Against a public key in PEM (`openssl pkey -pubout`). `denied` when the signature is not of these bytes by
/// this key; `invalid_argument` for a key or a signature that is none.
[[nodiscard]] result<void> verify_ed25519(std::string_view public_pem, std::string_view bytes,
                                          std::string_view signature_base64);

/// HMAC-SHA-256 (RFC 2104) in lower-case hexadecimal, 64 characters.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
/// Are the two the same? Takes as long whatever differs.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b) noexcept;

}  // namespace v1
}  // namespace shipflow
