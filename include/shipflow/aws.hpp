// How shipflow speaks to AWS: which credentials, which region, which endpoint.
//
// Credentials, the first of these that is there
//
//   1. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), unless `profile` is given
//   2. the profile (`profile`, AWS_PROFILE, "default") of AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials,
//      then of AWS_CONFIG_FILE or ~/.aws/config: aws_access_key_id, aws_secret_access_key, aws_session_token
//   3. a container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI (https, loopback, 169.254.170.2,
//      169.254.170.23 or [fd00:ec2::23]), with AWS_CONTAINER_AUTHORIZATION_TOKEN or _TOKEN_FILE
//   4. the instance (IMDSv2 only, 1 s, one try): unless AWS_EC2_METADATA_DISABLED is "true";
//      AWS_EC2_METADATA_SERVICE_ENDPOINT
//
// Roles and single sign-on in a profile (role_arn, sso_*, credential_process) and web identity are not built
// in this version; they are an error that says so, never passed over. What expires is fetched again ten
// minutes before it does. Failures are not remembered.
//
// Region: of the call, then `region`, AWS_REGION, AWS_DEFAULT_REGION, the profile's.
// Endpoint: of the call, then `endpoint_url`, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's
// endpoint_url, then AWS's own for region and partition; the variables and the profile do not count when
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is "true".
//
// Retries: standard mode of the AWS SDKs, with their token bucket. A clock that is off is corrected by the
// reply's Date, once per call.
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/time.hpp>

#include <functional>
#include <optional>
#include <string>

namespace shipflow {
inline namespace v1 {

/// Nothing is read from the process but through these functions; an empty one reads nothing.
struct aws_options {
  /// A variable of the process environment (HOME among them).
  std::function<std::optional<std::string>(const std::string& name)> variable;
  /// A file's content.
  std::function<result<std::string>(const std::string& path)> file;
  std::string profile;
  std::string region;
  std::string endpoint_url;
  /// A PEM file of the certificates to trust instead of the system's.
  std::string ca_file;
  /// Tries of one call, the first included. 1..20.
  int attempts = 3;
  /// What signatures are dated by; empty: the system's clock.
  std::function<time_point()> now;
};

}  // namespace v1
}  // namespace shipflow
