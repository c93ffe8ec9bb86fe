// The actions, each a set of verbs.
#pragma once

#include "aws/desk.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::aws_checks {

using aws::visit;

[[nodiscard]] std::vector<action_spec> action_specs();
[[nodiscard]] result<std::vector<action_spec>> actions_for(const json::object& target);

/// Carries out one call.
[[nodiscard]] answer carry_out(aws::desk& on, const request& q);

[[nodiscard]] answer identity(visit& v);
[[nodiscard]] answer alarms(visit& v);
/// Names that one DescribeAlarms takes.
inline constexpr std::size_t most_names = 100;
[[nodiscard]] answer image(visit& v);
[[nodiscard]] answer retag(visit& v);

/// The name of an image of ECR in its parts.
struct image_name {
  std::string host;  ///< "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
  std::string registry, region, repository;
  std::string tag, digest;  ///< one of them; the other is empty
  [[nodiscard]] json::object id() const;
  [[nodiscard]] std::string by(const std::string& its_digest) const {
    return host + "/" + repository + "@" + its_digest;
  }
};
/// Error: it is no image of ECR. Pure.
[[nodiscard]] result<image_name> read_image(std::string_view text);
[[nodiscard]] bool is_tag(std::string_view text);

}  // namespace shipflow::aws_checks
