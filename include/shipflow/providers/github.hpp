// The `github` provider: what GitHub knows about a commit or a pull request, for checklists and gates, and work that is
// handed over to GitHub Actions.
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
//   workflow_dispatch    {repository, workflow, ref, [inputs], [wait], [accept], [key_input], [token], [api_url]}
//     Starts `workflow` (file name or number) on the branch or tag `ref`, and waits for the end of its run.
//   repository_dispatch  {repository, event_type, [client_payload], [workflow], [wait], [accept], [key_input], [token],
//                        [api_url]}
//     Sends the event, and waits for the end of the run of `workflow` that it starts.
//     Both: `accept` lists the conclusions that are good (usually success alone); any other fails the step and names the
//     jobs and steps that failed. `wait: false` goes on as soon as GitHub took the event; `workflow` may then be left out.
//     Outputs: text, run_id (null while it is not known), url, conclusion
//
// A dispatch is never sent twice: with the event goes a key, as input or member of the payload `key_input` (usually
// `shipflow_key`), and after a crash or an unclear answer the run is looked for by it. So the workflow has to show it:
//
//   run-name: Deploy ${{ inputs.shipflow_key }}                       # or ${{ github.event.client_payload.shipflow_key }}
//   on: { workflow_dispatch: { inputs: { shipflow_key: { type: string, required: true } } } }
//
// A workflow that does not declare the input is refused by GitHub; a run that does not show the key is cancelled and the
// step fails. The run's number comes with the answer where GitHub gives it (`return_run_details`), and else from the list
// of runs. A run takes a while to get there: for two minutes after an unclear call nobody dispatches again, and a list that
// shows it later than that would mean a second run. What is stopped (abort, cancel, timeout) cancels the run on GitHub. Nothing
// is put back by a rollback: what the workflow did is undone by a step of its own.
//
// `token` should be a secret variable; a private repository needs one that may read checks, commit statuses and
// pull requests, workflow_dispatch needs Actions: write, repository_dispatch Contents: write (and Actions: write to wait).
// The step's timeout ends the waiting. A rate limit, a server error and a broken network are waited out until then; a wrong
// token, repository or ref fail at once. A dispatch that meets a rate limit was not made: it is tried again by the step's
// `retry`, not before GitHub allows it.
//
// Source: docs.github.com/rest, API version 2022-11-28: commits/statuses, checks/runs, pulls/pulls, pulls/reviews,
// actions/workflows (create a workflow dispatch event), actions/workflow-runs, actions/workflow-jobs, repos/repos (create a
// repository dispatch event).
#pragma once

#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

/// Any thread; it has a thread of its own for the network.
[[nodiscard]] std::shared_ptr<provider> make_github_provider();

}  // namespace v1
}  // namespace shipflow
