// The `cloudformation` provider: stacks, changed by change sets, in order, and taken back by their former templates.
//
// Binding, in an environments document
//
//   bind:
//     infrastructure:
//       provider: cloudformation
//       capabilities: [CAPABILITY_NAMED_IAM]
//       role: arn:aws:iam::123456789012:role/deploy    # what CloudFormation itself acts as; default: the credentials;
//                                                      # `assembly`: the execution role that an assembly names for each stack
//       bucket: shop-templates                         # of S3, for templates of more than 51,200 bytes; needs `region`
//       region, endpoint_url, account                  # account: 12 digits, with another one's credentials nothing changes
//
// Actions
//
//   deploy {stack, template, parameters, allow}
//       `template` is a file or the https URL of one in S3. A file of more than 51,200 bytes (and at most 1,048,576) goes by
//       way of `bucket`, as shipflow/templates/<sha256>.template. Parameters that the template has and
//       the step does not give stay as they are. A change set whose name is made of the effect's key, so that after a
//       crash the same is found again; without changes the stack is done; otherwise it is executed and waited for. A stack
//       that does not exist is created. One that others are changing is waited for.
//       A change set that would replace resources (`Replacement` True) or delete some is dropped, and the step is `denied` with
//       their names, unless `allow` is a list with `replace` or `delete`. What the template retains counts as kept. Nested
//       stacks are not looked into for that. The way back needs no such word.
//       Failed: CloudFormation took it back, or could not; the answer names the first resource that failed and why, in nested
//       stacks too (`Nested > Service (AWS::ECS::Service): ...`), and holds the events. Who cancels while a stack is updated has
//       it taken back by CloudFormation.
//       Undo: the former template and parameters, as a change set too; a stack that was not there is deleted, unless it is
//       protected from deletion: `ready` says so. Values of NoEcho parameters stay as they are. A former template of more than
//       51,200 bytes is put into `bucket` before anything is changed; without a bucket it is not recorded: `ready` says so,
//       and undo is refused. Stacks in order are steps that need each other.
//   deploy_assembly {assembly, only, allow}
//       The same for the stacks of a folder that `cdk synth` left (`cdk.out`, or one of its `assembly-*`), with its templates and
//       parameters, in the order of their dependencies, each in its region, and back in reverse order; `only`: names of those.
//       Stacks that are for another account than the credentials', or than the binding's, or for another region than the
//       binding's, are refused. What an assembly leaves open (unknown account or region) is as the binding says. One such step
//       per component.
//       Before the first stack the file assets that the stacks need are published, as their manifests say (X.assets.json):
//       folders as archives that are the same bytes for the same files (at most 65,535 files, 4 GiB), four at a time, in parts
//       of 16 MiB. An object that is there is left as it is. A manifest's role is assumed; where that is refused and the
//       credentials are of its account, they are used themselves. The bucket must belong to the account. Undo leaves assets.
//       Image assets must be in ECR already: they are looked for and not built. Assets that a program makes are refused.
//   continue_rollback {stack, skip}
//       For a stack in UPDATE_ROLLBACK_FAILED, and only then: takes it back further, without the resources in `skip`, and
//       waits. Never done unless a plan or a person asks for it. Not undone.
//
// A stack in ROLLBACK_COMPLETE, ROLLBACK_FAILED or UPDATE_ROLLBACK_FAILED is not changed: the answer says what to do.
//
// Outputs: deploy, deploy_assembly: {changed: [names], outputs: {stack: {key: value}}}; continue_rollback: {stack, status}.
// Observe answers {"stacks": {name: {"exists", "template", "template_bytes", "parameters"}}, "restores": {...}}.
//
// Not built: building images of assets, assets of the CDK's legacy synthesiser (parameters of a stack), an assembly's deploy
// roles and termination protection, stack sets, drift.
//
// Permissions: s3 GetObject, PutObject, ListBucket of assets, or sts:AssumeRole of their roles; ecr:DescribeImages;
// cloudformation CreateChangeSet, DescribeChangeSet, ExecuteChangeSet, DeleteChangeSet, DescribeStacks,
// DescribeStackEvents, GetTemplate, GetTemplateSummary, CancelUpdateStack, ContinueUpdateRollback, DeleteStack; iam:PassRole with `role`.
//
// Sources: docs.aws.amazon.com, API reference of CloudFormation 2010-05-15; UserGuide: using-cfn-updating-stacks-changesets;
// the cloud assembly's manifest.json and manifests of assets as the CDK documents them (cloud-assembly-schema).
#pragma once

#include <shipflow/aws.hpp>
#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

struct cloudformation_options {
  aws_options aws;  ///< `aws.file` reads templates and assemblies too; assets are read from the disk
  /// Calls that are worked on at the same time. 1..64.
  int threads = 2;
};

/// Threads of its own, which answer; they begin with the first call. The destructor cancels what is under way and
/// joins; calls that have not begun are answered `unknown`.
[[nodiscard]] std::shared_ptr<provider> make_cloudformation_provider(cloudformation_options options);

}  // namespace v1
}  // namespace shipflow
