#include <shipflow/signature.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace shipflow;

namespace {

// RFC 8032, section 7.1, test 2, as PKCS #8 and SubjectPublicKeyInfo.
constexpr const char* private_key =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* public_key =
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* signature =
    "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA==";

}  // namespace

TEST_CASE("base/signature: signs and verifies the vector of RFC 8032") {
  const std::string message("\x72", 1);
  const auto made = sign_ed25519(private_key, message);
  REQUIRE_MESSAGE(made.has_value(), made.error().message);
  CHECK(*made == signature);
  CHECK(verify_ed25519(public_key, message, *made).has_value());
  CHECK(verify_ed25519(public_key, message, *made + "\n").has_value());
}

TEST_CASE("base/signature: other bytes, another signature and what is no key are told apart") {
  const std::string message("\x72", 1);
  CHECK(verify_ed25519(public_key, "s", signature).error().code == errc::denied);
  std::string other = signature;
  other[3] = other[3] == 'A' ? 'B' : 'A';
  CHECK(verify_ed25519(public_key, message, other).error().code == errc::denied);
  CHECK(verify_ed25519(public_key, message, "c2hvcnQ=").error().code == errc::invalid_argument);
  CHECK(verify_ed25519(public_key, message, std::string(88, '*')).error().code == errc::invalid_argument);
  CHECK(verify_ed25519(private_key, message, signature).error().code == errc::invalid_argument);
  const auto none = sign_ed25519("not a key", message);
  CHECK(none.error().code == errc::invalid_argument);
  CHECK(none.error().message.find("not a key") == std::string::npos);
}

TEST_CASE("base/signature: HMAC by RFC 4231, and secrets compared in full") {
  CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(same_secret("abc", "abc"));
  CHECK_FALSE(same_secret("abc", "abd"));
  CHECK_FALSE(same_secret("abc", "ab"));
  CHECK(same_secret("", ""));
}
