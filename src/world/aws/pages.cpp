#include "world/aws/pages.hpp"

#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloud {

reply page_of(const char* name, json::array all, const json::object& in) {
  const auto most = members::whole(in, "maxResults", 100);
  if (most < 1 || most > 100) return refused("InvalidParameterException", "maxResults must be 1 to 100");
  const auto token = members::text(in, "nextToken");
  const auto from = static_cast<std::size_t>(token.empty() ? 0 : members::whole(in, "nextToken", -1));
  if (from > all.size()) return refused("InvalidParameterException", "Invalid token.");
  const auto to = std::min(all.size(), from + static_cast<std::size_t>(most));
  json::object out{{name, json::array(all.begin() + static_cast<std::ptrdiff_t>(from),
                                      all.begin() + static_cast<std::ptrdiff_t>(to))}};
  if (to < all.size()) out["nextToken"] = std::to_string(to);
  return out;
}

}  // namespace shipflow::cloud
