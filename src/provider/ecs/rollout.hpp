// Has a deployment come to its end, and to which? By the deployment's id, never by the task definition.
//
// The stock waiter is content when there is one deployment with enough tasks, and so is deceived by a circuit breaker that
// went back. Here the end is good only when the very deployment that was begun is the primary one and is completed.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <string>

namespace shipflow::ecs {

/// What is waited for; the handle of `started` answers is this value as JSON.
struct rollout {
  std::string cluster, service;
  std::string deployment;          ///< "ecs-svc/..."; empty: only the number of tasks changes
  std::string service_deployment;  ///< ARN, or empty where AWS does not say
  std::string definition;
  int desired = 0;
  time_point begun{};
  json::object outputs;
};
[[nodiscard]] json::object to_json(const rollout& r);
[[nodiscard]] result<rollout> rollout_from_json(const json::value& v);

struct verdict {
  enum class kind { going_on, done, failed } is = kind::going_on;
  int percent = -1;
  std::string text;
};

/// By DescribeServices. `failed_tasks`: so many end it; 0: half of the desired count, 3 to 200. What AWS has
/// not caught up with yet is going on, for a while. Pure.
[[nodiscard]] verdict judge(const rollout& r, const json::object& service, int failed_tasks, time_point now);
/// By DescribeServiceDeployments. Pure.
[[nodiscard]] verdict judge_service_deployment(const json::object& deployment);

}  // namespace shipflow::ecs
