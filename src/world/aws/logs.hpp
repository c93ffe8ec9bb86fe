// CloudWatch Logs in memory: what containers write by the log driver awslogs.
//
// Streams are called prefix/container/task, as the driver calls them, and hold what the container's image says, from the
// moment that its task runs.
//
// Source: API reference of CloudWatch Logs, GetLogEvents; AmazonECS developer guide, using_awslogs.
#pragma once

#include "world/aws/ecs.hpp"

namespace shipflow::cloud {

class logs {
 public:
  explicit logs(const ecs& tasks) : ecs_(tasks) {}
  [[nodiscard]] reply ask(const std::string& operation, const json::object& input) const;
  /// Nobody may read.
  bool denied = false;

 private:
  [[nodiscard]] reply get_log_events(const json::object& in) const;

  const ecs& ecs_;
};

}  // namespace shipflow::cloud
