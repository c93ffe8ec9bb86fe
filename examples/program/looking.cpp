// status and history: reading a store, beside its owner if there is one.
#include "commands.hpp"
#include "host.hpp"
#include "text.hpp"
#include "view.hpp"

#include <shipflow/release_report.hpp>

#include <algorithm>
#include <cstdio>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::errc;
using shipflow::make_error;

void line(const std::string& words) { std::printf("%s\n", plain(words).c_str()); }

// "ready, about 8s", "lapsed: api/shift: version 1.4.0 (blue) has 0 of 3 instances ready"
std::string describe_rollback(const json::object& back) {
  const auto level = field(back, "level");
  const auto why = field(back, "why");
  if (level != "ready") return why.empty() ? level : level + ": " + why;
  const auto takes = (back.at("takes_ms").as_int64() + 999) / 1000 * 1000;
  return level + ", about " + shipflow::format_duration(shipflow::duration{takes});
}

// What is to be done after the release, and since when it should have been.
void print_tasks(const json::object& s) {
  const auto* tasks = s.if_contains("tasks");
  if (tasks == nullptr || !tasks->is_array()) return;
  shipflow::loop clock;
  for (const auto& task : tasks->get_array()) {
    const auto& o = task.as_object();
    std::string when = "open";
    if (const auto* due = o.if_contains("due")) {
      const auto at = shipflow::from_ms(due->to_number<std::int64_t>());
      when = (at < clock.now() ? "overdue since " : "due ") + shipflow::format_time(at);
    }
    if (const auto* done = o.if_contains("done"))
      when = "done " + shipflow::format_time(shipflow::from_ms(done->to_number<std::int64_t>())) + " by " +
             field(o, "by");
    std::printf("  task       %-28s %s  - %s\n", field(o, "id").c_str(), field(o, "text").c_str(),
                when.c_str());
  }
}

// Role by role, who has agreed so far.
void print_votes(const json::object& step) {
  const auto* votes = step.if_contains("votes");
  const auto* quorum = step.if_contains("quorum");
  if (votes == nullptr || quorum == nullptr) return;
  for (const auto& role : step.at("roles").as_array()) {
    std::string who;
    std::size_t count = 0;
    if (const auto* people = votes->as_object().if_contains(role.as_string()))
      for (const auto& p : people->as_array()) {
        who += (who.empty() ? ": " : ", ") + std::string(p.as_string());
        ++count;
      }
    line("             " + std::string(role.as_string()) + " " + std::to_string(count) + " of " +
         json::serialize(*quorum) + who);
  }
}

void print_items(const json::object& step) {
  const auto* texts = step.if_contains("texts");
  if (texts == nullptr) return;
  const auto& items = step.at("items").as_array();
  const auto& ticked = step.at("ticked").as_array();
  for (std::size_t i = 0; i < items.size() && i < texts->as_array().size(); ++i) {
    const bool done = std::find(ticked.begin(), ticked.end(), items[i]) != ticked.end();
    line(std::string("             [") + (done ? "x" : " ") + "] " + std::string(items[i].as_string()) +
         "  " + std::string(texts->as_array()[i].as_string()));
  }
}

// What a step that waits for people waits for.
void print_asked(const json::object& step) {
  if (field(step, "status") != "asking") return;
  print_votes(step);
  print_items(step);
  for (const auto& [key, words] : {std::pair{"not_before", "not before "}, std::pair{"due", "until "}})
    if (const auto* at = step.if_contains(key))
      line(std::string("             ") + words +
           shipflow::format_time(shipflow::from_ms(at->to_number<std::int64_t>())));
}

void print_summary(const json::object& s) {
  std::printf("%s  %s %s to %s by %s: %s\n", field(s, "run").c_str(), field(s, "plan").c_str(),
              field(s, "version").c_str(), field(s, "environment").c_str(), field(s, "principal").c_str(),
              shipflow::words_of_phase(field(s, "phase")).c_str());
  if (!field(s, "reason").empty()) line("reason  " + field(s, "reason"));
  if (!field(s, "promoted").empty())
    std::printf("promoted  proved itself in run %s\n", field(s, "promoted").c_str());
  if (!field(s, "hotfix").empty()) line("hotfix  " + field(s, "hotfix"));
  if (!field(s, "emergency").empty()) line("emergency  " + field(s, "emergency"));
  if (!field(s, "held").empty()) line("waits   " + field(s, "held"));
  if (!field(s, "calendar_override").empty()) line("calendar overridden: " + field(s, "calendar_override"));
  if (!field(s, "parked").empty()) {
    line("parked  " + field(s, "parked"));
    line("next    " + field(s, "command"));
  }
  if (const auto* back = s.if_contains("rollback"); back != nullptr && back->is_object())
    std::printf("rollback  %s\n", describe_rollback(back->get_object()).c_str());
  for (const auto& step : s.at("steps").as_array()) {
    const auto& o = step.as_object();
    const auto why = field(o, "why");
    std::printf("  %-10s %-28s %s%s%s\n", field(o, "status").c_str(), field(o, "id").c_str(),
                plain(field(o, "title")).c_str(), why.empty() ? "" : "  - ", plain(why).c_str());
    print_asked(o);
  }
  for (const auto& g : s.at("guards").as_array())
    std::printf("  guard      %-28s %s  %s\n", field(g.as_object(), "id").c_str(),
                field(g.as_object(), "level").c_str(), field(g.as_object(), "reason").c_str());
  print_tasks(s);
  for (const auto& q : s.at("questions").as_array())
    std::printf("  asks       %-28s %s\n", field(q.as_object(), "id").c_str(),
                field(q.as_object(), "text").c_str());
}

