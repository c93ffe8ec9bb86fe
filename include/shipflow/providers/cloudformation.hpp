// The `cloudformation` provider: stacks, changed by change sets, in order, and taken back by their former templates.
//
// Binding, in an environments document
//
//   bind:
//     infrastructure:
//       provider: cloudformation
//       capabilities: [CAPABILITY_NAMED_IAM]
//       role: arn:aws:iam::123456789012:role/deploy    # what CloudFormation itself acts as; default: the credentials
//       region, endpoint_url, account                  # account: 12 digits, with another one's credentials nothing changes
//
// Actions
//
//   deploy {stack, template, parameters}
//       `template` is a file (of at most 51,200 bytes) or the https URL of one in S3. Parameters that the template has and
//       the step does not give stay as they are. A change set whose name is made of the effect's key, so that after a
//       crash the same is found again; without changes the stack is done; otherwise it is executed and waited for. A stack
//       that does not exist is created. One that others are changing is waited for.
//       Failed: CloudFormation took it back, or could not; the answer names the first resource that failed and why, and
//       holds the events. Who cancels while a stack is updated has it taken back by CloudFormation.
//       Undo: the former template and parameters, as a change set too; a stack that was not there is deleted. Values of
//       NoEcho parameters stay as they are. A former template of more than 51,200 bytes is not recorded: `ready` says so,
//       and undo is refused. Stacks in order are steps that need each other.
//   deploy_assembly {assembly, only}
//       The same for the stacks of a folder that `cdk synth` left (`cdk.out`), with its templates and parameters, in the
//       order of their dependencies, and back in reverse order; `only`: names of those. Assets must be published already
//       (`cdk-assets publish`); a template that is too large for a request is named by its place in S3. One such step per
//       component.
//   continue_rollback {stack, skip}
//       For a stack in UPDATE_ROLLBACK_FAILED, and only then: takes it back further, without the resources in `skip`, and
//       waits. Never done unless a plan or a person asks for it. Not undone.
//
// A stack in ROLLBACK_COMPLETE, ROLLBACK_FAILED or UPDATE_ROLLBACK_FAILED is not changed: the answer says what to do.
//
// Outputs: deploy, deploy_assembly: {changed: [names], outputs: {stack: {key: value}}}; continue_rollback: {stack, status}.
// Observe answers {"stacks": {name: {"exists", "template", "template_bytes", "parameters"}}, "restores": {...}}.
//
// Not built: publishing assets, nested stacks as units of their own, stack sets, drift.
//
// Permissions: cloudformation CreateChangeSet, DescribeChangeSet, ExecuteChangeSet, DeleteChangeSet, DescribeStacks,
// DescribeStackEvents, GetTemplate, GetTemplateSummary, CancelUpdateStack, ContinueUpdateRollback, DeleteStack; iam:PassRole with `role`.
//
// Sources: docs.aws.amazon.com, API reference of CloudFormation 2010-05-15; UserGuide: using-cfn-updating-stacks-changesets;
// the cloud assembly's manifest.json as the CDK documents it.
#pragma once

#include <shipflow/aws.hpp>
#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

struct cloudformation_options {
  aws_options aws;  ///< `aws.file` reads templates and assemblies too
  /// Calls that are worked on at the same time. 1..64.
  int threads = 2;
};

/// Threads of its own, which answer; they begin with the first call. The destructor cancels what is under way and
/// joins; calls that have not begun are answered `unknown`.
[[nodiscard]] std::shared_ptr<provider> make_cloudformation_provider(cloudformation_options options);

}  // namespace v1
}  // namespace shipflow
