// A release told afterwards, or so far: what, who, when, how long, what the guards saw, who said what, what was put
// back. From the journal alone, so that it tells the same years later; no secret is in it, as none is in a journal.
//
//   auto told = shipflow::report_release(*store, run).value();
//   const auto seen = shipflow::evidence_of(*store, run).value();
//   tell_health(told, seen);
//   std::cout << shipflow::to_markdown(told);
//   std::ofstream("release.html") << shipflow::to_html(told, seen);
#pragma once

#include <shipflow/evidence.hpp>
#include <shipflow/run.hpp>
#include <shipflow/store.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow {
inline namespace v1 {

struct reported_step {
  std::string id;
  std::string title;
  std::string status;  ///< a name of `step_status`
  time_point began{};  ///< zero: never
  time_point ended{};  ///< zero: not yet
  int attempts = 0;
  std::string why;
};
struct reported_event {
  time_point at{};
  std::string text;  ///< one line for people
  bool trouble = false;
};
/// Something a person said, counted or refused.
struct reported_word {
  time_point at{};
  std::string who;   ///< "user:quinn"
  std::string what;  ///< "approve go"
  std::string meaning;
  std::string why;  ///< the person's reason, or why it was refused
};
struct reported_guard {
  std::string id;
  std::string severity;
  std::string level;  ///< a name of `guard_level`: what it said last
  std::string reason;
  int alerts = 0;
  std::string normal{}, alert{};  ///< conditions as written; of a probe both are empty
  /// What `tell_health` found: "0.02%, at most 0.1%", the median and the worst of all slots before what may be blamed on
  /// the release, and since then; of a probe "98% up". Empty: nothing was seen, or it is a test of two fleets.
  std::string before{}, after{};
};
struct reported_undo {
  std::string id;
  std::string status;
  std::string why;
};

/// An item of a checklist. One that a check ticks is a step as well, named by `id`.
struct reported_item {
  std::string step;
  std::string group;  ///< as the plan wrote it, "Code readiness"; empty: the list has none
  std::string id;
  std::string text;
  std::string state;    ///< "done", "open", or of a check "failed" or "skipped"
  time_point ticked{};  ///< zero: it was not
  std::string who;      ///< "user:quinn", or "a check"
};
/// A message to people.
struct reported_message {
  time_point at{};  ///< of what it tells
  std::string moment;
  std::string channel;
  std::string status;  ///< a name of `message_status`
  std::string text;
};

/// What people had to do after the release.
struct reported_task {
  std::string id;
  std::string text;
  time_point due{};   ///< zero: at no time, or the release has not come
  time_point done{};  ///< zero: not ticked
  std::string who;
};

/// From here on a component's new version had so much of its traffic.
struct reported_weight {
  time_point at{};
  int percent = 0;
  std::string component;  ///< or empty, where the step names none
};

struct release_report {
  std::string run, plan, plan_digest, environment, url, version, commit, notes;
  std::string principal, reason, emergency, calendar_override;
  std::string promoted;  ///< the run in which the release proved itself before
  std::string hotfix;    ///< why it did not have to
  json::object about;    ///< the environment in words for people, as of `environment::about`
  std::string phase;     ///< a name of `phase`
  std::string why;       ///< why it rolled back, failed or ended; or what a person is needed for
  time_point created{}, released_at{}, finished{};
  time_point turned{};   ///< when it began to roll back; zero: it did not
  time_point told_at{};  ///< of the newest fact
  /// When somebody looks at it, set by the caller: tasks not done by then are overdue. Zero: at `told_at`.
  time_point looked_at{};
  std::vector<reported_step> steps;
  std::vector<reported_event> events;
  std::vector<reported_word> words;
  std::vector<reported_guard> guards;
  std::vector<reported_undo> undo;
  std::vector<reported_task> tasks;
  std::vector<reported_item> items;
  std::vector<reported_message> messages;
  std::vector<std::pair<std::string, std::string>> roles;  ///< role -> who is in it
  std::vector<std::string> rules;        ///< what follows on trouble, and when it may start, a line each
  std::vector<reported_weight> weights;  ///< in the order of time; none where no traffic was moved
  std::size_t facts = 0;
  std::string head;  ///< hash of the newest fact

  /// From its begin to its end, or to the newest fact.
  [[nodiscard]] duration lasted() const noexcept;
  /// "done", "done late", "overdue", "due", or "open" without a time.
  [[nodiscard]] std::string state_of(const reported_task& t) const;
  /// Did it go wrong in a way that people want to read about?
  [[nodiscard]] bool is_incident() const noexcept;
};

/// Reads the store once. Errors: `not_found`, `corrupt` when the chain of hashes is broken, `io`.
[[nodiscard]] result<release_report> report_release(store& keep, const std::string& run);

/// "under way", "rolled back": a name of `phase` as people say it; another text stays as it is.
[[nodiscard]] std::string words_of_phase(std::string_view phase);

/// Writes down how each guard's numbers were before and since the release (`reported_guard::before`, `after`).
/// O(points).
void tell_health(release_report& r, const std::vector<guard_evidence>& seen);

/// What somebody reads who reads nothing else, a sentence each: how it ended and how long it took, what was carried out,
/// what the guards said, who started it and who agreed, what is still to be done.
[[nodiscard]] std::vector<std::string> summary_of(const release_report& r);

/// {"summary": [...], "run", "plan", "plan_digest", "environment", "version", "principal", "phase", "facts", "head",
///  "lasted_ms", "url", "about", "commit", "notes", "reason", "promoted", "hotfix", "emergency", "calendar_override",
///  "why", "created", "released_at", "turned", "finished",
///  "steps": [{"id", "title", "status", "attempts", "began", "ended", "why"}],
///  "events": [{"at", "text", "trouble"}], "words": [{"at", "who", "what", "meaning", "why"}],
///  "guards": [{"id", "severity", "level", "reason", "alerts", "normal", "alert", "before", "after"}],
///  "items": [{"step", "group", "id", "text", "state", "ticked", "who"}],
///  "messages": [{"at", "moment", "channel", "status", "text"}], "roles": {role: people}, "rules": [...],
///  "undo": [{"id", "status", "why"}], "tasks": [{"id", "text", "state", "due", "done", "who"}],
///  "weights": [[at, percent, component]]}
/// Times are milliseconds since the epoch; what is not known is absent.
[[nodiscard]] json::object to_json(const release_report& r);
/// Headings, tables and lists; every text escaped.
[[nodiscard]] std::string to_markdown(const release_report& r);
/// One page that loads nothing, for screens of any width, light and dark, and for paper: what happened in a few
/// sentences, steps and traffic over time, plots of the evidence, checklists, people, events. Its size grows with steps
/// and events, and with the width of plots, not with samples. Health before and after stands in it as `tell_health`
/// left it.
[[nodiscard]] std::string to_html(const release_report& r, const std::vector<guard_evidence>& seen);
/// The record of an incident as plain text: status, severity, impact, start, resolution, what was done, from
/// the report. What only people know stands in brackets, to be filled in.
[[nodiscard]] std::string incident_text(const release_report& r);

}  // namespace v1
}  // namespace shipflow