int print_runs(const arguments& given, const shipflow::run_filter& filter) {
  const auto store = open_to_read(given);
  if (!store) return complain(store.error());
  const auto runs = (*store)->list_runs(filter);
  if (!runs) return complain(runs.error());
  for (const auto& r : *runs) {
    if (given.has("--json"))
      std::printf("%s\n", json::serialize(json::object{{"run", r.id},
                                                       {"plan", r.plan},
                                                       {"version", r.version},
                                                       {"environment", r.environment},
                                                       {"status", std::string(name_of(r.status))},
                                                       {"principal", r.principal},
                                                       {"created", r.created_ms},
                                                       {"finished", r.finished_ms},
                                                       {"reason", r.reason}})
                              .c_str());
    else
      std::printf("%s  %s  %-12s %-12s %-10s %-12s %-14s %s\n",
                  shipflow::format_time(shipflow::from_ms(r.created_ms)).c_str(), r.id.c_str(),
                  r.environment.c_str(), r.plan.c_str(), r.version.c_str(),
                  std::string(name_of(r.status)).c_str(), r.principal.c_str(), plain(r.reason).c_str());
  }
  return 0;
}

// Messages that have not reached anybody; the store is read beside its owner.
shipflow::result<json::array> untold(const arguments& given, const std::string& run) {
  const auto store = open_to_read(given);
  if (!store) return store.error();
  const auto all = (*store)->read_messages(run);
  if (!all) return all.error();
  json::array out;
  for (const auto& m : *all)
    if (m.status != shipflow::message_status::delivered)
      out.push_back(json::object{{"message", m.id},
                                 {"channel", m.channel},
                                 {"moment", m.moment},
                                 {"status", std::string(name_of(m.status))},
                                 {"attempts", m.attempts},
                                 {"why", m.why}});
  return out;
}

void print_untold(const json::array& messages) {
  for (const auto& m : messages) {
    const auto& o = m.as_object();
    const auto why = field(o, "why");
    std::printf("  message    %-28s %s through %s%s%s\n", field(o, "status").c_str(),
                field(o, "moment").c_str(), field(o, "channel").c_str(), why.empty() ? "" : ": ",
                why.c_str());
  }
}

}  // namespace

int status(const arguments& given) {
  if (given.words.empty()) {
    shipflow::run_filter filter;
    filter.terminal = false;
    return print_runs(given, filter);
  }
  const auto& run = given.words.front();
  const auto answered = shipflow::control_call(places_of(given).socket, {{"op", "look"}, {"run", run}});
  json::object found;
  if (answered) {
    found = answered->at("summary").as_object();
  } else {
    const auto store = open_to_read(given);
    if (!store) return complain(store.error());
    const auto state = shipflow::load_run(**store, run);
    if (!state) return complain(state.error());
    found = shipflow::summary(*state);
  }
  const auto messages = untold(given, run);
  if (!messages) return complain(messages.error());
  if (given.has("--json")) {
    if (!messages->empty()) found["messages"] = *messages;
    std::printf("%s\n", json::serialize(found).c_str());
    return 0;
  }
  print_summary(found);
  print_untold(*messages);
  return 0;
}

int history(const arguments& given) {
  shipflow::run_filter filter;
  filter.environment = given.get("--environment");
  filter.limit = 20;
  if (given.has("--limit")) {
    char* end = nullptr;
    const auto text = given.get("--limit");
    const auto limit = std::strtol(text.c_str(), &end, 10);
    if (end == text.c_str() || *end != '\0' || limit < 1 || limit > 10'000)
      return complain(make_error(errc::invalid_argument, "--limit takes a number from 1 to 10000"));
    filter.limit = static_cast<std::size_t>(limit);
  }
  return print_runs(given, filter);
}

}  // namespace program
