// The `aws` provider: what AWS says about an account, an image and alarms, for prerequisites, checklists and gates; and tags
// of images. `${...}` of a plan work as everywhere.
//
//   steps:
//     - { id: who,    action: aws.identity, with: { account: "123456789012", role: deploy } }
//     - { id: quiet,  action: aws.alarms,   with: { names: [api-5xx, api-latency] } }
//     - { id: pin,    action: aws.image,    with: { image: "${release.image}" } }
//     - { id: deploy, action: api.deploy,   needs: [who, quiet, pin], with: { image: "${steps.pin.image}" } }
//     - { id: mark,   action: aws.retag,    needs: [deploy], with: { image: "${steps.pin.image}", as: production } }
//
// An environment may bind a component to it with `region`, `endpoint_url` and `account` (12 digits: nothing is changed with
// credentials of another one); without one everything is as the process environment says, see aws.hpp.
//
//   identity  {[account], [role]}
//       The credentials are valid, of that account, and of that role or user (the name, without path).
//       Outputs: account, arn
//   alarms    {names | prefix, [insufficient: ok | failed]}
//       Every alarm of CloudWatch with one of these names, or whose name begins so, is OK. One in ALARM fails it, as does one
//       without enough data unless `insufficient: ok`, one that is not there, and a prefix that no alarm has. Metric and
//       composite alarms. Outputs: alarms (their names). To watch alarms while a release is under way: the probe of
//       providers/aws_probes.hpp.
//   image     {image}
//       An image of ECR is there: ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY, then :TAG or @sha256:DIGEST, without
//       either `latest`. Region and registry are those of the name. Outputs: image (the same by its digest, which nobody can
//       move to something else), digest, pushed_at
//   retag     {image, as}
//       Gives the image the tag `as` too, by copying its manifest; its layers are untouched. Nothing is done when it has it
//       already. A repository whose tags cannot be changed refuses to move one: `conflict`. It is not undone: deploy by
//       digest, then a tag is a note. Outputs: image (by digest), digest
//
// Permissions: sts:GetCallerIdentity (everybody has it), cloudwatch:DescribeAlarms, ecr:DescribeImages; for retag
// ecr:BatchGetImage and ecr:PutImage.
//
// Sources: docs.aws.amazon.com, API references of STS, CloudWatch and ECR.
#pragma once

#include <shipflow/aws.hpp>
#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

struct aws_provider_options {
  aws_options aws;
  /// Calls that are worked on at the same time. 1..64.
  int threads = 2;
};

/// Threads of its own, which answer; they begin with the first call. The destructor cancels what is under way and joins.
[[nodiscard]] std::shared_ptr<provider> make_aws_provider(aws_provider_options options);

}  // namespace v1
}  // namespace shipflow
