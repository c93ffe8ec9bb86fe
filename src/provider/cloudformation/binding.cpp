#include "provider/cloudformation/binding.hpp"

#include "aws/target.hpp"
#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloudformation {
namespace {

error wrong(const std::string& what) { return aws::wrong_binding("cloudformation", what); }

}  // namespace

result<binding> read_binding(const json::object& target) {
  auto where = aws::read_target("cloudformation", target, {"capabilities", "role", "bucket"});
  if (!where) return where.error();
  binding b;
  static_cast<aws::destination&>(b) = std::move(*where);
  b.capabilities = members::texts(target, "capabilities");
  const bool good = std::all_of(b.capabilities.begin(), b.capabilities.end(),
                                [](const std::string& c) { return c.starts_with("CAPABILITY_"); });
  if (target.contains("capabilities") && (b.capabilities.empty() || !good))
    return wrong(
        "capabilities must be a list of CAPABILITY_IAM, CAPABILITY_NAMED_IAM or CAPABILITY_AUTO_EXPAND");
  b.role = members::text(target, "role");
  const bool named = !b.role.empty() && b.role != as_assembled;
  if (named && (!b.role.starts_with("arn:") || b.role.find(":role/") == std::string::npos))
    return wrong("role must be the ARN of a role, or `assembly`, not \"" + b.role + "\"");
  b.bucket = members::text(target, "bucket");
  if (!b.bucket.empty() && b.region.empty())
    return wrong("bucket needs `region`, so that CloudFormation knows where it is");
  return b;
}

}  // namespace shipflow::cloudformation
