// The report as one page.
#include "report/evidence_parts.hpp"
#include "report/page.hpp"
#include "report/times.hpp"

#include <shipflow/release_report.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

using report::escaped;
using report::tone;
using report::when;
using report::whole_seconds;

tone tone_of_status(const std::string& status) {
  if (status == "done" || status == "released" || status == "verified") return tone::good;
  if (status == "failed" || status == "rolled_back" || status == "draining") return tone::bad;
  if (status == "skipped" || status == "abandoned" || status == "waiting") return tone::blind;
  return tone::warn;
}

std::string cell(const std::string& text) { return "<td>" + escaped(text) + "</td>"; }

std::string table(std::initializer_list<const char*> heads, const std::string& rows) {
  std::string out = "<div class=\"scroll\"><table><tr>";
  for (const auto* h : heads) out += "<th>" + std::string(h) + "</th>";
  return out + "</tr>" + rows + "</table></div>";
}

std::string section(const char* title, const std::string& body) {
  return "<section><h2>" + std::string(title) + "</h2>" + body + "</section>";
}

// A bar per step that began, over the time of the whole run.
std::string bars_of(const release_report& r) {
  constexpr int width = 900;
  constexpr int row = 18;
  constexpr int label = 230;
  const auto span = std::max<double>(1, static_cast<double>((r.told_at - r.created).count()));
  const auto x = [&](time_point t) {
    const auto share = std::clamp(static_cast<double>((t - r.created).count()) / span, 0.0, 1.0);
    return label + static_cast<int>(share * (width - label - 4));
  };
  std::string rows;
  int y = 0;
  for (const auto& s : r.steps) {
    if (s.began == time_point{}) continue;
    const auto end = s.ended == time_point{} ? r.told_at : s.ended;
    const auto* colour = tone_of_status(s.status) == tone::good  ? "#1a7f37"
                         : tone_of_status(s.status) == tone::bad ? "#cf222e"
                                                                 : "#9a6700";
    rows += "<text x=\"0\" y=\"" + std::to_string(y + 13) + "\">" + escaped(s.id.substr(0, 32)) +
            "</text><rect x=\"" + std::to_string(x(s.began)) + "\" y=\"" + std::to_string(y + 3) +
            "\" width=\"" + std::to_string(std::max(2, x(end) - x(s.began))) + "\" height=\"12\" fill=\"" +
            colour + "\"><title>" + escaped(s.title + ", " + when(s.began) + " to " + when(end)) +
            "</title></rect>";
    y += row;
  }
  return "<svg role=\"img\" viewBox=\"0 0 " + std::to_string(width) + " " + std::to_string(y + 4) +
         "\" style=\"width:100%;font:12px system-ui,sans-serif;fill:currentColor\">" + rows + "</svg>";
}

std::string weights_of(const release_report& r) {
  report::plot p;
  p.title = "traffic on the new version";
  p.unit = "%";
  p.height = 140;
  report::plot_line line{"weight", {{r.created, 0.0}}};
  for (const auto& [at, weight] : r.weights) {
    line.points.push_back({at, line.points.back().value});
    line.points.push_back({at, static_cast<double>(weight)});
  }
  line.points.push_back({r.told_at, line.points.back().value});
  p.lines.push_back(std::move(line));
  return report::to_svg(p);
}

std::string head_of(const release_report& r) {
  std::string rows;
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) rows += "<tr><th>" + std::string(name) + "</th>" + cell(text) + "</tr>";
  };
  add("run", r.run);
  add("address", r.url);
  add("commit", r.commit);
  add("started by", r.principal + (r.reason.empty() ? "" : ": " + r.reason));
  add("proved itself in run", r.promoted);
  add("hotfix", r.hotfix);
  add("emergency", r.emergency);
  add("calendar overridden", r.calendar_override);
  add("created", when(r.created));
  add("released", when(r.released_at));
  add("ended", when(r.finished));
  add("lasted", whole_seconds(r.lasted()));
  add("why", r.why);
  add("record", std::to_string(r.facts) + " facts, head " + r.head);
  return "<table>" + rows + "</table>";
}

std::string steps_of(const release_report& r) {
  std::string rows;
  for (const auto& s : r.steps)
    rows += "<tr>" + cell(s.id) + cell(s.title) + "<td>" + report::tag(s.status, tone_of_status(s.status)) +
            "</td>" + cell(when(s.began)) + cell(when(s.ended)) + cell(s.why) + "</tr>";
  return table({"step", "what", "status", "began", "ended", "why"}, rows);
}

