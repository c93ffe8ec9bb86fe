// GitHub in memory and in virtual time: what its REST API answers about commits, pull requests, events that start
// workflows, and their runs, as documented for version 2022-11-28.
//
// An event is answered at once; its run gets into the lists `lag` later, is queued, runs, and concludes. A run that is
// cancelled ends `cancels` later. Lists are newest first, in pages. A workflow that is declared takes only the inputs that
// it declares, where it listens for the event and on refs that are there. Without any declaration (a rehearsal) every
// workflow is there and takes all.
//
// Source: docs.github.com/rest: actions/workflows, actions/workflow-runs, actions/workflow-jobs, repos/repos, commits/statuses,
// checks/runs, pulls/pulls, pulls/reviews; docs.github.com/actions: workflow-syntax (run-name, inputs).
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace shipflow::hub {

struct asked {
  std::string method = "GET";
  std::string path;  ///< with its query, percent-encoded
  std::string body;
};
struct said {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// A workflow file on the default branch.
struct workflow {
  std::int64_t id = 0;
  std::string file;                 ///< "deploy.yml"
  std::string run_name = "deploy";  ///< with ${{ inputs.NAME }} and ${{ github.event.client_payload.NAME }}
  bool dispatchable = true;         ///< `on: workflow_dispatch`
  std::map<std::string, bool> inputs;  ///< name -> required
  std::set<std::string> listens;       ///< types of `on: repository_dispatch`
  duration lasts{30'000};              ///< of its runs
  std::string concludes = "success";
};

struct workflow_run {
  std::int64_t id = 0;
  std::string file, event, title, branch;
  time_point made{}, seen{}, starts{}, ends{};
  std::string conclusion = "success";
  bool stalled = false;  ///< makes no progress until it is cancelled: for rehearsals
};

struct hub_options {
  std::string web = "https://github.com";
  std::string api = "https://api.github.com";
  duration lag{2'000};      ///< from an event to its run in a list
  duration queued{3'000};   ///< from there until it runs
  duration cancels{2'000};  ///< from a cancel to the end
  bool details = true;      ///< knows `return_run_details`; an older server refuses it
  std::size_t page = 100;   ///< items of a page at most
  std::set<std::string> refs{"main"};
  std::vector<workflow> workflows;  ///< none: any workflow, with `usual`
  workflow usual{};
};

class hub {
 public:
  explicit hub(hub_options options) : options_(std::move(options)) {}

  [[nodiscard]] said ask(const asked& q, time_point now);
  [[nodiscard]] const std::vector<workflow_run>& runs() const noexcept { return runs_; }
  [[nodiscard]] std::vector<workflow_run>& runs() noexcept { return runs_; }
  /// When a run changes next; empty: never.
  [[nodiscard]] std::optional<time_point> next_change(time_point now) const;

 private:
  said dispatch_workflow(const std::string& which, const json::object& body);
  said dispatch_event(const json::object& body);
  said list_runs(const std::string& which, const std::string& query) const;
  said about_run(const std::string& rest, bool posts);
  said about_commit(const std::string& rest) const;
  said cancel(workflow_run& run);
  workflow_run& begin_run(const workflow& w, const std::string& event, const std::string& branch,
                          const json::object& given);
  [[nodiscard]] const workflow* find(const std::string& which) const;
  [[nodiscard]] json::object shown(const workflow_run& run) const;
  [[nodiscard]] json::object job_of(const workflow_run& run) const;
  [[nodiscard]] std::string status_of(const workflow_run& run) const;

  hub_options options_;
  time_point now_{};
  std::string repository_;  ///< "octo/shop", of the present question
  std::vector<workflow_run> runs_;
};

}  // namespace shipflow::hub
