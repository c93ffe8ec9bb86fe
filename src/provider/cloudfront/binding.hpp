// A component's binding in an environments document, as <shipflow/providers/cloudfront.hpp> describes it.
#pragma once

#include "aws/desk.hpp"
#include "provider/cloudfront/configuration.hpp"

#include <optional>

namespace shipflow::cloudfront {

/// How a release is tried on a share of the viewers.
struct canary {
  std::string releases;  ///< path of a release, with `${version}` in it
  std::string staging;   ///< id of the staging distribution; empty: that of the policy, or one that is made
  stickiness stay;
};

struct binding : aws::destination {
  std::string distribution;
  std::string origin;  ///< id; empty: the only one
  std::optional<canary> tried{};
};

[[nodiscard]] result<binding> read_binding(const json::object& target);
/// Where a version lies, and the version that lies at a path; empty: none does. Pure.
[[nodiscard]] std::string path_of_version(const canary& c, const std::string& version);
[[nodiscard]] std::string version_at_path(const canary& c, const std::string& path);

struct session : aws::visit {
  binding bound;
};

}  // namespace shipflow::cloudfront
