// A component's binding in an environments document, as <shipflow/providers/cloudformation.hpp> describes it.
#pragma once

#include "aws/desk.hpp"
#include "provider/cloudformation/depot.hpp"

#include <string>
#include <vector>

namespace shipflow::cloudformation {

inline constexpr aws::service service{"CLOUDFORMATION", "cloudformation", "cloudformation",
                                      aws::protocol::query, "2010-05-15"};

struct binding : aws::destination {
  std::vector<std::string> capabilities;
  std::string role;    ///< an ARN, or `as_assembled`
  std::string bucket;  ///< where templates go that are too large for a request; or empty
};
/// The role is the one that an assembly names for a stack.
inline constexpr const char* as_assembled = "assembly";
[[nodiscard]] result<binding> read_binding(const json::object& target);

struct session : aws::visit {
  binding bound;
  const file_reader& file;
  depot& assets;
};

}  // namespace shipflow::cloudformation
