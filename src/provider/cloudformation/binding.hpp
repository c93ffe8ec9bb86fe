// A component's binding in an environments document, as <shipflow/providers/cloudformation.hpp> describes it.
#pragma once

#include "aws/desk.hpp"

#include <functional>
#include <string>
#include <vector>

namespace shipflow::cloudformation {

inline constexpr aws::service service{"CLOUDFORMATION", "cloudformation", "cloudformation",
                                      aws::protocol::query, "2010-05-15"};

struct binding : aws::destination {
  std::vector<std::string> capabilities;
  std::string role;
};
[[nodiscard]] result<binding> read_binding(const json::object& target);

/// A file's content.
using file_reader = std::function<result<std::string>(const std::string& path)>;

struct session : aws::visit {
  binding bound;
  const file_reader& file;
};

}  // namespace shipflow::cloudformation
