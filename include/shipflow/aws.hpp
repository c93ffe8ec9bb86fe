// How shipflow speaks to AWS: which credentials, which region, which endpoint.
//
// Credentials, the first of these that is there
//
//   1. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), unless `profile` is given
//   2. the role of the profile (`profile`, AWS_PROFILE, "default"), if it has role_arn and source_profile or
//      credential_source (Environment, EcsContainer, Ec2InstanceMetadata); source profiles may have roles in turn
//   3. AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN (and AWS_ROLE_SESSION_NAME), unless `profile` is given; then
//      role_arn and web_identity_token_file of the profile
//   4. single sign-on of the profile (sso_session or sso_start_url, sso_account_id, sso_role_name) with the token
//      that `aws sso login` left in ~/.aws/sso/cache; one that has ended is renewed if that file says how, in memory
//   5. the profile's aws_access_key_id, aws_secret_access_key and aws_session_token
//   6. its credential_process: run without a shell for at most a minute, output of Version 1; it sees PATH, HOME,
//      USER, LOGNAME, LANG, LC_ALL, TZ, TMPDIR, XDG_*, DBUS_SESSION_BUS_ADDRESS, SSH_AUTH_SOCK, the AWS_ variables
//      of files, profile, region and CA bundle, and those of proxies
//   7. a container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI (https, loopback, 169.254.170.2,
//      169.254.170.23 or [fd00:ec2::23]), with AWS_CONTAINER_AUTHORIZATION_TOKEN or _TOKEN_FILE
//   8. the instance (IMDSv2 only, 1 s, four tries; AWS_METADATA_SERVICE_TIMEOUT, AWS_METADATA_SERVICE_NUM_ATTEMPTS and the
//      profile's metadata_service_timeout, metadata_service_num_attempts): unless AWS_EC2_METADATA_DISABLED is "true";
//      AWS_EC2_METADATA_SERVICE_ENDPOINT
//
// A profile is looked for in AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials, and in AWS_CONFIG_FILE or
// ~/.aws/config; what stands in the first goes before. Roles take external_id, role_session_name and
// duration_seconds; those that want the code of a device (mfa_serial) are an error. What is set and cannot work is an
// error that says so, nothing else is taken instead. What expires is renewed from 15 minutes before it does, while it
// is still used; from 10 minutes before, calls wait for it, and go on with the old when the new is not to be had.
//
// Region: of the call, then `region`, AWS_REGION, AWS_DEFAULT_REGION, the profile's.
// Endpoint: of the call, then `endpoint_url`, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's
// (its `services` section for the service, its endpoint_url), then AWS's own for region and partition; the variables and the profile do not count when
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is "true".
//
// Proxies: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY (hosts, domains, addresses, networks), never for this machine, a
// container's or an instance's endpoint. A proxy is spoken to by http, with the user and password of its URL.
//
// Retries: `retry_mode`, AWS_RETRY_MODE or the profile's retry_mode: "standard" of the AWS SDKs with their token
// bucket, or "adaptive", which sends more slowly after throttles too. A clock that is off is corrected by the reply's
// Date, once per call.
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/time.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace shipflow {
inline namespace v1 {

/// Credentials that several providers, sources and notifiers share: they are searched for once and renewed once, and a
/// metadata service is asked as often as for one. Those who share one read the same variables and files; what differs in
/// `profile`, `region` or `endpoint_url` is kept apart. Any thread may use it; it lives as long as somebody has it.
class aws_keyring;
[[nodiscard]] std::shared_ptr<aws_keyring> make_aws_keyring();

/// Nothing is read from the process but through these functions; an empty one reads nothing.
struct aws_options {
  /// A variable of the process environment (HOME among them).
  std::function<std::optional<std::string>(const std::string& name)> variable;
  /// A file's content.
  std::function<result<std::string>(const std::string& path)> file;
  std::string profile;
  std::string region;
  std::string endpoint_url;
  /// A PEM file of the certificates to trust instead of the system's; empty: AWS_CA_BUNDLE or the profile's
  /// ca_bundle, if one is set.
  std::string ca_file;
  /// Tries of one call, the first included, 1..20; 0: AWS_MAX_ATTEMPTS or the profile's max_attempts, else 3.
  int attempts = 0;
  /// "standard", "adaptive", or empty: as variables and profile say.
  std::string retry_mode;
  /// What signatures are dated by and waiting is measured by; empty: the system's clock.
  std::function<time_point()> now;
  /// Empty: what is made with these options searches for itself.
  std::shared_ptr<aws_keyring> keyring;
};

}  // namespace v1
}  // namespace shipflow
