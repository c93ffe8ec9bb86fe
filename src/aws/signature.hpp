// Signature version 4: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include "aws/credentials.hpp"

namespace shipflow::aws {

struct signing {
  std::string region;
  std::string service;  ///< signing name, "monitoring"
  time_point at;
};

/// Adds X-Amz-Date, X-Amz-Security-Token and Authorization. Signs Host and every header that is there, but
/// those that a hop may change. The URL is signed as it is sent: encode it before.
[[nodiscard]] result<void> sign(http::request& q, const credentials& who, const signing& how);

/// The parts, for those who want to see them. Pure.
struct signature_parts {
  std::string canonical_request;
  std::string signed_headers;  ///< "host;x-amz-date"
  std::string string_to_sign;
};
[[nodiscard]] result<signature_parts> parts_of(const http::request& q, const signing& how);

}  // namespace shipflow::aws
