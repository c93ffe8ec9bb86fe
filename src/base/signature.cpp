#include "base/digest.hpp"

#include <shipflow/signature.hpp>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <memory>
#include <vector>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::size_t signature_bytes = 64;

struct freeing {
  void operator()(EVP_PKEY* k) const { EVP_PKEY_free(k); }
  void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
  void operator()(BIO* b) const { BIO_free(b); }
};
using key_handle = std::unique_ptr<EVP_PKEY, freeing>;
using context = std::unique_ptr<EVP_MD_CTX, freeing>;

// A key with a passphrase is refused: nobody is there to be asked.
int no_passphrase(char*, int, int, void*) { return -1; }

using pem_reader = EVP_PKEY* (*)(BIO*, EVP_PKEY**, pem_password_cb*, void*);

result<key_handle> read_key(std::string_view pem, pem_reader read, const char* what) {
  const std::unique_ptr<BIO, freeing> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  key_handle key(text ? read(text.get(), nullptr, no_passphrase, nullptr) : nullptr);
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519)
    return make_error(errc::invalid_argument,
                      std::string("the ") + what + " key is no Ed25519 key in PEM without a passphrase");
  return key;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string to_base64(const std::vector<unsigned char>& bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const auto length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                                      static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  return text;
}

result<std::vector<unsigned char>> from_base64(std::string_view text) {
  text = trimmed(text);
  const auto bad = make_error(errc::invalid_argument, "the signature is no Base64 of 64 bytes");
  if (text.size() != 4 * ((signature_bytes + 2) / 3)) return bad;
  std::vector<unsigned char> out(text.size());
  if (EVP_DecodeBlock(out.data(), bytes_of(text), static_cast<int>(text.size())) < 0) return bad;
  out.resize(signature_bytes);
  return out;
}

}  // namespace

result<std::string> sign_ed25519(std::string_view private_pem, std::string_view bytes) {
  const auto key = read_key(private_pem, PEM_read_bio_PrivateKey, "private");
  if (!key) return key.error();
  const context how(EVP_MD_CTX_new());
  std::vector<unsigned char> out(signature_bytes);
  auto length = out.size();
  const bool signed_ = how && EVP_DigestSignInit(how.get(), nullptr, nullptr, nullptr, key->get()) == 1 &&
                       EVP_DigestSign(how.get(), out.data(), &length, bytes_of(bytes), bytes.size()) == 1;
  if (!signed_) return make_error(errc::internal, "signing failed");
  return to_base64(out);
}

result<void> verify_ed25519(std::string_view public_pem, std::string_view bytes,
                            std::string_view signature_base64) {
  const auto key = read_key(public_pem, PEM_read_bio_PUBKEY, "public");
  if (!key) return key.error();
  const auto signature = from_base64(signature_base64);
  if (!signature) return signature.error();
  const context how(EVP_MD_CTX_new());
  const bool fits =
      how && EVP_DigestVerifyInit(how.get(), nullptr, nullptr, nullptr, key->get()) == 1 &&
      EVP_DigestVerify(how.get(), signature->data(), signature->size(), bytes_of(bytes), bytes.size()) == 1;
  if (!fits) return make_error(errc::denied, "the signature is not of these bytes by this key");
  return {};
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(), digest.data(),
       &length);
  return hex_of({reinterpret_cast<const char*>(digest.data()), length});
}

bool same_secret(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace v1
}  // namespace shipflow
