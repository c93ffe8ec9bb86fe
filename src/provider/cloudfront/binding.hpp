// A component's binding in an environments document, as <shipflow/providers/cloudfront.hpp> describes it.
#pragma once

#include "aws/desk.hpp"

namespace shipflow::cloudfront {

struct binding : aws::destination {
  std::string distribution;
  std::string origin;  ///< id; empty: the only one
};

[[nodiscard]] result<binding> read_binding(const json::object& target);

struct session : aws::visit {
  binding bound;
};

}  // namespace shipflow::cloudfront
