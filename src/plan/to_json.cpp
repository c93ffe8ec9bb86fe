#include <shipflow/plan.hpp>

namespace shipflow {
inline namespace v1 {
namespace {

// Members that hold nothing are left out: the file stays readable and the reader fills them in.
void put_text(json::object& to, const char* key, const std::string& value) {
  if (!value.empty()) to[key] = value;
}
void put_object(json::object& to, const char* key, const json::object& value) {
  if (!value.empty()) to[key] = value;
}
void put_texts(json::object& to, const char* key, const std::vector<std::string>& values) {
  if (values.empty()) return;
  json::array list;
  list.reserve(values.size());
  for (const auto& value : values) list.emplace_back(value);
  to[key] = std::move(list);
}
void put_time(json::object& to, const char* key, duration value) { to[key] = value.count(); }
void put_true(json::object& to, const char* key, bool value) {
  if (value) to[key] = true;
}

void put_action(json::object& to, const plan_step& s) {
  put_text(to, "provider", s.provider);
  put_text(to, "action", s.action);
  to["action_version"] = s.action_version;
  to["repeat"] = name_of(s.repeat);
  to["undo"] = name_of(s.undo);
  to["rank"] = name_of(s.rank);
  put_object(to, "target", s.target);
  put_object(to, "inputs", s.inputs);
  put_texts(to, "resources", s.resources);
  put_true(to, "tells_ready", s.tells_ready);
  put_texts(to, "secret_outputs", s.secret_outputs);
  put_time(to, "call_timeout_ms", s.call_timeout);
  to["retry"] = {{"attempts", s.retry.attempts},
                 {"backoff_ms", s.retry.backoff.count()},
                 {"most_ms", s.retry.most.count()}};
  to["after_traffic"] = name_of(s.after);
  put_texts(to, "ask_roles", s.ask_roles);
  put_true(to, "first_traffic", s.first_traffic);
  if (s.restores) to["restores"] = *s.restores;
}

void put_people(json::object& to, const plan_step& s) {
  put_texts(to, "roles", s.roles);
  to["quorum"] = s.quorum;
  put_true(to, "self_approval", s.self_approval);
  to["on_expiry"] = s.on_expiry;
  if (s.lasts.count() > 0) put_time(to, "lasts_ms", s.lasts);
  put_texts(to, "items", s.items);
  put_texts(to, "item_texts", s.item_texts);
  put_texts(to, "item_groups", s.item_groups);
}

json::object step_json(const plan_step& s) {
  json::object to;
  to["id"] = s.id;
  put_text(to, "group", s.group);
  put_text(to, "title", s.title);
  to["kind"] = name_of(s.kind);
  put_text(to, "component", s.component);
  if (!s.needs.empty()) to["needs"] = json::array(s.needs.begin(), s.needs.end());
  if (!s.when.is_null()) to["when"] = s.when;
  put_true(to, "skippable", s.skippable);
  put_true(to, "on_call", s.on_call);
  put_time(to, "timeout_ms", s.timeout);
  switch (s.kind) {
    case step_kind::action:
    case step_kind::restore: put_action(to, s); break;
    case step_kind::approval:
    case step_kind::checklist: put_people(to, s); break;
    case step_kind::wait:
    case step_kind::watch: put_time(to, "lasts_ms", s.lasts); break;
    case step_kind::window: put_true(to, "preferred", s.preferred); break;
  }
  return to;
}

json::object guard_json(const plan_guard& g) {
  json::object to;
  to["id"] = g.id;
  put_text(to, "component", g.component);
  to["severity"] = g.severity;
  to["from"] = g.from;
  if (g.until) to["until"] = *g.until;
  put_true(to, "attributable_only", g.attributable_only);
  if (g.holds) {
    to["holds"] = *g.holds;
    put_time(to, "patience_ms", g.patience);
    to["inconclusive"] = g.inconclusive;
  }
  put_object(to, "target", g.target);
  if (!g.probe.empty()) {
    to["probe"] = {{"name", g.probe},
                   {"kind", g.probe_kind},
                   {"spec", g.probe_spec},
                   {"every_ms", g.every.count()},
                   {"timeout_ms", g.timeout.count()},
                   {"rise", g.rise},
                   {"fall", g.fall}};
    return to;
  }
  put_text(to, "normal", g.normal);
  put_text(to, "alert", g.alert);
  put_time(to, "slot_ms", g.slot);
  if (g.calibrate.count() != 0) put_time(to, "calibrate_ms", g.calibrate);
  put_object(to, "metrics", g.metrics);
  return to;
}

json::object rule_json(const severity_rule& r) {
  json::object to;
  to["what"] = r.what;
  put_texts(to, "roles", r.roles);
  put_time(to, "within_ms", r.within);
  to["then"] = r.then;
  if (r.quorum != 1) to["quorum"] = r.quorum;
  put_texts(to, "calls", r.calls);
  json::array levels;
  for (const auto& level : r.escalate)
    levels.push_back(
        {{"after_ms", level.after.count()}, {"roles", json::array(level.roles.begin(), level.roles.end())}});
  if (!levels.empty()) to["escalate"] = std::move(levels);
  return to;
}

json::object rollback_json(const rollback_policy& r) {
  json::object to;
  json::object severities;
  for (const auto& [name, rule] : r.severities) severities[name] = rule_json(rule);
  put_object(to, "severities", severities);
  json::object guards;
  for (const auto& [name, rule] : r.guards) guards[name] = rule_json(rule);
  put_object(to, "guards", guards);
  to["on_failure"] = rule_json(r.on_failure);
  put_texts(to, "decision_roles", r.decision_roles);
  put_time(to, "decision_window_ms", r.decision_window);
  if (r.decision_quorum != 1) to["decision_quorum"] = r.decision_quorum;
  put_time(to, "unavailable_after_ms", r.unavailable_after);
  to["unavailable_then"] = r.unavailable_then;
  to["verify"] = r.verify;
  return to;
}

json::object release_json(const release_info& r) {
  json::object to;
  to["version"] = r.version;
  put_text(to, "commit", r.commit);
  json::object images;
  for (const auto& [name, image] : r.images) images[name] = image;
  put_object(to, "images", images);
  put_text(to, "notes", r.notes);
  put_object(to, "extra", r.extra);
  return to;
}

json::object component_json(const plan_component& c) {
  json::object to;
  to["name"] = c.name;
  put_text(to, "provider", c.provider);
  put_object(to, "target", c.target);
  put_texts(to, "needs", c.needs);
  return to;
}

json::object protection_json(const protection_rules& p) {
  json::object to;
  put_texts(to, "start", p.start);
  to["one_at_a_time"] = p.one_at_a_time;
  put_true(to, "deletion_protected", p.deletion_protected);
  return to;
}

json::object promotion_json(const promotion_rule& r) {
  json::object to;
  to["environment"] = r.environment;
  to["identity"] = r.identity;
  put_time(to, "healthy_for_ms", r.healthy_for);
  put_texts(to, "validated", r.validated);
  put_texts(to, "hotfix", r.hotfix);
  put_true(to, "skippable", r.skippable);
  return to;
}

json::object task_json(const plan_task& t) {
  json::object to;
  to["id"] = t.id;
  to["text"] = t.text;
  if (t.within.count() > 0) put_time(to, "within_ms", t.within);
  put_texts(to, "roles", t.roles);
  return to;
}

json::object channel_json(const plan_channel& c) {
  json::object to{{"name", c.name}, {"kind", c.kind}, {"spec", c.spec}};
  put_time(to, "timeout_ms", c.timeout);
  put_time(to, "give_up_ms", c.give_up);
  return to;
}

json::array pieces_json(const std::vector<text_piece>& pieces) {
  json::array out;
  for (const auto& p : pieces) {
    json::array one{std::string(p.what == text_piece::kind::words   ? "words"
                                : p.what == text_piece::kind::value ? "value"
                                                                    : "moment"),
                    p.text};
    if (!p.otherwise.empty()) one.emplace_back(p.otherwise);
    out.push_back(std::move(one));
  }
  return out;
}

json::object message_json(const plan_message& m) {
  json::object to{{"moment", m.moment}};
  put_texts(to, "severities", m.severities);
  put_texts(to, "steps", m.steps);
  put_texts(to, "to", m.to);
  to["text"] = pieces_json(m.text);
  json::array before;
  for (const auto lead : m.before) before.emplace_back(lead.count());
  if (!before.empty()) to["before"] = std::move(before);
  return to;
}

}  // namespace

json::value to_json(const plan& p) {
  json::object to;
  to["shipflow"] = 1;
  to["name"] = p.name;
  to["environment"] = p.environment;
  put_text(to, "environment_url", p.environment_url);
  put_object(to, "about", p.about);
  to["release"] = release_json(p.release);
  put_object(to, "parameters", p.parameters);
  json::array components;
  for (const auto& c : p.components) components.push_back(component_json(c));
  to["components"] = std::move(components);
  json::array steps;
  steps.reserve(p.steps.size());
  for (const auto& s : p.steps) steps.push_back(step_json(s));
  to["steps"] = std::move(steps);
  json::array guards;
  for (const auto& g : p.guards) guards.push_back(guard_json(g));
  to["guards"] = std::move(guards);
  to["rollback"] = rollback_json(p.rollback);
  json::object roles;
  for (const auto& [name, people] : p.roles) roles[name] = json::array(people.begin(), people.end());
  to["roles"] = std::move(roles);
  to["protection"] = protection_json(p.protection);
  if (p.calendar) to["calendar"] = to_json(*p.calendar);
  if (p.promoted_from) to["promoted_from"] = promotion_json(*p.promoted_from);
  json::array tasks;
  for (const auto& t : p.tasks) tasks.push_back(task_json(t));
  if (!tasks.empty()) to["tasks"] = std::move(tasks);
  if (!p.secrets.empty()) to["secrets"] = p.secrets;
  if (!p.channels.empty()) {
    json::array channels;
    for (const auto& c : p.channels) channels.push_back(channel_json(c));
    to["channels"] = std::move(channels);
  }
  if (!p.messages.empty()) {
    json::array messages;
    for (const auto& m : p.messages) messages.push_back(message_json(m));
    to["messages"] = std::move(messages);
  }
  put_texts(to, "locks", p.locks);
  put_texts(to, "warnings", p.warnings);
  put_texts(to, "point_of_no_return", p.point_of_no_return);
  return to;
}

}  // namespace v1
}  // namespace shipflow
