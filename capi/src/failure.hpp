// How a call fails inside the translation layer: thrown, and turned to a status at the border.
#pragma once

#include <shipflow/document.hpp>
#include <shipflow/error.hpp>

#include <exception>
#include <shipflow.h>
#include <string>
#include <utility>

namespace shipflow_c {

/// A status with its message and detail.
class failure : public std::exception {
 public:
  failure(shipflow_status status, std::string message, std::string detail = "{}")
      : status_(status), message_(std::move(message)), detail_(std::move(detail)) {}
  explicit failure(const shipflow::error& e);
  explicit failure(const shipflow::diagnostics& found);

  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  [[nodiscard]] shipflow_status status() const noexcept { return status_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }

 private:
  shipflow_status status_;
  std::string message_;
  std::string detail_;
};

[[nodiscard]] shipflow_status status_of(shipflow::errc code) noexcept;
[[nodiscard]] shipflow::errc code_of(shipflow_status status) noexcept;

/// The value, or a thrown failure.
template <class T>
T value_of(shipflow::result<T>&& r) {
  if (!r) throw failure(r.error());
  return std::move(*r);
}
inline void check(const shipflow::result<void>& r) {
  if (!r) throw failure(r.error());
}

}  // namespace shipflow_c
