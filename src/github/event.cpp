// What is posted to start a workflow, and what of it could never work.
#include "base/members.hpp"
#include "github/dispatch.hpp"
#include "http/url.hpp"

namespace shipflow::github {
namespace {

error bad(const std::string& why) { return make_error(errc::invalid_argument, why); }

result<void> check_workflow(const request& q) {
  if (members::text(q.inputs, "workflow").empty())
    return bad("`workflow` is empty: give its file name, such as deploy.yml, or its number");
  if (members::text(q.inputs, "ref").empty()) return bad("`ref` is empty: give a branch or a tag");
  const auto& inputs = members::object(q.inputs, "inputs");
  if (inputs.size() + 1 > most_workflow_inputs)
    return bad("`inputs` has " + std::to_string(inputs.size()) + " members; GitHub takes " +
               std::to_string(most_workflow_inputs) + ", and one is the key");
  if (inputs.contains(key_input(q)))
    return bad("`inputs` names `" + key_input(q) + "`, which shipflow gives");
  return {};
}

result<void> check_repository_event(const request& q) {
  const auto type = members::text(q.inputs, "event_type");
  if (type.empty() || type.size() > 100) return bad("`event_type` is a text of 1 to 100 characters");
  const auto& payload = members::object(q.inputs, "client_payload");
  if (payload.size() + 1 > most_payload_members)
    return bad("`client_payload` has " + std::to_string(payload.size()) + " members; GitHub takes " +
               std::to_string(most_payload_members) + ", and one is the key");
  if (payload.contains(key_input(q)))
    return bad("`client_payload` names `" + key_input(q) + "`, which shipflow gives");
  if (waits(q) && members::text(q.inputs, "workflow").empty())
    return bad("`workflow` names whose run to wait for; without one say `wait: false`");
  return {};
}

}  // namespace

result<void> check_event(const request& q) {
  return q.action == "workflow_dispatch" ? check_workflow(q) : check_repository_event(q);
}

std::string key_of(const request& q) { return "shipflow-" + sha256_hex(q.effect_key).substr(0, 20); }

std::string key_input(const request& q) {
  const auto given = members::text(q.inputs, "key_input");
  return given.empty() ? "shipflow_key" : given;
}

bool waits(const request& q) {
  const auto* given = members::find(q.inputs, "wait");
  return given == nullptr || !given->is_bool() || given->get_bool();
}

event_post event_of(const request& q, bool wants_details) {
  if (q.action == "repository_dispatch") {
    auto payload = members::object(q.inputs, "client_payload");
    payload[key_input(q)] = key_of(q);
    return {"/dispatches",
            {{"event_type", members::text(q.inputs, "event_type")}, {"client_payload", std::move(payload)}}};
  }
  json::object inputs;
  // GitHub takes texts, numbers and truths, and hands them on as texts.
  for (const auto& m : members::object(q.inputs, "inputs"))
    inputs[m.key()] = m.value().is_structured() ? json::value(json::serialize(m.value())) : m.value();
  inputs[key_input(q)] = key_of(q);
  json::object body{{"ref", members::text(q.inputs, "ref")}, {"inputs", std::move(inputs)}};
  if (wants_details) body["return_run_details"] = true;
  return {"/actions/workflows/" + http::percent_encoded(members::text(q.inputs, "workflow")) + "/dispatches",
          std::move(body)};
}

std::string runs_path(const request& q) {
  const auto workflow = members::text(q.inputs, "workflow");
  return (workflow.empty() ? std::string("/actions")
                           : "/actions/workflows/" + http::percent_encoded(workflow)) +
         "/runs?event=" + q.action;
}

bool shows_key(const json::value& run, const request& q) {
  const auto& o = members::as_object(run);
  const auto key = key_of(q);
  return members::text(o, "display_title").find(key) != std::string::npos ||
         members::text(o, "name").find(key) != std::string::npos;
}

}  // namespace shipflow::github
