// The model of AWS as the cloud of the provider's code.
#pragma once

#include "provider/ecs/rates.hpp"
#include "provider/ecs/session.hpp"
#include "world/aws/elb.hpp"
#include "world/aws/logs.hpp"

#include <shipflow/world.hpp>

#include <memory>
#include <set>
#include <string>

namespace shipflow::ecs {

class model_cloud final : public cloud {
 public:
  model_cloud(std::shared_ptr<world> where, shipflow::cloud::ecs_options options)
      : where_(std::move(where)),
        account_(options.account),
        services(std::move(options)),
        balancer(services),
        logs(services) {}

  aws::outcome ask(const request& q, const aws::destination& where, const aws::service& of,
                   const std::string& operation, json::object input, again may) override;
  [[nodiscard]] time_point now() override { return where_->time().now(); }
  result<std::string> account(const request& /*q*/, const aws::destination& /*where*/) override {
    return account_;
  }
  [[nodiscard]] rates& pace() noexcept { return rates_; }
  /// Something was changed by the last calls.
  [[nodiscard]] bool changed() { return std::exchange(changed_, false); }

 private:
  [[nodiscard]] shipflow::cloud::reply carry_out(const aws::service& of, const std::string& operation,
                                                 const json::object& input);
  [[nodiscard]] std::string mark(const std::string& operation, const json::object& input);

  std::shared_ptr<world> where_;
  std::string account_;
  bool changed_ = false;
  std::set<std::string> let_go_on_;  ///< keys of effects for which a deployment was continued
  rates rates_;

 public:
  std::function<void(const std::string& operation)> on_call;
  shipflow::cloud::ecs services;
  shipflow::cloud::elb balancer;
  shipflow::cloud::logs logs;
};

}  // namespace shipflow::ecs
