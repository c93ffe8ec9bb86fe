// How often AWS may be asked: a token bucket per kind of operation and region, as AWS itself counts.
//
// The quotas are those of docs.aws.amazon.com (AmazonECS developer guide, request throttling; Elastic Load Balancing
// user guide, API throttling), less a fifth that is left to consoles, scalers and scripts of the same account.
#pragma once

#include <shipflow/time.hpp>

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace shipflow::ecs {

struct quota {
  std::string_view of;  ///< operations that share it
  double burst = 0;
  double per_second = 0;
};
/// Of an operation of ECS or Elastic Load Balancing; what is unknown counts like the dearest reads.
[[nodiscard]] quota quota_of(std::string_view service, std::string_view operation);

/// Calls a second that are asked for in the long run.
[[nodiscard]] double allowed_per_second(std::string_view service, std::string_view operation);

/// Tokens come at a rate and are taken one by one; who finds none waits for his.
class bucket {
 public:
  bucket(double burst, double per_second) : burst_(burst), per_second_(per_second), tokens_(burst) {}
  /// Takes one: from when on the call may be made.
  [[nodiscard]] time_point take(time_point now);
  /// When one will be there, if nobody else takes it.
  [[nodiscard]] time_point ready(time_point now) const;

 private:
  [[nodiscard]] double filled(time_point now) const;
  [[nodiscard]] time_point when(double tokens, time_point now) const;

  double burst_, per_second_, tokens_;
  time_point at_{};
};

/// Buckets of all that one provider asks. Used by several threads.
class rates {
 public:
  [[nodiscard]] time_point take(const std::string& region, std::string_view service,
                                std::string_view operation, time_point now);
  [[nodiscard]] time_point ready(const std::string& region, std::string_view service,
                                 std::string_view operation, time_point now);

 private:
  bucket& of(const std::string& region, std::string_view service, std::string_view operation);

  std::mutex mutex_;
  std::map<std::pair<std::string, std::string_view>, bucket> buckets_;
};

}  // namespace shipflow::ecs
