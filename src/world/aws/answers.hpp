// What the model of AWS says to a call.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>

namespace shipflow::cloud {

/// "ClientException" and what is said about it.
struct refusal {
  std::string code;
  std::string message;
};
[[noreturn]] inline void throw_exception_from_error(const refusal& r, const boost::source_location& where) {
  boost::throw_with_location(std::runtime_error(r.code + ": " + r.message), where);
}
using reply = boost::system::result<json::object, refusal>;

[[nodiscard]] inline refusal refused(std::string code, std::string message) {
  return {std::move(code), std::move(message)};
}
/// As the JSON protocols write points in time.
[[nodiscard]] inline double seconds_of(time_point t) { return static_cast<double>(to_ms(t)) / 1000.0; }

}  // namespace shipflow::cloud