std::string health_of(const release_report& r, const std::vector<guard_evidence>& seen) {
  std::string rows;
  for (const auto& g : r.guards)
    rows += "<tr>" + cell(g.id) + cell(g.severity) + "<td>" +
            report::tag(g.level, report::tone_of(g.level, true)) + "</td>" + cell(std::to_string(g.alerts)) +
            cell(g.normal) + cell(g.alert) + cell(g.reason) + "</tr>";
  auto out = table({"guard", "severity", "last", "alerts", "normal", "alert", "why"}, rows);
  for (const auto& e : seen)
    for (const auto& l : e.lines) out += report::drawn(e, l);
  return out;
}

std::string people_of(const release_report& r) {
  std::string rows;
  for (const auto& w : r.words)
    rows += "<tr>" + cell(when(w.at)) + cell(w.who) + cell(w.what) + cell(w.meaning) + cell(w.why) + "</tr>";
  return table({"when", "who", "said", "meaning", "why"}, rows);
}

std::string items_of(const release_report& r) {
  std::string rows;
  for (const auto& i : r.items)
    rows += "<tr>" + cell(i.step) + cell(i.text) + "<td>" +
            report::tag(i.ticked == time_point{} ? "open" : "done",
                        i.ticked == time_point{} ? tone::warn : tone::good) +
            "</td>" + cell(when(i.ticked)) + cell(i.who) + "</tr>";
  return table({"checklist", "item", "state", "when", "by"}, rows);
}

std::string messages_of(const release_report& r) {
  std::string rows;
  for (const auto& m : r.messages)
    rows += "<tr>" + cell(when(m.at)) + cell(m.moment) + cell(m.channel) + "<td>" +
            report::tag(m.status, m.status == "delivered" ? tone::good
                                  : m.status == "waiting" ? tone::warn
                                                          : tone::bad) +
            "</td><td style=\"white-space:pre-wrap\">" + escaped(m.text) + "</td></tr>";
  return table({"when", "moment", "to", "state", "text"}, rows);
}

std::string rules_of(const release_report& r) {
  std::string out = "<ul>";
  for (const auto& rule : r.rules) out += "<li>" + escaped(rule) + "</li>";
  out += "</ul>";
  std::string rows;
  for (const auto& [role, who] : r.roles) rows += "<tr>" + cell(role) + cell(who) + "</tr>";
  return rows.empty() ? out : out + table({"role", "who"}, rows);
}

std::string tasks_of(const release_report& r) {
  std::string rows;
  for (const auto& t : r.tasks) {
    const auto state = r.state_of(t);
    rows += "<tr>" + cell(t.id) + cell(t.text) + "<td>" +
            report::tag(state, state == "overdue" ? tone::bad : tone_of_status(state)) + "</td>" +
            cell(when(t.due)) + cell(when(t.done)) + cell(t.who) + "</tr>";
  }
  return table({"task", "what", "state", "due", "done", "by"}, rows);
}

std::string events_of(const release_report& r) {
  std::string rows;
  for (const auto& e : r.events)
    rows += "<tr>" + cell(when(e.at)) + "<td>" + (e.trouble ? report::tag("!", tone::bad) + " " : "") +
            escaped(e.text) + "</td></tr>";
  return table({"when", "what"}, rows);
}

}  // namespace

std::string to_html(const release_report& r, const std::vector<guard_evidence>& seen) {
  const auto title = r.plan + " " + r.version + " to " + r.environment;
  auto body = "<h1>" + escaped(title) + " " + report::tag(r.phase, tone_of_status(r.phase)) +
              "</h1><p>Times are UTC.</p>";
  body += section("Release", head_of(r));
  if (!r.notes.empty())
    body += section("What is new", "<p style=\"white-space:pre-wrap\">" + escaped(r.notes) + "</p>");
  body += section("Over time", bars_of(r) + (r.weights.empty() ? "" : weights_of(r)));
  body += section("Steps", steps_of(r));
  if (!r.items.empty()) body += section("Checklists", items_of(r));
  if (!r.rules.empty()) body += section("Rules", rules_of(r));
  if (!r.guards.empty()) body += section("Health", health_of(r, seen));
  if (!r.undo.empty()) {
    std::string rows;
    for (const auto& u : r.undo)
      rows += "<tr>" + cell(u.id) + "<td>" + report::tag(u.status, tone_of_status(u.status)) + "</td>" +
              cell(u.why) + "</tr>";
    body += section("Put back", table({"step", "status", "why"}, rows));
  }
  if (!r.tasks.empty()) body += section("After the release", tasks_of(r));
  if (!r.words.empty()) body += section("People", people_of(r));
  if (!r.messages.empty()) body += section("Messages", messages_of(r));
  body += section("What happened", events_of(r));
  return report::page(title, body);
}

}  // namespace v1
}  // namespace shipflow
