#include "world/github/hub.hpp"

#include "base/members.hpp"
#include "world/github/text.hpp"

#include <algorithm>

namespace shipflow::hub {
namespace {

constexpr std::size_t most_inputs = 25;
constexpr std::size_t most_payload = 10;

said json_of(int status, const json::value& v) { return {status, json::serialize(v), {}}; }

said refused(int status, const std::string& message) {
  return json_of(status, json::object{{"message", message},
                                      {"documentation_url", "https://docs.github.com/rest"},
                                      {"status", std::to_string(status)}});
}

said nothing_there() { return refused(404, "Not Found"); }

// Members that are not documented are not taken.
std::optional<said> unknown_member(const json::object& body, const std::set<std::string>& known) {
  for (const auto& m : body)
    if (!known.contains(std::string(m.key())))
      return refused(400, "Invalid request. \"" + std::string(m.key()) + "\" is not a permitted key.");
  return std::nullopt;
}

std::optional<said> wrong_inputs(const workflow& w, const json::object& inputs) {
  json::array unexpected;
  for (const auto& m : inputs)
    if (!w.inputs.contains(std::string(m.key()))) unexpected.emplace_back(m.key());
  if (!unexpected.empty()) return refused(422, "Unexpected inputs provided: " + json::serialize(unexpected));
  for (const auto& [name, required] : w.inputs)
    if (required && !inputs.contains(name)) return refused(422, "Required input '" + name + "' not provided");
  return std::nullopt;
}

json::object parsed(const std::string& body) {
  const auto v = parse_json(body);
  return v && v->is_object() ? v->get_object() : json::object{};
}

}  // namespace

said hub::ask(const asked& q, time_point now) {
  now_ = now;
  const auto mark = std::min(q.path.find('?'), q.path.size());
  const auto query = q.path.substr(std::min(mark + 1, q.path.size()));
  auto rest = q.path.substr(0, mark);
  // "/repos/OWNER/NAME", whatever stands before it on an Enterprise server.
  const auto repos = rest.find("/repos/");
  const auto owner = repos == std::string::npos ? repos : rest.find('/', repos + 7);
  if (owner == std::string::npos) return nothing_there();
  const auto name = std::min(rest.find('/', owner + 1), rest.size());
  repository_ = rest.substr(repos + 7, name - repos - 7);
  rest = rest.substr(name);
  const bool posts = q.method == "POST";
  if (posts && rest == "/dispatches") return dispatch_event(parsed(q.body));
  if (rest.starts_with("/actions/runs/")) return about_run(rest.substr(14), posts);
  if (!posts && rest == "/actions/runs") return list_runs("", query);
  if (rest.starts_with("/actions/workflows/")) {
    const auto which = decoded(rest.substr(19, rest.find('/', 19) - 19));
    const auto what = rest.substr(std::min(rest.find('/', 19), rest.size()));
    if (posts && what == "/dispatches") return dispatch_workflow(which, parsed(q.body));
    if (!posts && what == "/runs") return list_runs(which, query);
  }
  if (!posts && options_.workflows.empty()) return about_commit(rest);
  return nothing_there();
}

const workflow* hub::find(const std::string& which) const {
  if (options_.workflows.empty()) return &options_.usual;
  for (const auto& w : options_.workflows)
    if (w.file == which || std::to_string(w.id) == which) return &w;
  return nullptr;
}

said hub::dispatch_workflow(const std::string& which, const json::object& body) {
  const auto* w = find(which);
  if (w == nullptr) return nothing_there();
  std::set<std::string> known{"ref", "inputs"};
  if (options_.details) known.insert("return_run_details");
  if (auto no = unknown_member(body, known)) return *no;
  const auto ref = members::text(body, "ref");
  const bool declared = !options_.workflows.empty();
  if (ref.empty()) return refused(422, "Invalid request. \"ref\" wasn't supplied.");
  if (declared && !options_.refs.contains(ref)) return refused(422, "No ref found for: " + ref);
  if (!w->dispatchable) return refused(422, "Workflow does not have 'workflow_dispatch' trigger");
  const auto& inputs = members::object(body, "inputs");
  if (inputs.size() > most_inputs) return refused(422, "you may only define up to 25 `inputs`");
  if (declared)
    if (auto no = wrong_inputs(*w, inputs)) return *no;
  auto named = *w;
  if (!declared) named.file = which;
  const auto& run = begin_run(named, "workflow_dispatch", ref, inputs);
  if (!members::truth(body, "return_run_details")) return {204, {}, {}};
  const auto at = "/repos/" + repository_ + "/actions/runs/" + std::to_string(run.id);
  return json_of(200, json::object{{"workflow_run_id", run.id},
                                   {"run_url", options_.api + at},
                                   {"html_url", members::text(shown(run), "html_url")}});
}

said hub::dispatch_event(const json::object& body) {
  if (auto no = unknown_member(body, {"event_type", "client_payload"})) return *no;
  const auto type = members::text(body, "event_type");
  if (type.empty() || type.size() > 100) return refused(422, "Invalid request. \"event_type\" is wrong.");
  const auto& payload = members::object(body, "client_payload");
  if (payload.size() > most_payload) return refused(422, "No more than 10 properties are allowed; 11 given.");
  for (const auto& w : options_.workflows)
    if (w.listens.contains(type)) begin_run(w, "repository_dispatch", "main", payload);
  if (options_.workflows.empty()) begin_run(options_.usual, "repository_dispatch", "main", payload);
  return {204, {}, {}};
}

workflow_run& hub::begin_run(const workflow& w, const std::string& event, const std::string& branch,
                             const json::object& given) {
  workflow_run run;
  run.id = 30'433'642 + static_cast<std::int64_t>(runs_.size());
  run.file = w.file;
  run.event = event;
  run.branch = branch;
  run.title = run_title(w.run_name, event, given);
  // Where nothing is declared the run shows all that it was given, as a workflow should show the key.
  if (options_.workflows.empty()) run.title += " " + json::serialize(given);
  run.made = now_;
  run.seen = now_ + options_.lag;
  run.starts = run.seen + options_.queued;
  run.ends = run.starts + w.lasts;
  run.conclusion = w.concludes;
  return runs_.emplace_back(std::move(run));
}

std::string hub::status_of(const workflow_run& run) const {
  if (now_ < run.starts) return "queued";
  return run.stalled || now_ < run.ends ? "in_progress" : "completed";
}

json::object hub::shown(const workflow_run& run) const {
  const auto status = status_of(run);
  const bool over = status == "completed";
  const auto at = "/" + repository_ + "/actions/runs/" + std::to_string(run.id);
  return {{"id", run.id},
          {"name", run.file},
          {"display_title", run.title},
          {"event", run.event},
          {"head_branch", run.branch},
          {"path", ".github/workflows/" + run.file},
          {"status", status},
          {"conclusion", over ? json::value(run.conclusion) : json::value(nullptr)},
          {"created_at", format_time(run.made)},
          {"run_attempt", 1},
          {"url", options_.api + "/repos" + at},
          {"html_url", options_.web + at}};
}

json::object hub::job_of(const workflow_run& run) const {
  const auto status = status_of(run);
  const bool over = status == "completed";
  const auto conclusion = over ? json::value(run.conclusion) : json::value(nullptr);
  json::array steps{json::object{{"name", "Set up job"}, {"status", "completed"}, {"conclusion", "success"}},
                    json::object{{"name", "Deploy"}, {"status", status}, {"conclusion", conclusion}}};
  return {{"id", run.id * 10}, {"run_id", run.id},         {"name", "deploy"},
          {"status", status},  {"conclusion", conclusion}, {"steps", std::move(steps)}};
}

said hub::list_runs(const std::string& which, const std::string& query) const {
  const auto* w = find(which.empty() ? std::string{} : which);
  if (!which.empty() && w == nullptr) return nothing_there();
  const auto event = parameter(query, "event");
  json::array all;
  std::for_each(runs_.rbegin(), runs_.rend(), [&](const workflow_run& run) {
    const bool of_it = which.empty() || options_.workflows.empty() || run.file == w->file;
    if (of_it && run.seen <= now_ && (event.empty() || run.event == event)) all.push_back(shown(run));
  });
  const auto total = all.size();
  const auto page = paged(std::move(all), query, options_.page);
  auto out = json_of(200, json::object{{"total_count", total}, {"workflow_runs", page.items}});
  if (page.next != 0) {
    const auto path = "/repos/" + repository_ + "/actions/" +
                      (which.empty() ? std::string{} : "workflows/" + which + "/") + "runs?" +
                      with_page(query, page.next);
    out.headers.emplace_back("Link", "<" + options_.api + path + ">; rel=\"next\"");
  }
  return out;
}

said hub::about_run(const std::string& rest, bool posts) {
  const auto id = rest.substr(0, rest.find('/'));
  const auto what = rest.substr(std::min(rest.find('/'), rest.size()));
  for (auto& run : runs_) {
    if (std::to_string(run.id) != id || run.seen > now_) continue;
    if (posts) return what == "/cancel" ? cancel(run) : nothing_there();
    if (what.empty()) return json_of(200, shown(run));
    if (what == "/jobs")
      return json_of(200, json::object{{"total_count", 1}, {"jobs", json::array{job_of(run)}}});
  }
  return nothing_there();
}

said hub::cancel(workflow_run& run) {
  if (status_of(run) == "completed") return refused(409, "Cannot cancel a workflow run that is completed.");
  const auto at = now_ + options_.cancels;
  if (run.stalled || run.ends > at) {
    run.conclusion = "cancelled";
    run.ends = at;
  }
  run.stalled = false;
  run.starts = std::min(run.starts, now_);
  return json_of(202, json::object{});
}

// Of any commit and pull request what lets a release go on.
said hub::about_commit(const std::string& rest) const {
  if (rest.ends_with("/status"))
    return json_of(200, json::object{{"state", "success"}, {"total_count", 0}, {"statuses", json::array{}}});
  if (rest.ends_with("/check-runs"))
    return json_of(200, json::object{{"total_count", 1},
                                     {"check_runs", json::array{json::object{{"name", "build"},
                                                                             {"status", "completed"},
                                                                             {"conclusion", "success"}}}}});
  if (rest.starts_with("/commits/") && rest.ends_with("/pulls"))
    return json_of(200, json::array{json::object{{"number", 1}, {"merged_at", format_time(now_)}}});
  if (rest.starts_with("/pulls/") && rest.ends_with("/reviews")) {
    json::array all;
    for (const auto* who : {"ann", "bob", "cem"})
      all.push_back({{"user", {{"login", who}}}, {"state", "APPROVED"}});
    return json_of(200, all);
  }
  if (rest.starts_with("/pulls/"))
    return json_of(200, json::object{{"number", 1}, {"state", "closed"}, {"merged", true}});
  return nothing_there();
}

std::optional<time_point> hub::next_change(time_point now) const {
  std::optional<time_point> out;
  for (const auto& run : runs_)
    for (const auto at : {run.seen, run.starts, run.ends})
      if (at > now && !(run.stalled && at == run.ends) && (!out || at < *out)) out = at;
  return out;
}

}  // namespace shipflow::hub
