// The `github` provider: what GitHub knows about a commit or a pull request, for checklists and gates. It reads
// and never writes.
//
//   checklists:
//     pre-deployment:
//       CI: [ { text: All checks are green, action: github.checks,
//               with: { repository: octo/shop, ref: "${release.commit}", token: "${GITHUB_TOKEN}" } } ]
//
//   checks        {repository, ref, [required], [token], [api_url]}
//     Waits until nothing is under way any more, then: the combined status of the commit is success or there is
//     none, every check run concluded with success, neutral or skipped, and every name of `required` (a context or
//     the name of a check run) is among them and succeeded. A commit that nothing has checked fails.
//     Outputs: text, passed (how many)
//   pull_request  {repository, number | commit, [merged], [approvals], [token], [api_url]}
//     The pull request of that number, or the one that brought the commit. `merged: true` (the usual) waits while it
//     is open and fails when it was closed; `approvals` (usually 1) are counted by each person's newest review,
//     and anybody whose newest review asks for changes fails it.
//     Outputs: text, number, approved_by
//
// `token` should be a secret variable; a private repository needs one that may read checks, commit statuses and
// pull requests. The step's timeout ends the waiting. A rate limit, a server error and a broken network are waited out
// until then; a wrong token, repository or ref fail at once.
//
// Source: docs.github.com/rest, API version 2022-11-28: commits/statuses, checks/runs, pulls/pulls, pulls/reviews.
#pragma once

#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

/// Any thread; it has a thread of its own for the network.
[[nodiscard]] std::shared_ptr<provider> make_github_provider();

}  // namespace v1
}  // namespace shipflow
