// Elastic Load Balancing v2 in memory: listeners, rules, weighted forwards and the health of targets.
//
// Targets are the tasks of the services that name a target group. Modify calls replace the whole list of actions, a
// forward to one group comes back in both of its forms, and a group nobody forwards to has `unused` targets.
//
// Source: docs.aws.amazon.com/elasticloadbalancing/latest/APIReference.
#pragma once

#include "world/aws/ecs.hpp"

#include <map>
#include <string>
#include <vector>

namespace shipflow::cloud {

class elb {
 public:
  /// Deployments of services set its weights from now on.
  explicit elb(ecs& tasks);
  elb(const elb&) = delete;
  elb& operator=(const elb&) = delete;

  /// A listener whose default action forwards to target groups by weight.
  void install(const std::string& listener, const std::vector<std::pair<std::string, int>>& forward);
  /// A rule of the listener in its ARN, at priority 10.
  void install_rule(const std::string& rule, const std::vector<std::pair<std::string, int>>& forward);
  [[nodiscard]] reply ask(const std::string& operation, const json::object& input, time_point now);
  /// Target group -> weight, of a listener or rule.
  [[nodiscard]] std::map<std::string, int> weights(const std::string& arn) const;
  /// Somebody sets them by hand.
  void set_weights(const std::string& arn, const std::map<std::string, int>& to);
  /// Requests get a fixed answer: of some rule in front of the listener's default.
  [[nodiscard]] bool answers_itself(const std::string& listener) const;
  /// Calls so far that changed actions, or made or deleted a rule.
  [[nodiscard]] int changes() const noexcept { return changes_; }
  /// Actions of the rule that a request meets: the first by priority whose conditions on host and path hold, else the
  /// listener's own. Empty: there is no such listener.
  [[nodiscard]] json::array actions_for(const std::string& listener, const std::string& host,
                                        const std::string& path) const;

 private:
  struct rule {
    std::string arn, listener, priority;
    json::array conditions, actions;
  };
  using handler = reply (elb::*)(const json::object& input);
  [[nodiscard]] static const std::map<std::string, handler>& handlers();
  reply describe_listeners(const json::object& in);
  reply modify_listener(const json::object& in);
  reply describe_rules(const json::object& in);
  reply modify_rule(const json::object& in);
  reply create_rule(const json::object& in);
  reply delete_rule(const json::object& in);
  reply describe_target_groups(const json::object& in);
  reply describe_target_health(const json::object& in);
  reply describe_tags(const json::object& in);
  reply add_tags(const json::object& in);
  reply remove_tags(const json::object& in);

  [[nodiscard]] boost::system::result<json::array, refusal> checked(const json::array& actions) const;
  [[nodiscard]] const json::array* actions_of(const std::string& arn) const;
  [[nodiscard]] json::object shown(const rule& r) const;
  [[nodiscard]] bool forwarded_to(const std::string& group) const;

  const ecs& ecs_;
  std::map<std::string, json::array> listeners_;
  std::vector<rule> rules_;
  std::map<std::string, std::map<std::string, std::string>> tags_;
  std::uint64_t ids_ = 0;
  int changes_ = 0;
};

}  // namespace shipflow::cloud
