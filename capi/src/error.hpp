// Error objects.
#pragma once

#include "handle.hpp"

#include <string>

struct shipflow_error : shipflow_c::handle {
  static constexpr auto kind = shipflow_c::mark::error;
  explicit shipflow_error(const shipflow_c::failure& f)
      : handle(kind), status(f.status()), message(f.message()), detail(f.detail()) {}
  shipflow_error(shipflow_status s, const char* text)
      : handle(kind), status(s), message(text), detail("{}") {}

  shipflow_status status;
  std::string message;
  std::string detail;
};

namespace shipflow_c {

/// Inside a catch block: the status of the exception, with an error object when one is wanted. Allocates
/// nothing when memory is what is missing.
shipflow_status report_current_exception(shipflow_error** err) noexcept;

}  // namespace shipflow_c
