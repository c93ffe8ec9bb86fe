// The `ecs` provider: a component is a service of Amazon ECS, or two of them behind one load balancer.
//
// Binding, in an environments document
//
//   bind:
//     api:
//       provider: ecs
//       cluster: shop-production       # one service, deployed in place
//       service: shop-api
//       container: api                 # the one that gets the image; default: called like the service, or the only one
//
//     web:
//       provider: ecs                  # two services, one of them live
//       cluster: shop-production
//       container: web
//       blue_green:
//         by: service                  # or `cluster`: one `service` beside it, in two clusters
//         blue: shop-web-blue
//         green: shop-web-green
//         listener: arn:aws:elasticloadbalancing:...:listener/...     # its default action is weighted; or
//         rule: arn:aws:elasticloadbalancing:...:listener-rule/...    # that rule's is
//         target_groups: { blue: arn:..., green: arn:... }   # default: those that the services register in
//       instances: 3                   # of a launch; default: as many as the live service has
//       enough: 100                    # percent of the targets that must be healthy
//
//     shop:
//       provider: ecs                  # one service whose traffic ECS shifts itself
//       cluster: shop-production
//       service: shop
//       native:
//         strategy: canary             # or linear, or blue_green
//         percent: 10                  # of the first step; linear: of each; default 10
//         pause_minutes: 1440          # how long ECS waits for shipflow before it rolls back; default a day
//
//   and for all: region, endpoint_url, account (12 digits: with credentials of another account nothing is changed),
//   failed_tasks (so many end a rollout; default: half of the desired count, 3 to 200, as the circuit breaker does).
//
// Services, target groups and the forward to both groups exist already: infrastructure is not made here. A component
// that gets its requests through another one has `follows: { listener or rule, target_groups }` in blue_green: what is
// live there is live here. Without either the service that has tasks is live.
//
// Actions. "new" and "old" are the colours that were not live and live when the action's baseline was taken.
//
//   launch      {version, colour: next|blue|green, instances, image}
//                 Deploys to the service that gets no requests, and waits.
//   shift       {weight: 0..100, colour: new|old|blue|green}
//                 Gives that service a share of the requests, the other the rest. First checks that whoever gets
//                 requests has enough healthy targets, and that the weights are those this run found or set:
//                 otherwise `conflict`, with both. Changes nothing but the forward: authentication before it stays.
//   retire      {colour: old|new|blue|green}     scales the service that gets no requests to zero
//   replace     {version, instances, image}      deploys in place; the desired count is left to whoever scales
//   scale       {instances}                      of the live service
//   restart     {}                               forces a new deployment; not undone
//   maintenance {on: true|false, page}           503 from the load balancer, by a rule in front of what is there
//   run_task    {command, container, environment, task_definition}
//                 Runs once, in the network of the live service; the exit code must be 0. Not undone.
//
// `image` stands in the service's present task definition, everything else is copied as it is, members that this
// version does not know too. Without `image` it is the present one with the version as its tag. The new revision carries
// the tags `shipflow:effect`, by which it is found again after a crash, and `shipflow:version`. The listener or rule
// carries `shipflow:traffic`: who set the weights last, and to what.
//
// With `native` a component has launch, shift and retire as well, and the plan's stages answer the pauses of one ECS
// deployment: launch begins it and waits until the new tasks are healthy and it pauses before its first step; shift lets
// it go on until the new tasks have that share (ECS decides the steps: weights of the plan are those of the strategy,
// canary `percent` and 100, linear multiples of it; others are refused when the plan is compiled), retire lets it end,
// and is done when the service deployment is SUCCESSFUL. In between nothing goes on without shipflow. launch sets
// strategy, step and two pause hooks in the service's deploymentConfiguration and leaves the rest, hooks of functions
// too; retire takes the pauses out again and undo puts the configuration back. Undo answers the pause with ROLLBACK,
// stops the deployment with ROLLBACK between pauses, and deploys the former revision where ECS has finished. The service
// has advancedConfiguration (alternate target group, listener rule), is on nobody else's rule, and has no pause hook of
// its own. Observe has "served", the share of each revision, "former" and "configuration" there; the weights of shift's
// outputs are {"old", "new"}.
//
// Waiting goes by the id of the deployment that was begun. Done: this very deployment is the primary one, completed and
// alone, its tasks run, and their targets are healthy. Failed: it was replaced (a circuit breaker went back, or somebody
// deployed), ECS says so, or too many tasks failed; the answer holds what `diagnose` gathers: events, reasons of stopped
// tasks, exit codes, and the last 20 lines of each failed container that logs by awslogs with a stream prefix. Success
// that the service shows is believed when its service deployment is SUCCESSFUL.
//
// All waits of one provider object are asked about together: up to 10 services or 100 tasks of a cluster in one call, each
// every 1 to 1.5 seconds, so that an end is known within two. Every call counts against the rates that AWS documents for
// account and region, less a fifth for others; where that is not enough for so many, looks become rarer (15 seconds at
// most), at rollouts near their end less so. Earlier rollouts of a service tell how long the next one may take.
//
// Undo puts the recorded revision and count back, after checking that the revision is ACTIVE; weights after the same
// checks as above. `ready` makes these checks and touches nothing.
//
// Observe answers
//   {"live": "blue", "version": "1.4.0", "weights": {"blue": 100, "green": 0},
//    "services": {"blue": {"cluster", "service", "definition", "image", "version", "desired", "running", "deployment"}},
//    "restores": {...}}
// with "green" and "weights" where there are two; "maintenance" for that action.
//
// Outputs: launch, replace, retire, scale, restart: {colour, service, version, instances, task_definition};
// shift: {colour, version, weights}; maintenance: {on}; run_task: {task, exit_code, reason}.
//
// Not built, and refused by name: services of CodeDeploy or of external controllers. Without `native`, blue-green, canary
// and linear deployments of ECS are waited for by `replace`; their pause hooks are named and left to people.
//
// Permissions: ecs Describe*, List*, RegisterTaskDefinition, TagResource, UpdateService, ContinueServiceDeployment,
// StopServiceDeployment, RunTask, StopTask, iam:PassRole;
// elasticloadbalancing Describe*, ModifyListener, ModifyRule, AddTags, CreateRule, DeleteRule; logs:GetLogEvents;
// sts:GetCallerIdentity needs none. Where DescribeServiceDeployments is not allowed the services alone are looked at.
//
// Sources: docs.aws.amazon.com, API references of ECS and Elastic Load Balancing v2; deployment-circuit-breaker; request
// throttling of both.
#pragma once

#include <shipflow/aws.hpp>
#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

struct ecs_options {
  aws_options aws;
  /// Calls that are worked on at the same time. 1..64.
  int threads = 4;
};

/// Threads of its own, which answer; they begin with the first call. The destructor cancels what is under way and
/// joins; calls that have not begun are answered `unknown`.
[[nodiscard]] std::shared_ptr<provider> make_ecs_provider(ecs_options options);

}  // namespace v1
}  // namespace shipflow
