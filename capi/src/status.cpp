// Statuses: their names, their classes, and the library's own codes.
#include "failure.hpp"

#include <shipflow/json.hpp>

#include <array>

namespace shipflow_c {
namespace {

constexpr std::array names{
    "SHIPFLOW_OK",          "SHIPFLOW_INVALID_ARGUMENT", "SHIPFLOW_INVALID_DOCUMENT",
    "SHIPFLOW_NOT_FOUND",   "SHIPFLOW_ALREADY_EXISTS",   "SHIPFLOW_DENIED",
    "SHIPFLOW_CONFLICT",    "SHIPFLOW_FENCED",           "SHIPFLOW_UNKNOWN_OUTCOME",
    "SHIPFLOW_UNAVAILABLE", "SHIPFLOW_THROTTLED",        "SHIPFLOW_TIMEOUT",
    "SHIPFLOW_CANCELLED",   "SHIPFLOW_UNSUPPORTED",      "SHIPFLOW_IO",
    "SHIPFLOW_CORRUPT",     "SHIPFLOW_NEWER_VERSION",    "SHIPFLOW_SECRET_LEAK",
    "SHIPFLOW_FAILED",      "SHIPFLOW_INTERNAL",         "SHIPFLOW_NO_MEMORY",
    "SHIPFLOW_FORKED",      "SHIPFLOW_REENTRANT",        "SHIPFLOW_FAULTED",
    "SHIPFLOW_HOST",        "SHIPFLOW_DECLINED",
};
static_assert(names.size() == SHIPFLOW_DECLINED + 1);

// The statuses of the library follow its codes, one higher.
static_assert(static_cast<int>(shipflow::errc::invalid_argument) + 1 == SHIPFLOW_INVALID_ARGUMENT);
static_assert(static_cast<int>(shipflow::errc::failed) + 1 == SHIPFLOW_FAILED);
static_assert(static_cast<int>(shipflow::errc::internal) + 1 == SHIPFLOW_INTERNAL);

std::string detail_of(const shipflow::error& e) {
  shipflow::json::object detail;
  if (!e.place.empty()) detail["place"] = e.place;
  return shipflow::json::serialize(detail);
}

std::string detail_of(const shipflow::diagnostics& found) {
  shipflow::json::array findings;
  for (const auto& d : found.items())
    findings.push_back(
        {{"severity", d.severity == shipflow::severity_of_diagnostic::error ? "error" : "warning"},
         {"file", d.place.file},
         {"line", d.place.line},
         {"column", d.place.column},
         {"pointer", d.pointer},
         {"message", d.message}});
  return shipflow::json::serialize(shipflow::json::object{{"findings", std::move(findings)}});
}

}  // namespace

failure::failure(const shipflow::error& e) : failure(status_of(e.code), e.text(), detail_of(e)) {}

failure::failure(const shipflow::diagnostics& found)
    : failure(SHIPFLOW_INVALID_DOCUMENT, found.to_error().text(), detail_of(found)) {}

shipflow_status status_of(shipflow::errc code) noexcept { return static_cast<shipflow_status>(code) + 1; }

shipflow::errc code_of(shipflow_status status) noexcept {
  if (status < SHIPFLOW_INVALID_ARGUMENT || status > SHIPFLOW_INTERNAL) return shipflow::errc::failed;
  return static_cast<shipflow::errc>(status - 1);
}

}  // namespace shipflow_c

extern "C" {

const char* shipflow_status_name(shipflow_status status) noexcept {
  using shipflow_c::names;
  const auto index = static_cast<std::size_t>(status);
  return status >= 0 && index < names.size() ? names[index] : "SHIPFLOW_UNKNOWN_STATUS";
}

int32_t shipflow_status_is(shipflow_status status, int32_t status_class) noexcept {
  switch (status_class) {
    case SHIPFLOW_CLASS_RETRYABLE:
      return status == SHIPFLOW_UNAVAILABLE || status == SHIPFLOW_THROTTLED || status == SHIPFLOW_TIMEOUT ||
                     status == SHIPFLOW_NO_MEMORY
                 ? 1
                 : 0;
    case SHIPFLOW_CLASS_INPUT:
      return status == SHIPFLOW_INVALID_ARGUMENT || status == SHIPFLOW_INVALID_DOCUMENT ||
                     status == SHIPFLOW_NOT_FOUND || status == SHIPFLOW_ALREADY_EXISTS
                 ? 1
                 : 0;
    default: return 0;
  }
}

}  // extern "C"
