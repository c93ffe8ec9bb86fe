// When a call may be tried again: standard mode of the AWS SDKs.
// Source: docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <string_view>

namespace shipflow::aws {

enum class trouble {
  final,      ///< trying again gives the same
  transient,  ///< a connection or a server failed
  timeout,    ///< no answer in time
  throttle,   ///< too many requests
  clock,      ///< the signature's time is not accepted
};

/// By HTTP status and error code of an answer.
[[nodiscard]] trouble trouble_of(int status, std::string_view code) noexcept;

/// What kind of trouble an answer's status and error code are, for those who called.
[[nodiscard]] errc code_of(int status, std::string_view code);

/// Waits `random` (0..1) times min(20 s, 2^attempt s) before try `attempt` + 1, the first try being 1.
[[nodiscard]] duration backoff(int attempt, double random) noexcept;

/// The quota of all calls together: when everything fails, retries stop before they make it worse.
class retry_quota {
 public:
  /// Takes what a retry costs; false: none is left.
  [[nodiscard]] bool take(trouble why) noexcept;
  /// A call went well, after retries that cost `taken` or without any.
  void give_back(int taken) noexcept;
  [[nodiscard]] static int cost(trouble why) noexcept;
  [[nodiscard]] int left() const noexcept { return left_; }

 private:
  static constexpr int full = 500;
  int left_ = full;
};

}  // namespace shipflow::aws
