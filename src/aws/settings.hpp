// Variables and profiles: which region, which endpoint.
#pragma once

#include <shipflow/aws.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace shipflow::aws {

/// A variable, or empty.
[[nodiscard]] std::string variable(const aws_options& from, const std::string& name);

/// The clock of these options: the system's, unless they have their own.
[[nodiscard]] std::function<time_point()> clock_of(const aws_options& from);

using profile = std::map<std::string, std::string>;
struct profiles {
  std::map<std::string, profile> by_name;
  [[nodiscard]] const profile* find(const std::string& name) const;
};
[[nodiscard]] std::string value_of(const profile& p, const std::string& key);
[[nodiscard]] std::string profile_name(const aws_options& from);
/// Both files; one that is not there is empty, one that cannot be understood is an error with its line.
/// What stands in the credentials file goes first.
[[nodiscard]] result<profiles> read_profiles(const aws_options& from);
/// Sections and `key = value` lines; `[profile x]` of the config file is x, other sections keep their whole name
/// ("sso-session x"). An indented `b = v` below `a =` is "a.b".
[[nodiscard]] result<profiles> parse_profiles(std::string_view text, const std::string& path);

/// Letters, digits and hyphens: what may become part of a host name.
[[nodiscard]] bool is_region(const std::string& text);
/// Error: there is none, or it is not a region's name (it becomes part of a host name).
[[nodiscard]] result<std::string> region_of(const aws_options& from, const std::string& of_call);

/// What options, variables or the profile say instead of AWS's own endpoint, without a slash at its end; or empty.
/// `id` is the service's name in variables ("CLOUDWATCH").
[[nodiscard]] std::string configured_endpoint(const aws_options& from, const std::string& id);

/// The PEM file of options, AWS_CA_BUNDLE or the profile's ca_bundle; empty: the system's.
[[nodiscard]] std::string ca_file_of(const aws_options& from);

enum class retry_mode { standard, adaptive };
struct retry_settings {
  retry_mode mode = retry_mode::standard;
  int attempts = 3;
};
/// Of options, AWS_RETRY_MODE and AWS_MAX_ATTEMPTS, the profile's retry_mode and max_attempts.
[[nodiscard]] result<retry_settings> retries_of(const aws_options& from);

/// How an instance's metadata service is asked: tries of each question, and how long each may take.
/// Source: docs.aws.amazon.com/sdkref, feature-imds-client (three retries, 1 s) and feature-ec2-instance-metadata.
struct instance_settings {
  int attempts = 4;
  duration wait{1'000};
};
/// Of AWS_METADATA_SERVICE_NUM_ATTEMPTS and _TIMEOUT (seconds), the profile's metadata_service_num_attempts and _timeout.
[[nodiscard]] result<instance_settings> instance_settings_of(const aws_options& from);

/// What the names of a region's hosts end with: "amazonaws.com.cn" in China.
[[nodiscard]] std::string_view dns_suffix(std::string_view region);

}  // namespace shipflow::aws
