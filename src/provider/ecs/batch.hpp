// One call's answers, kept for those who would each have asked for a part of them.
#pragma once

#include "provider/ecs/session.hpp"

#include <map>
#include <set>
#include <string>

namespace shipflow::ecs {

/// A cloud in which some services, tasks, service deployments and target groups have been looked at already. Lives for
/// the answers to one batch.
class batch final : public cloud {
 public:
  explicit batch(cloud& on) : on_(on) {}

  /// Asks about all of them in one call: DescribeServices, DescribeTasks, or DescribeServiceDeployments, which needs no
  /// cluster. No more names than it takes.
  void look_at(const request& q, const aws::destination& where, const std::string& operation,
               const std::string& cluster, const std::set<std::string>& names);

  aws::outcome ask(const request& q, const aws::destination& where, const aws::service& of,
                   const std::string& operation, json::object input, again may) override;
  [[nodiscard]] time_point now() override { return on_.now(); }
  result<std::string> account(const request& q, const aws::destination& where) override {
    return on_.account(q, where);
  }

 private:
  cloud& on_;
  std::map<std::string, aws::outcome> known_;  ///< by operation and name
};

}  // namespace shipflow::ecs
