#include "base/members.hpp"
#include "http/url.hpp"
#include "provider/github/caller.hpp"
#include "provider/github/dispatch.hpp"

#include <algorithm>

namespace shipflow::github_provider {
namespace {

error bad(const std::string& why) { return make_error(errc::invalid_argument, why); }

std::string api_url_of(const json::object& inputs) {
  auto out = members::text(inputs, "api_url");
  if (out.empty()) return github::asking{}.api_url;
  while (out.ends_with('/')) out.pop_back();
  return out;
}

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

result<void> check_event(const request& q) {
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

github::asking asking_for(const request& q, const std::string& path, time_point now) {
  github::asking out;
  out.api_url = api_url_of(q.inputs);
  out.token = members::text(q.inputs, "token");
  out.path = "/repos/" + members::text(q.inputs, "repository") + path;
  out.deadline = std::clamp<duration>(q.deadline - now - duration{250}, duration{0}, std::chrono::minutes{5});
  if (!q.stop.stop_requested()) out.stop = q.stop;
  out.about = std::make_shared<request>(q);
  return out;
}

answer not_answered(const error& why) {
  // After a rate limit or a broken network GitHub is left alone a little longer.
  constexpr duration later{60'000};
  return why.retryable() ? answer::in_progress(-1, why.message, later) : answer::failed(why);
}

result<void> check_inputs(const request& q) {
  const auto repository = members::text(q.inputs, "repository");
  if (!github::is_repository(repository))
    return bad("`repository` is written OWNER/NAME, not `" + repository + "`");
  if (auto url = http::check_url(api_url_of(q.inputs)); !url) return url;
  if (q.action == "workflow_dispatch") return check_workflow(q);
  if (q.action == "repository_dispatch") return check_event(q);
  if (q.action == "checks")
    return members::text(q.inputs, "ref").empty()
               ? result<void>(bad("`ref` is empty: give a commit, a branch or a tag"))
               : result<void>();
  const bool number = members::whole(q.inputs, "number") > 0;
  if (number == members::text(q.inputs, "commit").empty()) return {};
  return bad("a pull request is named by `number` or by `commit`, not by both or neither");
}

}  // namespace shipflow::github_provider
