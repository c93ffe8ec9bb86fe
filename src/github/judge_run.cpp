#include "base/members.hpp"
#include "github/dispatch.hpp"

#include <algorithm>

namespace shipflow::github {
namespace {

constexpr duration look_again{15'000};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// "build / Run tests" for every step that failed, or the job where no step did.
std::vector<std::string> failures_of(const json::array& jobs) {
  std::vector<std::string> out;
  for (const auto& j : jobs) {
    const auto& job = members::as_object(j);
    const auto conclusion = members::text(job, "conclusion");
    if (conclusion.empty() || conclusion == "success" || conclusion == "skipped" || conclusion == "neutral")
      continue;
    auto place = members::text(job, "name");
    for (const auto& s : members::list(job, "steps")) {
      const auto& step = members::as_object(s);
      if (members::text(step, "conclusion") != "failure") continue;
      place += " / " + members::text(step, "name");
      break;
    }
    out.push_back(std::move(place));
  }
  return out;
}

answer under_way(const run_view& run, const json::array& jobs) {
  if (run.status == "waiting")
    return answer::in_progress(-1, "waits for an approval on GitHub: " + run.url, look_again);
  const auto over = std::count_if(jobs.begin(), jobs.end(), [](const json::value& j) {
    return members::text(members::as_object(j), "status") == "completed";
  });
  if (jobs.empty()) return answer::in_progress(-1, run.status + " on GitHub: " + run.url, look_again);
  const auto all = static_cast<std::ptrdiff_t>(jobs.size());
  return answer::in_progress(static_cast<int>(100 * over / all),
                             std::to_string(over) + " of " + std::to_string(all) +
                                 (all == 1 ? " job" : " jobs") + " done: " + run.url,
                             look_again);
}

}  // namespace

run_view view_of(const json::value& run) {
  const auto& o = members::as_object(run);
  return {members::whole(o, "id"), members::text(o, "html_url"), members::text(o, "status"),
          members::text(o, "conclusion")};
}

json::object outputs_of(const run_view& run) {
  return {{"text", (run.conclusion.empty() ? "dispatched" : run.conclusion) +
                       (run.url.empty() ? std::string{} : ": " + run.url)},
          {"run_id", run.id == 0 ? json::value(nullptr) : json::value(run.id)},
          {"url", run.url},
          {"conclusion", run.conclusion}};
}

answer judge_run(const run_view& run, const json::array& jobs, const std::vector<std::string>& accept) {
  if (!run.over()) return under_way(run, jobs);
  const bool good = accept.empty() ? run.conclusion == "success"
                                   : std::find(accept.begin(), accept.end(), run.conclusion) != accept.end();
  if (good) return answer::done(outputs_of(run));
  const auto failures = failures_of(jobs);
  std::string where;
  for (const auto& f : failures) where += (where.empty() ? " in " : ", ") + f;
  const auto code = run.conclusion == "cancelled" ? errc::cancelled : errc::failed;
  return answer::failed(
      make_error(code, "the workflow ended with " + run.conclusion + where + ": " + run.url),
      {{"run_id", run.id},
       {"url", run.url},
       {"conclusion", run.conclusion},
       {"failed", json::array(failures.begin(), failures.end())}});
}

error with_remedy(error why, int status, const request& q) {
  const auto key = key_input(q);
  const bool workflow = q.action == "workflow_dispatch";
  if (status == 422 && contains(why.message, key))
    why.message += "; the workflow has to declare the input `" + key + "` and hold it in its `run-name`";
  else if (status == 422 && contains(why.message, "workflow_dispatch"))
    why.message += "; the workflow needs `on: workflow_dispatch` on that branch or tag";
  else if (status == 404 && workflow)
    why.message += ", and so does a workflow that is not on the default branch";
  else if (status == 403 && why.code == errc::denied)
    why.message += workflow ? " (Actions: write)" : " (Contents: write)";
  return why;
}

}  // namespace shipflow::github
