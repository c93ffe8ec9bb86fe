// Errors are values: one line for people, a code for programs, a place for documents.
#pragma once

#include <boost/system/result.hpp>

#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>

namespace shipflow {
inline namespace v1 {

/// What kind of trouble an error is. Programs branch on this, never on the text.
enum class errc {
  invalid_argument,  ///< the caller passed something that can never work
  invalid_document,  ///< a plan, environment or release document is wrong
  not_found,         ///< the named run, step, file or program does not exist
  already_exists,    ///< a run with the same external id, or a file that must be new
  denied,            ///< the principal may not do this, or a policy forbids it
  conflict,          ///< somebody else changed the thing, or holds its lock
  fenced,            ///< the writer no longer owns the run; nothing was written
  unknown_outcome,   ///< the effect or commit may or may not have happened
  unavailable,       ///< the other side did not answer; trying again may help
  throttled,         ///< the other side asks to slow down
  timeout,           ///< the deadline passed
  cancelled,         ///< somebody asked to stop
  unsupported,       ///< not built into this version, or not by this provider
  io,                ///< file, socket or disk trouble
  corrupt,           ///< stored data does not match its checksum, chain or format
  newer_version,     ///< the store or journal was written by a newer shipflow
  secret_leak,       ///< a value marked secret would have been written down
  failed,            ///< the thing ran and reported failure
  internal,          ///< a bug in shipflow; please report it
};

/// The symbolic name of a code, for example "invalid_document".
[[nodiscard]] std::string_view name_of(errc code) noexcept;

/// One thing that went wrong. `message` is one line, starts in lower case, has no
/// full stop, names the thing and, when there is exactly one, the remedy. It never
/// contains a secret.
struct error {
  errc code = errc::internal;
  std::string message;
  /// Where, for documents: "plan.yaml:14:19 /stages/1/weight"; else empty.
  std::string place;

  /// `place: message`, or just the message.
  [[nodiscard]] std::string text() const;
  /// True when the same call may succeed later without any change by a person.
  [[nodiscard]] bool retryable() const noexcept;

  friend bool operator==(const error&, const error&) = default;
};

/// Writes `error::text()`, so that a result can be printed.
std::ostream& operator<<(std::ostream& out, const error& e);

/// What `result::value()` throws when there is no value.
class exception : public std::runtime_error {
 public:
  explicit exception(shipflow::error e);
  ~exception() override;
  [[nodiscard]] const shipflow::error& error() const noexcept { return error_; }

 private:
  shipflow::error error_;
};

[[noreturn]] void throw_exception_from_error(const error& e, const boost::source_location& where);

/// A value or an error. `*r` and `r->` need `r` to be true; `r.value()` throws `exception`.
template <class T>
using result = boost::system::result<T, error>;

/// Shorthand for returning an error from a function with a `result`.
[[nodiscard]] error make_error(errc code, std::string message, std::string place = {});

}  // namespace v1
}  // namespace shipflow
