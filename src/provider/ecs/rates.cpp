#include "provider/ecs/rates.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace shipflow::ecs {
namespace {

constexpr double left_to_others = 0.8;

struct known_quota {
  std::string_view operation;
  quota is;
};
constexpr quota service_modify{"service modify", 50, 5};
constexpr quota service_read{"service read", 100, 20};
constexpr quota service_deployment{"service deployment", 50, 20};
constexpr quota definition_modify{"task definition modify", 20, 1};
constexpr quota definition_read{"task definition read", 50, 20};
constexpr quota resource_modify{"cluster resource modify", 100, 40};
constexpr quota resource_read{"cluster resource read", 100, 20};
constexpr quota balancer_read{"load balancer read", 40, 10};
constexpr quota others{"others", 40, 10};

constexpr std::array known{known_quota{"UpdateService", service_modify},
                           known_quota{"DescribeServices", service_read},
                           known_quota{"ListServices", service_read},
                           known_quota{"DescribeServiceDeployments", service_deployment},
                           known_quota{"ListServiceDeployments", service_deployment},
                           known_quota{"RegisterTaskDefinition", definition_modify},
                           known_quota{"DeregisterTaskDefinition", definition_modify},
                           known_quota{"DescribeTaskDefinition", definition_read},
                           known_quota{"ListTaskDefinitions", definition_read},
                           known_quota{"RunTask", resource_modify},
                           known_quota{"StopTask", resource_modify},
                           known_quota{"DescribeTasks", resource_read},
                           known_quota{"ListTasks", resource_read}};

}  // namespace

quota quota_of(std::string_view service, std::string_view operation) {
  const auto* found = std::find_if(known.begin(), known.end(),
                                   [&](const known_quota& k) { return k.operation == operation; });
  if (found != known.end()) return found->is;
  return service == "ELASTIC_LOAD_BALANCING_V2" && operation.starts_with("Describe") ? balancer_read : others;
}

double allowed_per_second(std::string_view service, std::string_view operation) {
  return quota_of(service, operation).per_second * left_to_others;
}

double bucket::filled(time_point now) const {
  if (at_ == time_point{} || now <= at_) return tokens_;
  const auto passed = static_cast<double>((now - at_).count()) / 1'000.0;
  return std::min(burst_, tokens_ + passed * per_second_);
}

time_point bucket::when(double tokens, time_point now) const {
  if (tokens >= 0) return now;
  return now + duration{static_cast<std::int64_t>(std::ceil(-tokens * 1'000.0 / per_second_))};
}

time_point bucket::take(time_point now) {
  tokens_ = filled(now) - 1;
  at_ = std::max(at_, now);
  return when(tokens_, now);
}

time_point bucket::ready(time_point now) const { return when(filled(now) - 1, now); }

bucket& rates::of(const std::string& region, std::string_view service, std::string_view operation) {
  const auto q = quota_of(service, operation);
  const bucket fresh(std::floor(q.burst * left_to_others), q.per_second * left_to_others);
  return buckets_.try_emplace({region, q.of}, fresh).first->second;
}

time_point rates::take(const std::string& region, std::string_view service, std::string_view operation,
                       time_point now) {
  const std::lock_guard guard(mutex_);
  return of(region, service, operation).take(now);
}

time_point rates::ready(const std::string& region, std::string_view service, std::string_view operation,
                        time_point now) {
  const std::lock_guard guard(mutex_);
  return of(region, service, operation).ready(now);
}

}  // namespace shipflow::ecs
