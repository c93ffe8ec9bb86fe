#include "provider/ecs/model_cloud.hpp"

#include "aws/model_desk.hpp"
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"
#include "provider/ecs/paced.hpp"

namespace shipflow::ecs {

/// What a call would change, to be compared before and after.
std::string model_cloud::mark(const std::string& operation, const json::object& input) {
  if (operation == "UpdateService") {
    const auto* s = services.find(members::text(input, "cluster"), members::text(input, "service"));
    return s == nullptr ? std::string{}
                        : s->deployments.front().id + " " + s->definition + " " + std::to_string(s->desired);
  }
  if (operation == "ContinueServiceDeployment" || operation == "StopServiceDeployment") {
    const auto seen = services.ask(
        "DescribeServiceDeployments",
        {{"serviceDeploymentArns", json::array{members::text(input, "serviceDeploymentArn")}}}, now());
    return seen ? json::serialize(*seen) : std::string{};
  }
  if (operation == "RunTask") return std::to_string(services.tasks().size());
  std::string out;
  if (operation == "ModifyListener" || operation == "ModifyRule")
    for (const auto& [group, weight] :
         balancer.weights(members::text(input, operation == "ModifyRule" ? "RuleArn" : "ListenerArn")))
      out += group + "=" + std::to_string(weight) + " ";
  return out;
}

shipflow::cloud::reply model_cloud::carry_out(const aws::service& of, const std::string& operation,
                                              const json::object& input) {
  if (of.id == aws::elbv2.id) return balancer.ask(operation, input, now());
  if (of.id == aws::ecs.id) return services.ask(operation, input, now());
  if (of.id == aws::logs.id) return logs.ask(operation, input);
  return shipflow::cloud::refused("UnknownOperationException", operation + " is not modelled");
}

aws::outcome model_cloud::ask(const request& q, const aws::destination& where, const aws::service& of,
                              const std::string& operation, json::object input, again /*may*/) {
  // Time does not pass in a call, so a token that is not there yet is owed.
  static_cast<void>(rates_.take(region_of(where), of.id, operation, now()));
  if (on_call) on_call(operation);
  services.advance(now());
  const auto before = mark(operation, input);
  const bool balanced = of.id == aws::elbv2.id;
  const auto said = carry_out(of, operation, input);
  if (!said) return aws::refused(of, operation, said.error().code, said.error().message);
  const bool rule = operation == "CreateRule" || operation == "DeleteRule";
  if (rule || before != mark(operation, input)) {
    changed_ = true;
    where_->about_to(q);
    // Several steps of a deployment may be one shift; a pause is never answered twice.
    const auto direction = q.effect_key + (q.what == verb::undo ? " undo" : "");
    const bool again_let_on =
        operation == "ContinueServiceDeployment" && !let_go_on_.insert(direction).second;
    if (!again_let_on) where_->carried_out(q, aws::class_of(action_specs(), q.action), q.what == verb::undo);
  }
  if (balanced) return members::as_object(aws::as_texts(*said));
  return *said;
}

}  // namespace shipflow::ecs
