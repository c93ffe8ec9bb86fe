// The report as Markdown, and the record of an incident as plain text.
#include "report/release_words.hpp"
#include "report/times.hpp"

#include <shipflow/release_report.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

using report::when;
using report::whole_seconds;

// Words as words: no Markdown, no HTML, one line, no end of a table's cell.
std::string words(std::string_view text) {
  constexpr std::string_view special = "\\`*_[]<>|#~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (byte < 0x20U || byte == 0x7fU) {
      out += ' ';
    } else {
      if (special.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string row(std::initializer_list<std::string> cells) {
  std::string out = "|";
  for (const auto& c : cells) out += " " + c + " |";
  return out + "\n";
}

void add(std::string& out, const std::string& name, const std::string& text) {
  if (!text.empty()) out += "- " + words(name) + ": " + words(text) + "\n";
}

std::string steps_of(const release_report& r) {
  std::string out =
      "\n## Steps\n\n| step | what | status | began | took | why |\n|---|---|---|---|---|---|\n";
  for (const auto& s : r.steps) {
    const bool both = s.began != time_point{} && s.ended != time_point{};
    out += row({words(s.id), words(s.title), s.status, when(s.began),
                both ? whole_seconds(s.ended - s.began) : "", words(s.why)});
  }
  return out;
}

std::string checklists_of(const release_report& r) {
  std::string out = "\n## Checklists\n";
  std::string list, group;
  for (const auto& i : r.items) {
    if (i.step != list || i.group != group || &i == &r.items.front())
      out += "\n### " + words(i.step) + (i.group.empty() ? "" : ": " + words(i.group)) + "\n\n";
    list = i.step;
    group = i.group;
    out += std::string("- [") + (i.state == "done" ? "x" : " ") + "] " + words(i.text);
    if (i.state == "failed" || i.state == "skipped") out += ", " + i.state;
    if (i.ticked != time_point{}) out += ", " + words(i.who) + ", " + when(i.ticked);
    out += "\n";
  }
  return out;
}

std::string health_of(const release_report& r) {
  std::string out =
      "\n## Health\n\n| guard | severity | last | alerts | normal | alert | before | since the release | "
      "reason "
      "|\n|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& g : r.guards)
    out += row({words(g.id), g.severity, g.level, std::to_string(g.alerts), words(g.normal), words(g.alert),
                words(g.before), words(g.after), words(g.reason)});
  return out;
}

void add_place(std::string& out, const release_report& r) {
  add(out, "Address", r.url);
  if (const auto* links = r.about.if_contains("links"); links != nullptr && links->is_object())
    for (const auto& [name, address] : links->get_object())
      if (address.is_string()) add(out, std::string(name), std::string(address.get_string()));
  for (const auto& [name, text] : report::place_of(r)) {
    auto spoken = name;
    spoken.front() = static_cast<char>(spoken.front() - 'a' + 'A');
    add(out, spoken, text);
  }
}

std::string worst_severity(const release_report& r) {
  std::string worst;
  for (const auto& g : r.guards)
    if (g.alerts > 0 && (worst.empty() || g.severity < worst)) worst = g.severity;
  return worst;
}

}  // namespace

std::string to_markdown(const release_report& r) {
  std::string out = "# " + words(r.plan) + " " + words(r.version) + " to " + words(r.environment) + ": " +
                    words_of_phase(r.phase) + "\n\n";
  for (const auto& sentence : summary_of(r)) out += words(sentence) + "\n";
  out += "\n";
  add(out, "Run", r.run);
  add_place(out, r);
  add(out, "Commit", r.commit);
  add(out, "Started by", r.principal + (r.reason.empty() ? "" : ": " + r.reason));
  add(out, "Proved itself in run", r.promoted);
  add(out, "Hotfix", r.hotfix);
  add(out, "Emergency", r.emergency);
  add(out, "Calendar overridden", r.calendar_override);
  add(out, "Created", when(r.created));
  add(out, "Released", when(r.released_at));
  add(out, "Ended", when(r.finished));
  add(out, "Lasted", whole_seconds(r.lasted()));
  add(out, "Why", r.why);
  add(out, "Record", std::to_string(r.facts) + " facts, head " + r.head);
  if (!r.notes.empty()) out += "\n## What is new\n\n" + words(r.notes) + "\n";
  out += steps_of(r);
  if (!r.items.empty()) out += checklists_of(r);
  if (!r.rules.empty()) {
    out += "\n## Rules\n\n";
    for (const auto& rule : r.rules) out += "- " + words(rule) + "\n";
    for (const auto& [role, who] : r.roles) out += "- " + words(role) + ": " + words(who) + "\n";
  }
  if (!r.guards.empty()) out += health_of(r);
  if (!r.undo.empty()) {
    out += "\n## Put back\n\n| step | status | why |\n|---|---|---|\n";
    for (const auto& u : r.undo) out += row({words(u.id), u.status, words(u.why)});
  }
  if (!r.tasks.empty()) {
    out += "\n## After the release\n\n| task | what | state | due | done | by |\n|---|---|---|---|---|---|\n";
    for (const auto& t : r.tasks)
      out += row({words(t.id), words(t.text), r.state_of(t), when(t.due), when(t.done), words(t.who)});
  }
  if (report::anybody_spoke(r)) {
    out += "\n## People\n\n| when | who | said | meaning | why |\n|---|---|---|---|---|\n";
    for (const auto& w : r.words)
      if (!report::is_counted_tick(r, w))
        out += row({when(w.at), words(w.who), words(w.what), w.meaning, words(w.why)});
  }
  if (!r.messages.empty()) {
    out += "\n## Messages\n\n| when | moment | to | state | text |\n|---|---|---|---|---|\n";
    for (const auto& m : r.messages)
      out += row({when(m.at), words(m.moment), words(m.channel), m.status, words(m.text)});
  }
  out += "\n## What happened\n\n";
  for (const auto& e : r.events) out += "- " + when(e.at) + " " + words(e.text) + "\n";
  return out;
}

std::string incident_text(const release_report& r) {
  const auto begin = std::find_if(r.events.begin(), r.events.end(), [](const auto& e) { return e.trouble; });
  const bool over = r.finished != time_point{};
  const auto severity = worst_severity(r);
  std::string out = "DEPLOYMENT INCIDENT\n\n";
  out += std::string("Status: ") + (over ? "Resolved" : "Identified") + "\n";
  out += "Severity: " + (severity.empty() ? "[SEV1/SEV2/SEV3]" : severity) + "\n";
  out += "Impact: [what customers noticed], " + r.plan + " " + r.version + " in " + r.environment + "\n";
  out += "Start Time: " + when(begin == r.events.end() ? r.created : begin->at) + "\n";
  out += "Cause: " + (r.why.empty() ? std::string("[not known]") : r.why) + "\n";
  out += "Resolution: ";
  if (r.phase == "rolled_back")
    out += "rolled back; what was there before was compared and is there again" + report::kept_by(r) + "\n";
  else
    out += over ? "the release ended as " + r.phase + "\n" : "the release is being rolled back\n";
  out += "ETA: " + (over ? when(r.finished) : std::string("[expected]")) + "\n\nTimeline\n";
  for (const auto& e : r.events)
    if (begin == r.events.end() || e.at >= begin->at) out += "  " + when(e.at) + " " + e.text + "\n";
  for (const auto& u : r.undo)
    out += "  put back: " + u.id + " " + u.status + (u.why.empty() ? "" : ", " + u.why) + "\n";
  return out;
}

}  // namespace v1
}  // namespace shipflow
