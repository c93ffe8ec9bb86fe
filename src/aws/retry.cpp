#include "aws/retry.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace shipflow::aws {
namespace {

constexpr std::array<std::string_view, 14> throttles{"Throttling",
                                                     "ThrottlingException",
                                                     "ThrottledException",
                                                     "RequestThrottledException",
                                                     "TooManyRequestsException",
                                                     "ProvisionedThroughputExceededException",
                                                     "TransactionInProgressException",
                                                     "RequestLimitExceeded",
                                                     "BandwidthLimitExceeded",
                                                     "LimitExceededException",
                                                     "RequestThrottled",
                                                     "SlowDown",
                                                     "PriorRequestNotComplete",
                                                     "EC2ThrottledException"};
constexpr std::array<std::string_view, 2> passing{"RequestTimeout", "RequestTimeoutException"};
constexpr std::array<std::string_view, 6> clocks{"RequestTimeTooSkewed",      "RequestExpired",
                                                 "InvalidSignatureException", "SignatureDoesNotMatch",
                                                 "RequestInTheFuture",        "AuthFailure"};

template <class Words>
bool among(const Words& words, std::string_view code) {
  return std::find(words.begin(), words.end(), code) != words.end();
}

bool starts_or_ends(std::string_view code, std::string_view word) {
  return code.starts_with(word) || code.ends_with(word);
}

}  // namespace

trouble trouble_of(int status, std::string_view code) noexcept {
  if (among(throttles, code) || status == 429) return trouble::throttle;
  if (among(clocks, code)) return trouble::clock;
  if (among(passing, code)) return trouble::transient;
  const bool server = status == 500 || status == 502 || status == 503 || status == 504;
  return server ? trouble::transient : trouble::final;
}

errc code_of(int status, std::string_view code) {
  if (trouble_of(status, code) == trouble::throttle) return errc::throttled;
  if (status >= 500) return errc::unavailable;
  if (status == 409 || status == 412) return errc::conflict;
  if (code.find("NotFound") != std::string_view::npos ||
      code.find("DoesNotExist") != std::string_view::npos || code.starts_with("NoSuch") ||
      (code.empty() && status == 404))
    return errc::not_found;
  if (starts_or_ends(code, "AccessDenied") || code == "AccessDeniedException" ||
      code == "UnauthorizedOperation" || trouble_of(status, code) == trouble::clock ||
      code.find("Token") != std::string_view::npos ||
      code.find("UnrecognizedClient") != std::string_view::npos || code == "OptInRequired" || status == 403)
    return errc::denied;
  if (code.find("Validation") != std::string_view::npos ||
      code.find("InvalidParameter") != std::string_view::npos)
    return errc::invalid_argument;
  return errc::failed;
}

duration backoff(int attempt, double random) noexcept {
  const auto longest = std::min(20'000.0, 1000.0 * std::ldexp(1.0, std::clamp(attempt, 0, 10)));
  return duration{std::llround(std::clamp(random, 0.0, 1.0) * longest)};
}

int retry_quota::cost(trouble why) noexcept { return why == trouble::timeout ? 10 : 5; }

bool retry_quota::take(trouble why) noexcept {
  if (left_ < cost(why)) return false;
  left_ -= cost(why);
  return true;
}

void retry_quota::give_back(int taken) noexcept { left_ = std::min(full, left_ + std::max(taken, 1)); }

}  // namespace shipflow::aws
