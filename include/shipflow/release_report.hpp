// A release told afterwards, or so far: what, who, when, how long, what the guards saw, who said what, what was put
// back. From the journal alone, so that it tells the same years later; no secret is in it, as none is in a journal.
//
//   const auto told = shipflow::report_release(*store, run).value();
//   std::cout << shipflow::to_markdown(told);
//   std::ofstream("release.html") << shipflow::to_html(told, {});
#pragma once

#include <shipflow/evidence.hpp>
#include <shipflow/run.hpp>
#include <shipflow/store.hpp>

#include <string>
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
};
struct reported_undo {
  std::string id;
  std::string status;
  std::string why;
};

/// An item of a checklist that people tick; one that a check ticks is a step.
struct reported_item {
  std::string step;
  std::string id;
  std::string text;
  time_point ticked{};  ///< zero: it was not
  std::string who;
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

struct release_report {
  std::string run, plan, plan_digest, environment, url, version, commit, notes;
  std::string principal, reason, emergency, calendar_override;
  std::string promoted;  ///< the run in which the release proved itself before
  std::string hotfix;    ///< why it did not have to
  std::string phase;     ///< a name of `phase`
  std::string why;       ///< why it rolled back, failed or ended; or what a person is needed for
  time_point created{}, released_at{}, finished{};
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
  std::vector<std::string> rules;  ///< what follows on trouble, and when it may start, a line each
  std::vector<std::pair<time_point, int>> weights;  ///< percent of traffic on the new version
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

/// Members as above, times in milliseconds since the epoch, absent when not known.
[[nodiscard]] json::object to_json(const release_report& r);
/// Headings, tables and lists; every text escaped.
[[nodiscard]] std::string to_markdown(const release_report& r);
/// One page that loads nothing: steps over time, weights, plots of the evidence, people, events. Its size
/// grows with steps and events, and with the width of plots, not with samples.
[[nodiscard]] std::string to_html(const release_report& r, const std::vector<guard_evidence>& seen);
/// The record of an incident as plain text: status, severity, impact, start, resolution, what was done, from
/// the report. What only people know stands in brackets, to be filled in.
[[nodiscard]] std::string incident_text(const release_report& r);

}  // namespace v1
}  // namespace shipflow
