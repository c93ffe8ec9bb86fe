// The report as one page.
#include "report/evidence_parts.hpp"
#include "report/html_table.hpp"
#include "report/page.hpp"
#include "report/release_chart.hpp"
#include "report/release_words.hpp"
#include "report/times.hpp"

#include <shipflow/release_report.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

using report::escaped;
using report::html_table;
using report::span_cell;
using report::tag_cell;
using report::time_cell;
using report::tone;
using report::tone_of_status;
using report::whole_seconds;
using report::words_cell;

std::string section(const char* title, const std::string& body) {
  return "<section><h2>" + std::string(title) + "</h2>" + body + "</section>";
}

// Only what is a page's address is made to be clicked on.
std::string linked(const std::string& address, const std::string& name) {
  if (!address.starts_with("https://") && !address.starts_with("http://")) return escaped(name);
  return "<a rel=\"noreferrer\" href=\"" + escaped(address) + "\">" + escaped(name) + "</a>";
}

void tile(std::string& out, const std::string& value, const char* name) {
  out += "<div class=\"tile\"><b>" + escaped(value) + "</b>" + name + "</div>";
}

std::string share(std::size_t some, std::size_t all) {
  return std::to_string(some) + "/" + std::to_string(all);
}

std::string tiles_of(const release_report& r) {
  std::string out;
  const bool came = r.released_at != time_point{};
  tile(out, whole_seconds(came ? r.released_at - r.created : r.lasted()), came ? "to the release" : "lasted");
  const auto since = (r.finished == time_point{} ? r.told_at : r.finished) - r.released_at;
  if (came && !r.is_incident() && since >= duration{1'000}) tile(out, whole_seconds(since), "watched since");
  if (r.turned != time_point{} && r.finished != time_point{})
    tile(out, whole_seconds(r.finished - r.turned), "to roll back");
  const auto done =
      std::count_if(r.steps.begin(), r.steps.end(), [](const auto& s) { return s.status == "done"; });
  tile(out, share(static_cast<std::size_t>(done), report::steps_in(r)), "steps");
  const auto ticked =
      std::count_if(r.items.begin(), r.items.end(), [](const auto& i) { return i.state == "done"; });
  if (!r.items.empty()) tile(out, share(static_cast<std::size_t>(ticked), r.items.size()), "items ticked");
  int alerts = 0;
  for (const auto& g : r.guards) alerts += g.alerts;
  if (!r.guards.empty()) tile(out, std::to_string(alerts), alerts == 1 ? "alert" : "alerts");
  return "<div class=\"tiles\">" + out + "</div>";
}

std::string top_of(const release_report& r, const std::string& title) {
  std::string out = "<h1>" + escaped(title) + " " +
                    report::tag(words_of_phase(r.phase), tone_of_status(r.phase)) + "</h1><p class=\"lead\">";
  bool first = true;
  for (const auto& sentence : summary_of(r)) {
    out += (first ? "" : " ") + escaped(sentence);
    first = false;
  }
  return out + "</p>" + tiles_of(r) + "<p>Times are UTC.</p>";
}

std::string links_of(const release_report& r) {
  std::string out;
  const auto* links = r.about.if_contains("links");
  if (links == nullptr || !links->is_object()) return out;
  for (const auto& [name, address] : links->get_object())
    if (address.is_string())
      out += (out.empty() ? "" : ", ") + linked(std::string(address.get_string()), std::string(name));
  return out;
}

std::string facts_of(const release_report& r) {
  std::string rows;
  const auto add_html = [&](const std::string& name, const std::string& html) {
    if (!html.empty()) rows += "<tr><th scope=\"row\">" + escaped(name) + "</th><td>" + html + "</td></tr>";
  };
  const auto add = [&](const std::string& name, const std::string& text) { add_html(name, escaped(text)); };
  add_html("address", linked(r.url, r.url));
  add_html("links", links_of(r));
  for (const auto& [name, words] : report::place_of(r)) add(name, words);
  add("started by", r.principal + (r.reason.empty() ? "" : ": " + r.reason));
  add("proved itself in run", r.promoted);
  add("hotfix", r.hotfix);
  add("emergency", r.emergency);
  add("calendar overridden", r.calendar_override);
  add_html("created", time_cell(r.created).html);
  add_html("released", time_cell(r.released_at).html);
  add_html("rolled back from", time_cell(r.turned).html);
  add_html("ended", time_cell(r.finished).html);
  add("why", r.why);
  add("commit", r.commit);
  add("run", r.run);
  add("record", std::to_string(r.facts) + " facts, the newest with hash " + r.head);
  return "<table class=\"facts\"><tbody>" + rows + "</tbody></table>";
}

std::string health_of(const release_report& r, const std::vector<guard_evidence>& seen) {
  html_table t(
      {"guard", "severity", "last", "alerts", "normal", "alert", "before", "since the release", "why"});
  for (const auto& g : r.guards)
    t.add({words_cell(g.id), words_cell(g.severity), tag_cell(g.level, report::tone_of(g.level, true)),
           words_cell(std::to_string(g.alerts)), words_cell(g.normal), words_cell(g.alert),
           words_cell(g.before), words_cell(g.after), words_cell(g.reason)});
  auto out = t.html();
  const bool drawn = std::any_of(seen.begin(), seen.end(), [](const auto& e) { return !e.lines.empty(); });
  if (drawn)
    out +=
        "<p>The strip below each plot is what the rule said: green pass, yellow watch, red alert, grey "
        "not enough data or not armed.</p>";
  for (const auto& e : seen) {
    if (!e.lines.empty()) out += "<h3>" + escaped(e.rule.guard) + "</h3>";
    for (const auto& l : e.lines) out += report::drawn(e, l);
  }
  return out;
}

std::string undo_of(const release_report& r) {
  html_table t({"step", "status", "why"});
  for (const auto& u : r.undo)
    t.add({words_cell(u.id), tag_cell(u.status, tone_of_status(u.status)), words_cell(u.why)});
  return t.html();
}

std::string steps_of(const release_report& r) {
  html_table t({"step", "what", "status", "began", "took", "why"});
  for (const auto& s : r.steps) {
    const bool both = s.began != time_point{} && s.ended != time_point{};
    t.add({words_cell(s.id), words_cell(s.title), tag_cell(s.status, tone_of_status(s.status)),
           time_cell(s.began), both ? span_cell(s.ended - s.began) : report::html_cell{}, words_cell(s.why)});
  }
  return t.html();
}

tone tone_of_item(const std::string& state) { return state == "open" ? tone::warn : tone_of_status(state); }

std::string items_of(const release_report& r) {
  std::string out;
  for (auto i = r.items.begin(); i != r.items.end();) {
    html_table t({"item", "state", "when", "by"});
    const auto list = i->step;
    std::string group;
    for (; i != r.items.end() && i->step == list; ++i) {
      if (i->group != group) t.group(i->group);
      group = i->group;
      t.add({words_cell(i->text), tag_cell(i->state, tone_of_item(i->state)), time_cell(i->ticked),
             words_cell(i->who)});
    }
    out += "<h3>" + escaped(list) + "</h3>" + t.html();
  }
  return out;
}

std::string people_of(const release_report& r) {
  html_table t({"when", "who", "said", "meaning", "why"});
  for (const auto& w : r.words)
    if (!report::is_counted_tick(r, w))
      t.add(
          {time_cell(w.at), words_cell(w.who), words_cell(w.what), words_cell(w.meaning), words_cell(w.why)});
  return t.html();
}

std::string roles_of(const release_report& r) {
  html_table t({"role", "who"});
  for (const auto& [role, who] : r.roles) t.add({words_cell(role), words_cell(who)});
  return t.html();
}

std::string rules_of(const release_report& r) {
  std::string out = "<ul>";
  for (const auto& rule : r.rules) out += "<li>" + escaped(rule) + "</li>";
  out += "</ul>";
  return r.roles.empty() ? out : out + roles_of(r);
}

std::string tasks_of(const release_report& r) {
  html_table t({"task", "what", "state", "due", "done", "by"});
  for (const auto& task : r.tasks) {
    const auto state = r.state_of(task);
    t.add({words_cell(task.id), words_cell(task.text),
           tag_cell(state, state == "overdue" ? tone::bad : tone_of_status(state)), time_cell(task.due),
           time_cell(task.done), words_cell(task.who)});
  }
  return t.html();
}

tone tone_of_message(const std::string& status) {
  if (status == "delivered") return tone::good;
  return status == "waiting" ? tone::warn : tone::bad;
}

std::string messages_of(const release_report& r) {
  html_table t({"when", "moment", "to", "state", "text"});
  for (const auto& m : r.messages)
    t.add({time_cell(m.at),
           words_cell(m.moment),
           words_cell(m.channel),
           tag_cell(m.status, tone_of_message(m.status)),
           {"<span style=\"white-space:pre-wrap\">" + escaped(m.text) + "</span>", false}});
  return t.html();
}

std::string events_of(const release_report& r) {
  html_table t({"when", "what"});
  for (const auto& e : r.events)
    t.add({time_cell(e.at),
           {(e.trouble ? report::tag("trouble", tone::bad) + " " : "") + escaped(e.text), false}});
  return t.html();
}

}  // namespace

std::string to_html(const release_report& r, const std::vector<guard_evidence>& seen) {
  const auto title = r.plan + " " + r.version + " to " + r.environment;
  auto body = top_of(r, title) + section("Release", facts_of(r));
  if (!r.notes.empty()) body += section("What is new", "<p class=\"notes\">" + escaped(r.notes) + "</p>");
  body += section("Over time", report::over_time(r));
  if (!r.guards.empty()) body += section("Health", health_of(r, seen));
  if (!r.undo.empty()) body += section("Put back", undo_of(r));
  body += section("Steps", steps_of(r));
  if (!r.items.empty()) body += section("Checklists", items_of(r));
  if (report::anybody_spoke(r)) body += section("People", people_of(r));
  if (!r.tasks.empty()) body += section("After the release", tasks_of(r));
  if (!r.rules.empty()) body += section("Rules", rules_of(r));
  if (!r.messages.empty()) body += section("Messages", messages_of(r));
  body += section("What happened", events_of(r));
  return report::page(title, body);
}

}  // namespace v1
}  // namespace shipflow
