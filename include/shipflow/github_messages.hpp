// Messages that start workflows of GitHub Actions (see message.hpp for what messages are): the documentation that is built
// when a release is out, the repository that follows another one.
//
//   channels:
//     notes: { github: octo/notes, workflow: publish.yml, ref: main, inputs: { team: shop }, token: "${GITHUB_TOKEN}" }
//     site:  { github: octo/site, event_type: shipflow, workflow: on-release.yml, token: "${GITHUB_TOKEN}" }
//     fork:  { github: octo/fork, event_type: shipflow, wait: false, token: "${GITHUB_TOKEN}" }
//
// `github` is OWNER/NAME. With `event_type` the message is a repository_dispatch with `client_payload`, else a
// workflow_dispatch of `workflow` (file name or number) on the branch or tag `ref` with `inputs`. `token` must be a secret, with
// Actions: write; for repository_dispatch Contents: write. `api_url` is an Enterprise server's (https://HOST/api/v3). What is not
// reachable on the public internet is refused unless the channel says `private: true`; redirects are not followed.
//
// With the event go `shipflow_message`, the message as JSON (`to_json` of message.hpp; an input holds it as text, with
// a text of 8 KiB at most), and a key that stands for the message, `shipflow_key` or what `key_input` names. The workflow has to
// take both and to show the key:
//
//   run-name: Notes ${{ inputs.shipflow_key }}                        # or ${{ github.event.client_payload.shipflow_key }}
//   on: { workflow_dispatch: { inputs: { shipflow_key: { type: string }, shipflow_message: { type: string } } } }
//
// It is delivered when the run has ended well: success, or one of `accept`. Until then it is under way, and what it waits for is
// said where messages are listed; a run that ends otherwise is a message given up, with the jobs and steps that failed. The next
// message of the channel comes after that. `wait: false` is content when GitHub took the event. The release waits for
// nothing of this. `give_up` ends the waiting, and the run on GitHub goes on.
//
// Never dispatched twice: after an unclear answer or a crash the run is looked for by its key for two minutes, and only then
// the event is sent (again). Rate limits, server errors and broken networks are tried again, no sooner than GitHub allows;
// a wrong token, repository, workflow or ref gives the message up.
//
// Source: that of <shipflow/providers/github.hpp>, whose actions do the same as a step of a release.
#pragma once

#include <shipflow/message.hpp>

#include <memory>
#include <string>

namespace shipflow {
inline namespace v1 {

/// The kind `github`, with one thread of its own, on which `done` is called.
[[nodiscard]] std::shared_ptr<notifier> make_github_notifier();
/// Whether it could use the spec of a channel; `not_found` for another kind. Pure.
[[nodiscard]] result<void> check_github_channel(const std::string& kind, const json::object& spec);

}  // namespace v1
}  // namespace shipflow
