#include "github/dispatch.hpp"
#include "provider/github/caller.hpp"
#include "provider/github/judge.hpp"

namespace shipflow::github_provider {
namespace {

std::vector<field_spec> common_inputs() {
  return {{"repository", "string", true, false, "OWNER/NAME"},
          {"token", "string", false, true, "who asks; needed for private repositories and to dispatch"},
          {"api_url", "string", false, false, "of an Enterprise server: https://HOST/api/v3"}};
}

action_spec checks() {
  action_spec out;
  out.name = "checks";
  out.help = "waits until the checks of a commit are over and all of them passed";
  out.undo = reversibility::forward_only;
  out.inputs = common_inputs();
  out.inputs.push_back({"ref", "string", true, false, "a commit, a branch or a tag"});
  out.inputs.push_back({"required", "strings", false, false, "contexts and check runs that must be there"});
  out.outputs = {{"text", "string", false, false, "one line for people"},
                 {"passed", "integer", false, false, "how many passed"}};
  return out;
}

action_spec pull_request() {
  action_spec out;
  out.name = "pull_request";
  out.help = "waits until a pull request is approved and merged";
  out.undo = reversibility::forward_only;
  out.inputs = common_inputs();
  out.inputs.push_back({"number", "integer", false, false, "which one", {{.least = 1}}});
  out.inputs.push_back({"commit", "string", false, false, "or the one that brought this commit"});
  out.inputs.push_back({"merged", "boolean", false, false, "must it be merged; usually true"});
  out.inputs.push_back(
      {"approvals", "integer", false, false, "people who must approve; usually 1", {{0, most_approvals}}});
  out.outputs = {{"text", "string", false, false, "one line for people"},
                 {"number", "integer", false, false, "of the pull request"},
                 {"approved_by", "string", false, false, "who approved"}};
  return out;
}

action_spec dispatch(const char* name, const char* help) {
  action_spec out;
  out.name = name;
  out.help = help;
  out.repeat = effect_class::creates;
  out.undo = reversibility::forward_only;
  out.inputs = common_inputs();
  out.inputs.push_back({"wait", "boolean", false, false, "for the end of the run; usually true"});
  out.inputs.push_back({"accept", "strings", false, false, "conclusions that are good; usually success"});
  out.inputs.push_back({"key_input", "string", false, false, "what carries the key; usually shipflow_key"});
  out.outputs = {{"text", "string", false, false, "one line for people"},
                 {"run_id", "integer", false, false, "of the workflow run"},
                 {"url", "string", false, false, "of the run, for people"},
                 {"conclusion", "string", false, false, "how it ended"}};
  // A run is in the list a while after its dispatch; so long nobody claims that it is not there.
  out.call_timeout = github::listed_within;
  out.timeout = std::chrono::hours(1);
  return out;
}

action_spec workflow_dispatch() {
  auto out = dispatch("workflow_dispatch", "starts a workflow and waits for its outcome");
  out.inputs.push_back({"workflow", "string", true, false, "file name or number"});
  out.inputs.push_back({"ref", "string", true, false, "a branch or a tag"});
  out.inputs.push_back({"inputs", "object", false, false, "of the workflow"});
  return out;
}

action_spec repository_dispatch() {
  auto out = dispatch("repository_dispatch", "sends an event and waits for the workflow that it starts");
  out.inputs.push_back({"event_type", "string", true, false, "what workflows listen for"});
  out.inputs.push_back({"client_payload", "object", false, false, "what they get"});
  out.inputs.push_back({"workflow", "string", false, false, "whose run to wait for: file name or number"});
  return out;
}

}  // namespace

std::vector<action_spec> action_specs() {
  return {checks(), pull_request(), workflow_dispatch(), repository_dispatch()};
}

}  // namespace shipflow::github_provider
