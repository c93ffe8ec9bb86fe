// When a run may begin: its scheduled start, then the calendar of its environment. A run that waits does so
// as facts with a time to look again; a rollback never comes here.
#include "run/body.hpp"
#include "run/decision.hpp"

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

std::string next_start(const timetable& table, time_point next) {
  return "; the next possible start is " + table.local(next) + " (" + format_time(next) + ")";
}

// The calendar's word on one moment.
start_verdict ask_calendar(const run_state& s, time_point now, openness worst) {
  start_verdict v;
  v.at = now;
  if (!s.what->calendar || !s.calendar_override.empty()) return v;
  const auto table = timetable::make(*s.what->calendar);
  if (!table) {
    v.never = true;
    v.why = "the calendar of " + s.what->environment + " cannot be read: " + table.error().message;
    return v;
  }
  const auto answer = table->look(now);
  v.why = answer.text();
  if (answer.level <= worst) return v;
  v.refused = s.what->calendar->outside == "refuse" && answer.level == openness::closed;
  v.why =
      "the calendar of " + s.what->environment + " is " + std::string(name_of(answer.level)) + ": " + v.why;
  const auto next = table->next(now, worst);
  v.never = !next;
  if (next) v.at = *next;
  v.why += next ? next_start(*table, *next) : "; it does not open within ten years";
  return v;
}

}  // namespace

start_verdict may_begin(const run_state& s, time_point now) {
  if (s.start_at <= now) return ask_calendar(s, now, openness::discouraged);
  start_verdict v;
  v.at = s.start_at;
  v.why = "it is scheduled for " + format_time(s.start_at);
  return v;
}

}  // namespace v1
}  // namespace shipflow

namespace shipflow::run {
namespace {

// Those of the calendar, and those that rules for messages have of their own.
std::set<duration> lead_times(const run_state& s) {
  const auto& usual = usual_lead_times(*s.what);
  std::set<duration> out(usual.begin(), usual.end());
  for (const auto& m : s.what->messages) out.insert(m.before.begin(), m.before.end());
  return out;
}

// A lead time that had passed when the start was said reminds nobody.
bool still_to_come(const run_state& s, duration lead) {
  return s.start_at - lead > s.scheduled && !s.reminded.contains(lead.count());
}

void remind(decision& d) {
  for (const auto lead : lead_times(d.s)) {
    if (!still_to_come(d.s, lead) || d.now < d.s.start_at - lead || d.now >= d.s.start_at) continue;
    d.add(fact_kind::state, "", {{"reminded", lead.count()}, {"start_at", to_ms(d.s.start_at)}});
  }
}

void hold(decision& d, const start_verdict& v) {
  const auto until = v.never ? time_point{} : v.at;
  if (d.s.held == v.why && d.s.held_until == until) return;
  json::object body{{"why", v.why}};
  if (!v.never) body["until"] = to_ms(until);
  d.add(fact_kind::state, "", {{"holds", std::move(body)}});
}

}  // namespace

const std::vector<duration>& usual_lead_times(const plan& what) {
  static const std::vector<duration> usual{std::chrono::hours{48}, std::chrono::hours{24}};
  return what.calendar && !what.calendar->remind.empty() ? what.calendar->remind : usual;
}

std::optional<time_point> reminder_after(const run_state& s, time_point now) {
  std::optional<time_point> first;
  for (const auto lead : lead_times(s)) {
    const auto at = s.start_at - lead;
    if (at > now && still_to_come(s, lead) && (!first || at < *first)) first = at;
  }
  return first;
}

void calendar_due(decision& d) {
  if (d.s.phase != phase::queued) return;
  remind(d);
  const auto v = may_begin(d.s, d.now);
  if (v.refused) {
    d.add(fact_kind::state, "", {{"phase", "failed"}, {"reason", v.why}});
  } else if (v.never || v.at > d.now) {
    hold(d, v);
  }
}

void begin(decision& d, const std::string& objection) {
  const auto v = may_begin(d.s, d.now);
  if (v.never || v.refused || v.at > d.now) return;
  if (!objection.empty()) {
    d.add(fact_kind::state, "", {{"phase", "failed"}, {"reason", objection}});
    return;
  }
  if (!v.why.empty())
    d.add(fact_kind::note, "", {{"text", "it begins although the calendar advises against it: " + v.why}});
  if (!d.s.calendar_override.empty())
    d.add(fact_kind::note, "", {{"text", "the calendar is not asked: " + d.s.calendar_override}});
  d.add(fact_kind::state, "", {{"phase", "forward"}});
}

result<json::object> schedule(const run_state& s, const json::object& body, time_point now) {
  const auto refused = [](std::string why) { return make_error(errc::conflict, std::move(why)); };
  if (s.phase != phase::queued) return refused("the run has begun and cannot be moved");
  const auto at = when(body, "at");
  if (at <= now) return refused("a start is moved to a time to come, given as `at` in milliseconds");
  auto then = s;
  then.start_at = at;
  const auto v = may_begin(then, at);
  if (v.refused || v.never) return refused(v.why);
  return json::object{{"start_at", to_ms(at)}};
}

start_verdict ask_window(const run_state& s, step_index i, time_point now) {
  return ask_calendar(s, now, s.what->steps[i].preferred ? openness::open : openness::discouraged);
}

}  // namespace shipflow::run
