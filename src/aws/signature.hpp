// Signature version 4: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include "aws/credentials.hpp"
#include "aws/service.hpp"

#include <chrono>
#include <map>

namespace shipflow::aws {

struct signing {
  std::string region;
  std::string service;  ///< signing name, "monitoring"
  time_point at;
  signing_rules rules = signing_rules::standard;
  /// Hexadecimal SHA-256 of the body, or `unsigned_payload`; empty: it is computed.
  std::string payload_hash{};
  /// `signing_key` of the same day, region, service and secret; empty: it is derived.
  std::string key{};
};

/// Adds X-Amz-Date, X-Amz-Security-Token, S3's X-Amz-Content-Sha256, and Authorization. Signs Host and every header
/// that is there, but those that a hop may change. The URL is signed as it is sent: encode it before.
[[nodiscard]] result<void> sign(http::request& q, const credentials& who, const signing& how);

/// The parts, for those who want to see them. Pure.
struct signature_parts {
  std::string canonical_request;
  std::string signed_headers;  ///< "host;x-amz-date"
  std::string string_to_sign;
};
[[nodiscard]] result<signature_parts> parts_of(const http::request& q, const signing& how);

/// The URL of `q` with the signature in its query: whoever has it may send the request, with the headers of `q`, from
/// `how.at` on for as long as `valid`. S3 takes any body then. Error: `valid` is not 1 second to 7 days.
[[nodiscard]] result<std::string> presigned(const http::request& q, const credentials& who,
                                            const signing& how, std::chrono::seconds valid);

/// The secret, narrowed to a day, a region and a service: 32 bytes. Pure.
[[nodiscard]] std::string signing_key(const std::string& secret, const signing& how);

/// Such keys, since deriving one costs more than the rest of a signature. Not for several threads at once.
class signing_keys {
 public:
  [[nodiscard]] std::string of(const credentials& who, const signing& how);

 private:
  std::map<std::string, std::string> known_;
};

}  // namespace shipflow::aws
