#include <shipflow/error.hpp>
#include <shipflow/version.hpp>

#include <ostream>

namespace shipflow {
inline namespace v1 {

const char* version_string() noexcept { return "0.1.0"; }

std::string_view name_of(errc code) noexcept {
  switch (code) {
    case errc::invalid_argument: return "invalid_argument";
    case errc::invalid_document: return "invalid_document";
    case errc::not_found: return "not_found";
    case errc::already_exists: return "already_exists";
    case errc::denied: return "denied";
    case errc::conflict: return "conflict";
    case errc::fenced: return "fenced";
    case errc::unknown_outcome: return "unknown_outcome";
    case errc::unavailable: return "unavailable";
    case errc::throttled: return "throttled";
    case errc::timeout: return "timeout";
    case errc::cancelled: return "cancelled";
    case errc::unsupported: return "unsupported";
    case errc::io: return "io";
    case errc::corrupt: return "corrupt";
    case errc::newer_version: return "newer_version";
    case errc::secret_leak: return "secret_leak";
    case errc::failed: return "failed";
    case errc::internal: return "internal";
  }
  return "internal";
}

std::string error::text() const { return place.empty() ? message : place + ": " + message; }

bool error::retryable() const noexcept {
  return code == errc::unavailable || code == errc::throttled || code == errc::timeout;
}

std::ostream& operator<<(std::ostream& out, const error& e) { return out << e.text(); }

exception::exception(shipflow::error e) : std::runtime_error(e.text()), error_(std::move(e)) {}
exception::~exception() = default;

void throw_exception_from_error(const error& e, const boost::source_location& /*where*/) {
  throw exception(e);
}

error make_error(errc code, std::string message, std::string place) {
  return error{code, std::move(message), std::move(place)};
}

}  // namespace v1
}  // namespace shipflow
