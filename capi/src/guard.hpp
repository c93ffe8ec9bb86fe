// The border: nothing is thrown across it, every way out is a status.
#pragma once

#include "error.hpp"
#include "failure.hpp"

#include <new>

namespace shipflow_c {

/// Runs a body and turns what it throws to a status and an error object.
template <class Body>
shipflow_status guard(shipflow_error** err, const Body& body) noexcept {
  if (err != nullptr) *err = nullptr;
  try {
    body();
    return SHIPFLOW_OK;
  } catch (...) {
    return report_current_exception(err);
  }
}

/// The same for functions with an output, which is set to nothing before.
template <class Out, class Body>
shipflow_status guard(Out** out, shipflow_error** err, const Body& body) noexcept {
  if (out != nullptr) *out = nullptr;
  return guard(err, [&] {
    if (out == nullptr) throw failure(SHIPFLOW_INVALID_ARGUMENT, "the place for the result is NULL");
    *out = body();
  });
}

}  // namespace shipflow_c
