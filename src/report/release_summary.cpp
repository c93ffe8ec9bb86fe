// What somebody reads who reads nothing else.
#include "report/release_words.hpp"
#include "report/times.hpp"

#include <shipflow/release_report.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

using report::counted;
using report::whole_seconds;

std::string name_list(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i)
    out += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return out;
}

// "in 14m15s, and watched for 1d after that"
std::string times_of_release(const release_report& r) {
  std::string out = " in " + whole_seconds(r.released_at - r.created);
  const auto until = r.finished == time_point{} ? r.told_at : r.finished;
  if (r.phase != "released" && r.phase != "watching") return out;
  if (until - r.released_at >= duration{1'000})
    out += std::string(r.phase == "watching" ? ", and watched for " : ", and was watched for ") +
           whole_seconds(until - r.released_at) + (r.phase == "watching" ? " so far" : " after that");
  return out;
}

std::string how_it_ended(const release_report& r) {
  const auto subject = r.plan + " " + r.version;
  if (r.phase == "released" || r.phase == "watching")
    return subject + " was released to " + r.environment + times_of_release(r) + ".";
  const auto why = r.why.empty() ? std::string{"."} : ": " + r.why + ".";
  if (r.phase == "rolled_back")
    return subject + " was rolled back in " + r.environment + " after " +
           whole_seconds(r.turned - r.created) + ", which took " + whole_seconds(r.finished - r.turned) +
           "; what was there before was compared and is there again" + report::kept_by(r) + why;
  if (r.phase == "failed" || r.phase == "cancelled")
    return subject + " was not released to " + r.environment + ": " + (r.why.empty() ? r.phase : r.why) +
           ". Nothing had to be put back.";
  return subject + " to " + r.environment + " is " + words_of_phase(r.phase) + ", for " +
         whole_seconds(r.lasted()) + why;
}

std::string what_was_done(const release_report& r) {
  std::size_t done = 0, skipped = 0, failed = 0, items = 0;
  for (const auto& s : r.steps) {
    done += s.status == "done" ? 1U : 0U;
    failed += s.status == "failed" ? 1U : 0U;
    skipped += s.status == "skipped" && s.began != time_point{} ? 1U : 0U;
  }
  for (const auto& i : r.items) items += i.state == "done" ? 1U : 0U;
  auto out = std::to_string(done) + " of " + counted(report::steps_in(r), "step") + " done";
  if (failed > 0) out += ", " + std::to_string(failed) + " failed";
  if (skipped > 0) out += ", " + std::to_string(skipped) + " skipped";
  if (!r.items.empty())
    out += "; " + std::to_string(items) + " of " + counted(r.items.size(), "checklist item") + " ticked";
  return out + ".";
}

std::string what_guards_said(const release_report& r) {
  if (r.guards.empty()) return "Nothing watched over it.";
  std::vector<std::string> loud;
  for (const auto& g : r.guards)
    if (g.alerts > 0)
      loud.push_back(g.id + " (" + g.severity + ", " + counted(static_cast<std::size_t>(g.alerts), "alert") +
                     ")");
  if (loud.empty()) return "No alert from " + counted(r.guards.size(), "guard") + ".";
  return "Alerts from " + name_list(loud) + ".";
}

std::string who_was_in_it(const release_report& r) {
  std::vector<std::string> agreed;
  for (const auto& w : r.words)
    if (w.what.starts_with("approve ") && w.meaning != "refused" &&
        std::find(agreed.begin(), agreed.end(), w.who) == agreed.end())
      agreed.push_back(w.who);
  auto out = "Started by " + r.principal;
  if (!agreed.empty()) out += "; agreed to by " + name_list(agreed);
  return out + ".";
}

std::string what_is_left(const release_report& r) {
  std::size_t open = 0, late = 0;
  for (const auto& t : r.tasks) {
    open += t.done == time_point{} ? 1U : 0U;
    late += r.state_of(t) == "overdue" ? 1U : 0U;
  }
  if (open == 0) return {};
  return std::to_string(open) + " of " + counted(r.tasks.size(), "task") +
         " after the release still to be done" + (late > 0 ? ", " + std::to_string(late) + " overdue." : ".");
}

}  // namespace

std::vector<std::string> summary_of(const release_report& r) {
  std::vector<std::string> out{how_it_ended(r), what_was_done(r), what_guards_said(r), who_was_in_it(r)};
  if (const bool came = r.released_at != time_point{}; came && !r.is_incident())
    if (auto left = what_is_left(r); !left.empty()) out.push_back(std::move(left));
  return out;
}

}  // namespace v1
}  // namespace shipflow
