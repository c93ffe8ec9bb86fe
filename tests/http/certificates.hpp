// Certificate chains with chosen dates.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace tests {

struct key_pair {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

struct certificate_request {
  std::string name = "localhost";
  std::string subject_alternatives = "DNS:localhost,IP:127.0.0.1";
  long valid_from_seconds = -86'400;  ///< relative to now
  long valid_until_seconds = 86'400 * 30;
};

/// Signed by `issuer`, or by itself as an authority when there is none.
inline key_pair make_certificate(const certificate_request& q, const key_pair* issuer) {
  key_pair out;
  out.key = {EVP_EC_gen("P-256"), &EVP_PKEY_free};
  out.certificate = {X509_new(), &X509_free};
  X509* c = out.certificate.get();
  static long serial = 1;
  X509_set_version(c, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(c), q.valid_from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(c), q.valid_until_seconds);
  X509_set_pubkey(c, out.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(q.name.c_str()), -1, -1, 0);
  X509* parent = issuer != nullptr ? issuer->certificate.get() : c;
  X509_set_issuer_name(c, X509_get_subject_name(parent));
  X509V3_CTX context;
  X509V3_set_ctx(&context, parent, c, nullptr, nullptr, 0);
  const auto extend = [&](int nid, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    X509_add_ext(c, extension, -1);
    X509_EXTENSION_free(extension);
  };
  if (issuer == nullptr) {
    extend(NID_basic_constraints, "critical,CA:TRUE");
    extend(NID_key_usage, "critical,keyCertSign");
  } else {
    extend(NID_subject_alt_name, q.subject_alternatives);
  }
  if (X509_sign(c, issuer != nullptr ? issuer->key.get() : out.key.get(), EVP_sha256()) == 0)
    throw std::runtime_error("cannot sign");
  return out;
}

/// Certificate and key in one PEM file, as HAProxy wants it; s_server takes it for both.
inline void write_pem(const std::filesystem::path& path, const key_pair& pair, bool with_key) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "w"), &std::fclose);
  PEM_write_X509(file.get(), pair.certificate.get());
  if (with_key) PEM_write_PrivateKey(file.get(), pair.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

}  // namespace tests
