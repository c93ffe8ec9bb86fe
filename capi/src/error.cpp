#include "error.hpp"

#include <new>
#include <system_error>

namespace shipflow_c {
namespace {

// Built when the library is loaded, so that it is there when memory is not. Short enough for the text to
// need no allocation of its own.
shipflow_error& no_memory() {
  static shipflow_error error(SHIPFLOW_NO_MEMORY, "out of memory");
  return error;
}
[[maybe_unused]] const shipflow_error& built = no_memory();

shipflow_status report_no_memory(shipflow_error** err) noexcept {
  if (err != nullptr) *err = &no_memory();
  return SHIPFLOW_NO_MEMORY;
}

shipflow_status report(shipflow_error** err, const failure& f) noexcept {
  const auto status = f.status();
  if (err == nullptr) return status;
  try {
    *err = new shipflow_error(f);
    return status;
  } catch (...) {
    return report_no_memory(err);
  }
}

}  // namespace

shipflow_status report_current_exception(shipflow_error** err) noexcept {
  try {
    throw;
  } catch (const failure& f) {
    return report(err, f);
  } catch (const std::bad_alloc&) {
    return report_no_memory(err);
  } catch (const shipflow::exception& e) {
    try {
      return report(err, failure(e.error()));
    } catch (...) {
      return report_no_memory(err);
    }
  } catch (const std::exception& e) {
    try {
      return report(err, failure(SHIPFLOW_INTERNAL, e.what()));
    } catch (...) {
      return report_no_memory(err);
    }
  } catch (...) {
    return report(err, failure(SHIPFLOW_INTERNAL, "an unknown exception"));
  }
}

}  // namespace shipflow_c

extern "C" {

shipflow_status shipflow_error_status(const shipflow_error* err) noexcept {
  return err == nullptr ? SHIPFLOW_OK : err->status;
}

shipflow_str shipflow_error_message(const shipflow_error* err) noexcept {
  return err == nullptr ? shipflow_str{nullptr, 0} : shipflow_str{err->message.data(), err->message.size()};
}

shipflow_str shipflow_error_detail(const shipflow_error* err) noexcept {
  return err == nullptr ? shipflow_str{nullptr, 0} : shipflow_str{err->detail.data(), err->detail.size()};
}

void shipflow_error_free(shipflow_error* err) noexcept {
  if (err == nullptr || err->what != shipflow_error::kind || err == &shipflow_c::no_memory()) return;
  delete err;
}

}  // extern "C"
