// The `cloudfront` provider: what viewers of a site get from Amazon CloudFront's caches, and from which release of it.
//
// Binding, in an environments document
//
//   bind:
//     cdn:
//       provider: cloudfront
//       distribution: E2EXAMPLE1AB      # its id
//       origin: site                    # id of the origin whose path is switched; default: the only one
//       region, endpoint_url, account   # account: 12 digits, with credentials of another account nothing is changed
//       canary:                         # a release is tried on a share of the viewers; {} will do
//         releases: "/releases/${version}"   # where the origin has a release; this is the default
//         staging: E3STAGING                 # default: that of the distribution's policy, else one is made
//         stay: { idle: 5m, most: 1h }       # so long a viewer stays with what they got, 5m to 1h; default: not at all
//
// Actions
//
//   invalidate    {paths, variants, most_paths, way, within}
//       What is cached of those paths is asked for again. `paths`: names of files, from a slash on or not, and patterns that
//       end in `*`; they are percent encoded here. With `variants` (default true) "/x/index.html" is "/x/" and "/x" too.
//       More than `most_paths` (default 1,000: so many are free each month) or than 15 patterns are collapsed to the deepest
//       common directories that keep within both, at last to "/*". Done when CloudFront says that it is completed. When that
//       takes longer than `within` (default 15m) it is done all the same, with `completed: false`: edges that are slow keep
//       no release up. While too many are in progress it is waited for. Undo invalidates the same paths again, since what
//       is put back has to be seen too. What comes last on the way there is put back first, so a plan has a step with
//       `way: back` before what viewers see is changed, and one with `way: there` after it: the cache is then cleared once
//       on each way, at its end. Default: both.
//   switch_origin {path, invalidate, within}
//       Sets the path in front of the origin's keys, "/releases/1.5.0", or "" for none, and nothing else of the
//       distribution; waits until it is deployed, then invalidates `invalidate` (default "/*"; [] for nothing). A path that
//       this run neither found nor set is `conflict`. Undo puts the path back that was there, and invalidates again.
//       `ready` says whether it could.
//
// With `canary` the distribution goes with plans' `canary: { component: cdn, steps: [{ weight: 5, bake: 10m }] }`, by
// CloudFront's continuous deployment:
//
//   launch {version, path, within}
//       Makes the staging distribution serve the release, and nobody gets it yet. `path`: default by `canary.releases`. A
//       staging distribution that is not there is copied from this one, a policy that is not there is made and attached;
//       both stay for the next release, also when this one is taken back (an account may have 20 of each).
//       Origins, behaviours, error responses, restrictions, root object, logging and comment of the staging distribution
//       become those of this one, so that nothing but the path is tried; all else of it stays as it is. Waits until all is
//       deployed, and invalidates what the staging distribution has cached. A canary that goes on is `conflict`. Undo
//       puts the staging distribution's path back, to that of this one if it was made by the launch.
//   shift {weight or header, path, within}
//       `weight`: 0 to 15 percent of the viewers get what the staging distribution serves; CloudFront gives no more, and may
//       give none while it is very busy itself; others are refused when a plan is compiled. 100: the staging configuration
//       is promoted to this distribution, which switches the policy off, and "/*" is invalidated, since the two share no
//       cache. `header: {name, value}` in its place: those get it who send that; the name begins "aws-cf-cd-". `path`: what
//       the staging distribution has to serve, else it is `conflict`; strategies hand launch's on. `conflict` too: a share,
//       or a path, that this run neither found nor set; a canary that somebody switched off; and, at 100, settings that were
//       changed since the launch and that the promotion would undo, by name. Undo switches the policy off first, then puts
//       the path back and invalidates where all viewers had it. `ready` says whether it could.
//   retire {}
//       Checks that no viewer gets another release any more, and changes nothing.
//
// Refused before anything is changed: a distribution with HTTP/3 or of tenants, a staging distribution in the place of the
// one it belongs to, a policy for another staging distribution than `staging`, and other weights. While a policy is
// attached CloudFront refuses changes of, among others, certificates and web ACLs. An origin that admits distributions by
// their ids (origin access control) has to admit the staging distribution too.
//
// A canary by path, with a cache behaviour of its own, is not built: behaviours and origins beyond the one that is switched
// are infrastructure, and the header does the same for testers without a change of what others are served.
//
// They are found again after a crash: invalidations by a caller reference made of the effect's key, with which CloudFront
// gives the same one back; paths and shares by themselves; staging distribution and policy by the reference they were made
// with; and a change in between by the ETags.
//
// Outputs: invalidate: {invalidation, paths: number of them, patterns, completed}; switch_origin: {origin_path, completed};
// launch: {staging, version, path}; shift: {weights: {old, new}, header, version, path, completed}; retire: {version, path}.
//
// Observe answers {"distribution", "domain", "origin_path", "restores": {...}}; launch: "version" and "staging" too; shift:
// "staging" and "weights" in the place of "domain".
//
// Not built: key-value stores; staging distributions and policies are not deleted.
//
// Calls are tried ten times where `aws_options::attempts` is the usual three: CloudFront refuses more often than others.
//
// Permissions: cloudfront CreateInvalidation, GetInvalidation, ListInvalidations, GetDistribution, GetDistributionConfig,
// UpdateDistribution; with `canary` ListDistributions, CopyDistribution, CreateDistribution,
// Create-, Get-, List- and UpdateContinuousDeploymentPolicy.
//
// Sources: docs.aws.amazon.com, API reference of CloudFront 2020-05-31; DeveloperGuide: Invalidation, continuous
// deployment with its quotas and considerations.
#pragma once

#include <shipflow/aws.hpp>
#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

struct cloudfront_options {
  aws_options aws;
  /// Calls that are worked on at the same time. 1..64.
  int threads = 2;
};

/// Threads of its own, which answer; they begin with the first call. The destructor cancels what is under way and
/// joins; calls that have not begun are answered `unknown`.
[[nodiscard]] std::shared_ptr<provider> make_cloudfront_provider(cloudfront_options options);

}  // namespace v1
}  // namespace shipflow
