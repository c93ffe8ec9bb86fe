#include "provider/cloudformation/binding.hpp"

#include "base/members.hpp"

#include <algorithm>
#include <array>

namespace shipflow::cloudformation {
namespace {

constexpr std::array<std::string_view, 7> known{"provider",     "region", "endpoint_url", "account",
                                                "capabilities", "role",   "bucket"};

error wrong(const std::string& what) {
  return make_error(errc::invalid_argument, "cloudformation binding: " + what);
}

}  // namespace

result<binding> read_binding(const json::object& target) {
  for (const auto& m : target)
    if (std::find(known.begin(), known.end(), std::string_view(m.key())) == known.end())
      return wrong(std::string(m.key()) + " is not known here");
  auto where = aws::read_destination(target);
  if (!where) return wrong(where.error().message);
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
