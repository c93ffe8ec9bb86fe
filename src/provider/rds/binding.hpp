// A component's binding in an environments document, as <shipflow/providers/rds.hpp> describes it.
#pragma once

#include "aws/desk.hpp"

namespace shipflow::rds {

/// Bytes of the name of an instance or cluster, as RDS takes them.
inline constexpr std::size_t longest_name = 63;

struct binding : aws::destination {
  std::string source;  ///< instance or cluster
  bool cluster = false;
  bool encrypted = false;  ///< what is not encrypted is no backup
};

[[nodiscard]] result<binding> read_binding(const json::object& target);

struct session : aws::visit {
  binding bound;
};

}  // namespace shipflow::rds
