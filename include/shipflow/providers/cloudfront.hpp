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
// Both are found again after a crash: invalidations by a caller reference made of the effect's key, with which CloudFront
// gives the same one back; the path by itself, and a change in between by the ETag of the configuration.
//
// Outputs: invalidate: {invalidation, paths: number of them, patterns, completed}; switch_origin: {origin_path, completed}.
//
// Observe answers {"distribution", "domain", "origin_path", "restores": {...}}.
//
// Not built: continuous deployment (a staging distribution with a share of viewers or a header), key-value stores.
//
// Calls are tried ten times where `aws_options::attempts` is the usual three: CloudFront refuses more often than others.
//
// Permissions: cloudfront CreateInvalidation, GetInvalidation, ListInvalidations, GetDistribution, GetDistributionConfig,
// UpdateDistribution.
//
// Sources: docs.aws.amazon.com, API reference of CloudFront 2020-05-31; DeveloperGuide: Invalidation.
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
