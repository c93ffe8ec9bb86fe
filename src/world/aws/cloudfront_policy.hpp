// What the files of the model of CloudFront's continuous deployment share.
#pragma once

#include "world/aws/cloudfront.hpp"

#include <optional>
#include <string>

namespace shipflow::cloud {

[[nodiscard]] std::string etag_text(std::uint64_t version);
/// The domain of the staging distribution that a policy is about.
[[nodiscard]] std::string staging_name(const json::object& policy);
/// Nothing: `match` is the version that there is.
[[nodiscard]] std::optional<refusal> precondition(const std::string& match, const std::string& etag);

}  // namespace shipflow::cloud
