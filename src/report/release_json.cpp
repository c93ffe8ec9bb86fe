#include <shipflow/release_report.hpp>

namespace shipflow {
inline namespace v1 {
namespace {

void put(json::object& to, std::string_view key, const std::string& text) {
  if (!text.empty()) to[key] = text;
}
void put(json::object& to, std::string_view key, time_point t) {
  if (t != time_point{}) to[key] = to_ms(t);
}

json::object step_json(const reported_step& s) {
  json::object o{{"id", s.id}, {"title", s.title}, {"status", s.status}, {"attempts", s.attempts}};
  put(o, "began", s.began);
  put(o, "ended", s.ended);
  put(o, "why", s.why);
  return o;
}

json::object word_json(const reported_word& w) {
  json::object o{{"at", to_ms(w.at)}, {"who", w.who}, {"what", w.what}, {"meaning", w.meaning}};
  put(o, "why", w.why);
  return o;
}

template <class Items, class Make>
json::array all(const Items& items, Make make) {
  json::array out;
  for (const auto& item : items) out.push_back(make(item));
  return out;
}

}  // namespace

json::object to_json(const release_report& r) {
  json::object o{{"summary", all(summary_of(r), [](const auto& line) { return json::value(line); })},
                 {"run", r.run},
                 {"plan", r.plan},
                 {"plan_digest", r.plan_digest},
                 {"environment", r.environment},
                 {"version", r.version},
                 {"principal", r.principal},
                 {"phase", r.phase},
                 {"facts", r.facts},
                 {"head", r.head},
                 {"lasted_ms", r.lasted().count()}};
  put(o, "url", r.url);
  if (!r.about.empty()) o["about"] = r.about;
  put(o, "commit", r.commit);
  put(o, "notes", r.notes);
  put(o, "reason", r.reason);
  put(o, "promoted", r.promoted);
  put(o, "hotfix", r.hotfix);
  put(o, "emergency", r.emergency);
  put(o, "calendar_override", r.calendar_override);
  put(o, "why", r.why);
  put(o, "created", r.created);
  put(o, "released_at", r.released_at);
  put(o, "turned", r.turned);
  put(o, "finished", r.finished);
  o["steps"] = all(r.steps, step_json);
  o["events"] = all(r.events, [](const auto& e) {
    return json::object{{"at", to_ms(e.at)}, {"text", e.text}, {"trouble", e.trouble}};
  });
  o["words"] = all(r.words, word_json);
  o["guards"] = all(r.guards, [](const auto& g) {
    json::object guard{{"id", g.id},         {"severity", g.severity}, {"level", g.level},
                       {"reason", g.reason}, {"alerts", g.alerts},     {"normal", g.normal},
                       {"alert", g.alert}};
    put(guard, "before", g.before);
    put(guard, "after", g.after);
    return guard;
  });
  o["items"] = all(r.items, [](const auto& i) {
    json::object item{{"step", i.step}, {"id", i.id}, {"text", i.text}, {"state", i.state}};
    put(item, "group", i.group);
    put(item, "ticked", i.ticked);
    put(item, "who", i.who);
    return item;
  });
  o["messages"] = all(r.messages, [](const auto& m) {
    return json::object{{"at", to_ms(m.at)},
                        {"moment", m.moment},
                        {"channel", m.channel},
                        {"status", m.status},
                        {"text", m.text}};
  });
  json::object roles;
  for (const auto& [role, who] : r.roles) roles[role] = who;
  o["roles"] = std::move(roles);
  o["rules"] = all(r.rules, [](const auto& rule) { return json::value(rule); });
  o["undo"] = all(r.undo, [](const auto& u) {
    return json::object{{"id", u.id}, {"status", u.status}, {"why", u.why}};
  });
  if (!r.tasks.empty())
    o["tasks"] = all(r.tasks, [&](const auto& t) {
      json::object task{{"id", t.id}, {"text", t.text}, {"state", r.state_of(t)}};
      put(task, "due", t.due);
      put(task, "done", t.done);
      put(task, "who", t.who);
      return task;
    });
  o["weights"] = all(r.weights, [](const auto& w) {
    return json::array{to_ms(w.at), w.percent, w.component};
  });
  return o;
}

}  // namespace v1
}  // namespace shipflow
