// Requests that really flow: a port per listener, a small server per running task, and the listener's rules, weights and
// the health of targets in between, as an Application Load Balancer does it.
//
// A group is drawn by weight in turn, so that of 100 requests at 90 to 10 exactly 90 and 10 arrive; its targets take
// turns. Targets that drain get nothing new. Without a healthy target all of the group's get requests (fail open), without
// any the balancer says 503. A task answers {"version", "task"}; while it is not healthy, 503, and images tagged `bad` answer
// 500 to all who do not ask how they are (paths with `health`). What came through is counted in the model of CloudWatch, per balancer and per target group.
//
// Callers in a time of their own (double.hpp, speed 0) say it in the header X-Now, in milliseconds.
//
// Source: docs.aws.amazon.com/elasticloadbalancing/latest/application: target groups (routing algorithms, fail open),
// load-balancer-cloudwatch-metrics.
#pragma once

#include "double.hpp"
#include "tiny_server.hpp"

#include <memory>

namespace tests {

class flow {
 public:
  explicit flow(aws_double& of);
  ~flow();
  flow(const flow&) = delete;
  flow& operator=(const flow&) = delete;

  /// Where the listener answers; opens its port. Any host name and path may be asked for.
  [[nodiscard]] std::string url(const std::string& listener);
  [[nodiscard]] std::uint16_t port(const std::string& listener);
  /// Requests that tasks were given, by the task definition they run.
  [[nodiscard]] std::map<std::string, int> given();

 private:
  struct running;
  /// What becomes of a request: an answer of the balancer's own, or a task.
  struct way {
    int status = 503;
    std::string type = "text/plain", body, group, task, definition, image;
    bool healthy = false;
  };
  std::string pass(const std::string& listener, const message& m);
  [[nodiscard]] way find(const std::string& listener, const message& m);
  void choose(way& out, const std::string& group, const shipflow::cloud::ecs& services);
  [[nodiscard]] tiny_client::answer ask(const way& to, const message& m);
  void count(const std::string& listener, const way& to, int status, double seconds);

  aws_double& double_;
  std::mutex mutex_;
  std::map<std::string, std::map<std::string, int>> credit_;  ///< by listener and group
  std::map<std::string, std::size_t> turn_;                   ///< by group
  std::map<std::string, std::unique_ptr<running>> tasks_;
  std::map<std::string, int> given_;
  std::map<std::string, std::unique_ptr<tiny_server>> listeners_;
};

}  // namespace tests
