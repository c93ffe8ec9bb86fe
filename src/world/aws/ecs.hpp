// Amazon ECS in memory and in virtual time: services, their deployments and tasks, as documented.
//
// A service holds deployments, the PRIMARY first. A rollout starts as many tasks of the new one as its maximum percent
// allows, and ends old ones as far as its minimum percent does. A task takes `starts` until it runs, then what its image
// takes until it is healthy; one that never is gets ended after `gives_up`. Tasks that end by themselves count as failed,
// and the circuit breaker (half of the desired count, 3..200) ends the rollout and, where it was asked to, goes back to
// the last deployment that was completed. What was just changed is read in its old state for `lag`.
//
// Source: docs.aws.amazon.com/AmazonECS/latest/developerguide: service-definition-parameters, deployment-circuit-breaker,
// service-deployment-states.
#pragma once

#include "world/aws/answers.hpp"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::cloud {

/// How containers of an image behave.
struct image_behaviour {
  std::optional<duration> ready = duration{3'000};  ///< from running to healthy; empty: never
  std::optional<duration> dies;                     ///< each ends by itself so long after it runs
  std::vector<std::string> says{};                  ///< lines of its log
  int exit_code = 0;                                ///< of one-off tasks, which last `lasts`
  duration lasts{4'000};
};

struct ecs_options {
  std::string region = "eu-central-1";
  std::string account = "123456789012";
  duration starts{2'000};
  duration drains{3'000};
  duration again{2'000};  ///< from a task that failed to the next
  duration gives_up{20'000};
  duration lag{1'000};
  std::function<image_behaviour(const std::string& image)> behaves;
};

struct task {
  enum class stage { pending, running, draining, stopped };
  std::string id, cluster, service, deployment, definition, image, started_by, reason, stop_code;
  std::string group;  ///< target group it registers in, where a service has two
  stage at = stage::pending;
  bool healthy = false;
  time_point created{}, runs{}, stopped{};
  std::optional<time_point> gets_healthy, ends;
  std::optional<int> exit_code;
  json::object overrides;
};

struct deployment {
  std::string id, status = "PRIMARY", definition, rollout = "IN_PROGRESS", why, service_deployment, group;
  time_point created{}, updated{};
  int failed = 0;
  bool goes_back = false;  ///< the circuit breaker made it
};

struct service_deployment {
  std::string arn, status = "IN_PROGRESS", why, definition;
  time_point created{}, finished{};
  int failures = 0, threshold = 3;
  std::string breaker = "MONITORING";
  // Blue-green, linear and canary (ecs_native.hpp).
  struct hook {
    std::string id, target, status;  ///< target: of a function
    time_point expires{};
    bool goes_on = false;  ///< when its time runs out
  };
  std::string strategy, stage, source, source_deployment;
  json::object configuration;
  std::vector<hook> hooks;
  int weight = 0;  ///< percent of the requests that the new tasks get
  std::optional<time_point> until{};
};

struct service {
  std::string cluster, name, definition, completed;  ///< completed: the last definition that was
  int desired = 0;
  json::object rest;  ///< loadBalancers, networkConfiguration, deploymentConfiguration ...
  std::vector<deployment> deployments;
  std::deque<json::object> events;  ///< newest first
  std::vector<service_deployment> history;
  std::optional<time_point> next_start;
  time_point stale_until{};
  json::object stale;
  bool stalled = false;    ///< nothing moves: for rehearsals
  std::string live_group;  ///< of two target groups, the one that gets the requests
};

class ecs {
 public:
  explicit ecs(ecs_options options) : options_(std::move(options)) {}

  /// A service with its tasks running and healthy; `definition` is what RegisterTaskDefinition takes.
  service& install(const std::string& cluster, const std::string& name, int desired,
                   const json::object& definition, json::object rest, time_point now);
  [[nodiscard]] reply ask(const std::string& operation, const json::object& input, time_point now);
  /// Lets happen what happens until `now`.
  void advance(time_point now);
  [[nodiscard]] std::optional<time_point> next_change() const;

  [[nodiscard]] service* find(const std::string& cluster, const std::string& name);
  [[nodiscard]] const std::vector<task>& tasks() const noexcept { return tasks_; }
  /// Tasks of a service that answer.
  [[nodiscard]] int healthy(const service& s) const;
  [[nodiscard]] std::string image_of(const std::string& definition) const;
  /// nullptr: there is none with that ARN.
  [[nodiscard]] const json::object* definition_of(const std::string& arn) const;
  /// What containers of an image write to their log.
  [[nodiscard]] std::vector<std::string> says(const std::string& image) const;
  /// Sets the weights of a rule, when a service's own deployment shifts its traffic. The load balancer's model puts
  /// itself here.
  std::function<void(const std::string& rule, const std::map<std::string, int>& weights)> route;
  /// Every task of the newest deployment ends now, and those that follow.
  bool break_newest(service& s, time_point now);
  /// Services whose tasks are in this target group.
  [[nodiscard]] std::vector<const service*> in_target_group(const std::string& arn) const;

 private:
  friend class ecs_rollout;
  friend class ecs_native;
  using handler = reply (ecs::*)(const json::object& input);
  [[nodiscard]] static const std::map<std::string, handler>& handlers();

  reply register_definition(const json::object& in);
  reply describe_definition(const json::object& in);
  reply deregister_definition(const json::object& in);
  reply list_definitions(const json::object& in);
  reply describe_services(const json::object& in);
  reply list_services(const json::object& in);
  reply update_service(const json::object& in);
  reply run_task(const json::object& in);
  reply describe_tasks(const json::object& in);
  reply list_tasks(const json::object& in);
  reply stop_task(const json::object& in);
  reply list_service_deployments(const json::object& in);
  reply describe_service_deployments(const json::object& in);
  reply continue_service_deployment(const json::object& in);
  reply stop_service_deployment(const json::object& in);
  /// The one that is under way with that ARN, looked at once more after `what`.
  reply to_deployment(const json::object& in,
                      const std::function<bool(service& s, service_deployment& h)>& what);

  [[nodiscard]] std::string arn(const std::string& what) const;
  [[nodiscard]] json::object* definition(const std::string& name);
  [[nodiscard]] json::object shown(const service& s) const;
  [[nodiscard]] json::object shown(const task& t) const;
  [[nodiscard]] boost::system::result<service*, refusal> named(const json::object& in,
                                                               const std::string& member);
  void say(service& s, const std::string& message);
  deployment& begin_deployment(service& s, const std::string& to, bool goes_back);
  std::string next_id();

  ecs_options options_;
  time_point now_{};
  std::uint64_t ids_ = 0;
  std::map<std::string, service> services_;                       ///< by "cluster/name"
  std::map<std::string, std::vector<json::object>> definitions_;  ///< by family, revision 1 first
  std::vector<task> tasks_;
  std::map<std::string, std::vector<std::string>> tokens_;  ///< task ids of RunTask by client token
};

/// `arn:.../x/y` or `y`: what stands after the last slash.
[[nodiscard]] std::string last_part(const std::string& arn);

}  // namespace shipflow::cloud
