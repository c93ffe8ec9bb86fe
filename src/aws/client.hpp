// Calls to AWS: credentials, signature, retries, clock correction; one thread of its own.
#pragma once

#include "aws/service.hpp"

#include <shipflow/aws.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace shipflow::aws {

/// Why a call has no result. `message` is one line: service, operation, code, what was said, the request's id
/// and, where there is exactly one, the remedy. Codes: denied, not_found, invalid_argument, throttled,
/// unavailable, timeout, cancelled, unsupported, failed; conflict for a condition that was not met (409, 412).
struct failure : error {
  std::string aws_code;  ///< "AccessDenied", or empty when AWS did not answer
  std::string request_id;
  int status = 0;  ///< of HTTP; 0: there was no answer
  /// Some of a request may have arrived, so its effect may have happened.
  bool sent = false;
};
using outcome = boost::system::result<json::object, failure>;
/// Status 2xx (or 304 for a conditional GET), headers and body as they came.
using rest_outcome = boost::system::result<http::response, failure>;

struct call_options {
  std::string region{};
  std::string endpoint_url{};
  duration deadline{30'000};  ///< all tries together
  std::stop_token stop{};
  /// At most so many tries; 0: `aws_options::attempts`. 1 for what makes something new each time.
  int attempts = 0;
  std::string ca_file{};  ///< certificates to trust for this call; empty: as the client does
};

class machine;

/// Every function may be called from any thread. As many calls as are asked for are under way at once, each on a
/// connection of its own; 64 to a host stay open for the next. Callbacks run on the client's thread, each once; they must
/// not block. The thread begins with the first call.
class client {
 public:
  explicit client(aws_options options);
  /// Answers everything outstanding with `cancelled` before it returns.
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void call(const service& s, std::string operation, const json::object& input, call_options how,
            std::function<void(outcome)> done);
  /// Any request, its answer as it comes: REST services. Nothing is followed but S3's word that a bucket is in
  /// another region: the request goes there once, and later ones for the bucket at once.
  void send(const service& s, wire_request q, call_options how, std::function<void(rest_outcome)> done);
  /// A URL with which anybody may send this request for as long as `valid`, at most 7 days and never longer than the
  /// credentials are. Its headers must be sent along. Nothing is sent but what credentials need.
  void presign(const service& s, wire_request q, call_options how, std::chrono::seconds valid,
               std::function<void(result<std::string>)> done);
  /// Runs `what` on the client's thread. Not run when the client goes away before.
  void later(std::function<void()> what);
  [[nodiscard]] const aws_options& options() const noexcept { return options_; }

 private:
  aws_options options_;
  std::shared_ptr<machine> machine_;
};

}  // namespace shipflow::aws
