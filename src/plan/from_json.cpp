#include "plan/json_reader.hpp"

#include <shipflow/plan.hpp>

#include <algorithm>

namespace shipflow {
namespace planning {
namespace {

void read_retry(json_reader& from, retry_policy& to, trouble& bad) {
  const auto* found = from.member("retry");
  if (found == nullptr) return;
  json_reader in(*found, from.where() + "/retry", bad);
  in.number("attempts", to.attempts);
  in.time("backoff_ms", to.backoff);
  in.time("most_ms", to.most);
  in.end();
}

void read_action(json_reader& in, plan_step& to, trouble& bad) {
  in.text("provider", to.provider);
  in.text("action", to.action);
  in.number("action_version", to.action_version);
  in.name("repeat", effect_class::token, effect_class::creates, to.repeat);
  in.name("undo", reversibility::reversible, reversibility::irreversible, to.undo);
  in.name("rank", restore_rank::traffic, restore_rank::cleanup, to.rank);
  in.object("target", to.target);
  in.object("inputs", to.inputs);
  in.texts("resources", to.resources);
  in.truth("tells_ready", to.tells_ready);
  in.texts("secret_outputs", to.secret_outputs);
  in.time("call_timeout_ms", to.call_timeout);
  read_retry(in, to.retry, bad);
  in.name("after_traffic", after_traffic::undo, after_traffic::keep, to.after);
  in.texts("ask_roles", to.ask_roles);
  in.truth("first_traffic", to.first_traffic);
  in.index("restores", to.restores);
}

plan_step read_step(const json::value& from, const std::string& where, trouble& bad) {
  plan_step to;
  json_reader in(from, where, bad);
  in.require("id");
  in.require("kind");
  in.text("id", to.id);
  in.text("group", to.group);
  in.text("title", to.title);
  in.name("kind", step_kind::action, step_kind::window, to.kind);
  in.text("component", to.component);
  in.indexes("needs", to.needs);
  in.any("when", to.when);
  in.truth("skippable", to.skippable);
  in.truth("on_call", to.on_call);
  in.time("timeout_ms", to.timeout);
  switch (to.kind) {
    case step_kind::action:
    case step_kind::restore: read_action(in, to, bad); break;
    case step_kind::approval:
    case step_kind::checklist:
      in.texts("roles", to.roles);
      in.number("quorum", to.quorum);
      in.truth("self_approval", to.self_approval);
      in.text("on_expiry", to.on_expiry);
      in.time("lasts_ms", to.lasts);
      in.texts("items", to.items);
      in.texts("item_texts", to.item_texts);
      in.texts("item_groups", to.item_groups);
      break;
    case step_kind::wait:
    case step_kind::watch: in.time("lasts_ms", to.lasts); break;
    case step_kind::window: in.truth("preferred", to.preferred); break;
  }
  in.end();
  return to;
}

void read_probe(const json::value& from, const std::string& where, plan_guard& to, trouble& bad) {
  json_reader in(from, where, bad);
  in.require("name");
  in.text("name", to.probe);
  in.text("kind", to.probe_kind);
  in.object("spec", to.probe_spec);
  in.time("every_ms", to.every);
  in.time("timeout_ms", to.timeout);
  in.number("rise", to.rise);
  in.number("fall", to.fall);
  in.end();
}

plan_guard read_guard(const json::value& from, const std::string& where, trouble& bad) {
  plan_guard to;
  json_reader in(from, where, bad);
  in.require("id");
  in.text("id", to.id);
  in.text("component", to.component);
  in.text("severity", to.severity);
  in.index("from", to.from);
  in.index("until", to.until);
  in.truth("attributable_only", to.attributable_only);
  in.index("holds", to.holds);
  in.time("patience_ms", to.patience);
  in.text("inconclusive", to.inconclusive);
  in.object("target", to.target);
  if (const auto* probe = in.member("probe")) read_probe(*probe, where + "/probe", to, bad);
  in.text("normal", to.normal);
  in.text("alert", to.alert);
  in.time("slot_ms", to.slot);
  in.object("metrics", to.metrics);
  in.time("calibrate_ms", to.calibrate);
  in.end();
  return to;
}

void read_rule(const json::value& from, const std::string& where, severity_rule& to, trouble& bad) {
  json_reader in(from, where, bad);
  in.text("what", to.what);
  in.texts("roles", to.roles);
  in.time("within_ms", to.within);
  in.text("then", to.then);
  in.number("quorum", to.quorum);
  in.texts("calls", to.calls);
  for (const auto& entry : in.items("escalate")) {
    escalation_level level;
    json_reader each(entry, where + "/escalate", bad);
    each.time("after_ms", level.after);
    each.texts("roles", level.roles);
    each.end();
    to.escalate.push_back(std::move(level));
  }
  in.end();
}

void read_rollback(const json::value& from, rollback_policy& to, trouble& bad) {
  json_reader in(from, "/rollback", bad);
  json::object severities;
  in.object("severities", severities);
  for (const auto& entry : severities)
    read_rule(entry.value(), "/rollback/severities", to.severities[std::string(entry.key())], bad);
  json::object guards;
  in.object("guards", guards);
  for (const auto& entry : guards)
    read_rule(entry.value(), "/rollback/guards", to.guards[std::string(entry.key())], bad);
  if (const auto* rule = in.member("on_failure"))
    read_rule(*rule, "/rollback/on_failure", to.on_failure, bad);
  in.texts("decision_roles", to.decision_roles);
  in.time("decision_window_ms", to.decision_window);
  in.number("decision_quorum", to.decision_quorum);
  in.time("unavailable_after_ms", to.unavailable_after);
  in.text("unavailable_then", to.unavailable_then);
  in.truth("verify", to.verify);
  in.end();
}

void read_release_json(const json::value& from, release_info& to, trouble& bad) {
  json_reader in(from, "/release", bad);
  json::object images;
  in.require("version");
  in.text("version", to.version);
  in.text("commit", to.commit);
  in.object("images", images);
  for (const auto& entry : images) {
    if (const auto* image = entry.value().if_string())
      to.images[std::string(entry.key())] = std::string(*image);
    else
      in.fail("images", "must hold strings");
  }
  in.text("notes", to.notes);
  in.object("extra", to.extra);
  in.end();
}

plan_component read_component(const json::value& from, const std::string& where, trouble& bad) {
  plan_component to;
  json_reader in(from, where, bad);
  in.require("name");
  in.text("name", to.name);
  in.text("provider", to.provider);
  in.object("target", to.target);
  in.texts("needs", to.needs);
  in.end();
  return to;
}

void read_roles(json_reader& in, plan& to, trouble& bad) {
  const auto* roles = in.member("roles");
  if (roles == nullptr) return;
  json_reader each(*roles, "/roles", bad);
  if (!roles->is_object()) return;
  for (const auto& entry : roles->get_object()) each.texts(entry.key(), to.roles[std::string(entry.key())]);
}

void read_protection(json_reader& in, protection_rules& to, trouble& bad) {
  const auto* found = in.member("protection");
  if (found == nullptr) return;
  json_reader rules(*found, "/protection", bad);
  rules.texts("start", to.start);
  rules.text("one_at_a_time", to.one_at_a_time);
  rules.truth("deletion_protected", to.deletion_protected);
  rules.end();
}

void read_promotion(json_reader& in, plan& to, trouble& bad) {
  const auto* found = in.member("promoted_from");
  if (found == nullptr) return;
  auto& rule = to.promoted_from.emplace();
  json_reader from(*found, "/promoted_from", bad);
  from.require("environment");
  from.text("environment", rule.environment);
  from.text("identity", rule.identity);
  from.time("healthy_for_ms", rule.healthy_for);
  from.texts("validated", rule.validated);
  from.texts("hotfix", rule.hotfix);
  from.truth("skippable", rule.skippable);
  from.end();
}

void read_tasks(json_reader& in, plan& to, trouble& bad) {
  for (const auto& entry : in.items("tasks")) {
    plan_task task;
    json_reader from(entry, "/tasks", bad);
    from.require("id");
    from.text("id", task.id);
    from.text("text", task.text);
    from.time("within_ms", task.within);
    from.texts("roles", task.roles);
    from.end();
    to.tasks.push_back(std::move(task));
  }
}

// The run machine uses these numbers as indexes without looking again.
void check_indexes(const plan& p, json_reader& in) {
  for (std::size_t i = 0; i < p.steps.size(); ++i) {
    const auto& s = p.steps[i];
    std::optional<step_index> last;
    for (const auto need : s.needs) {
      if (need >= i || (last && need <= *last)) in.fail("steps", "step `" + s.id + "` has impossible needs");
      last = need;
    }
    if (s.on_call && (s.kind != step_kind::action || !s.needs.empty()))
      in.fail("steps", "step `" + s.id + "` is on call and cannot have needs or be anything but an action");
    if (s.restores && *s.restores >= i) in.fail("steps", "step `" + s.id + "` restores a later step");
    if (s.kind == step_kind::restore && !s.restores) in.fail("steps", "step `" + s.id + "` restores nothing");
    if (s.items.size() != s.item_texts.size())
      in.fail("steps", "step `" + s.id + "` has items without a text");
    if (!s.item_groups.empty() && s.item_groups.size() != s.items.size())
      in.fail("steps", "step `" + s.id + "` has items without a group");
  }
  for (const auto& g : p.guards)
    if (g.from >= p.steps.size() || (g.until && *g.until >= p.steps.size()) ||
        (g.holds && *g.holds >= p.steps.size()))
      in.fail("guards", "guard `" + g.id + "` names a step that is not there");
}

plan_channel read_channel(const json::value& from, const std::string& where, trouble& bad) {
  plan_channel to;
  json_reader in(from, where, bad);
  for (const char* key : {"name", "kind", "spec"}) in.require(key);
  in.text("name", to.name);
  in.text("kind", to.kind);
  in.object("spec", to.spec);
  in.time("timeout_ms", to.timeout);
  in.time("give_up_ms", to.give_up);
  in.end();
  return to;
}

text_piece read_piece(const json::value& from, json_reader& in) {
  text_piece to;
  const auto* list = from.if_array();
  const bool good = list != nullptr && (list->size() == 2 || list->size() == 3) &&
                    std::all_of(list->begin(), list->end(), [](const auto& v) { return v.is_string(); });
  if (!good) {
    in.fail("text", "must hold pieces");
    return to;
  }
  const auto& kind = list->at(0).get_string();
  if (kind == "value") to.what = text_piece::kind::value;
  if (kind == "moment") to.what = text_piece::kind::moment;
  to.text = std::string(list->at(1).get_string());
  if (list->size() == 3) to.otherwise = std::string(list->at(2).get_string());
  return to;
}

plan_message read_message(const json::value& from, const std::string& where, trouble& bad) {
  plan_message to;
  json_reader in(from, where, bad);
  in.require("moment");
  in.text("moment", to.moment);
  in.texts("severities", to.severities);
  in.texts("steps", to.steps);
  in.texts("to", to.to);
  for (const auto& piece : in.items("text")) to.text.push_back(read_piece(piece, in));
  for (const auto& lead : in.items("before")) {
    if (!lead.is_int64() || lead.get_int64() <= 0) in.fail("before", "must be milliseconds above zero");
    to.before.emplace_back(lead.is_int64() ? lead.get_int64() : 0);
  }
  in.end();
  return to;
}

plan read_plan_json(const json::value& v, trouble& bad) {
  plan to;
  json_reader in(v, "", bad);
  int format = 0;
  in.number("shipflow", format);
  if (format != 1) in.fail("shipflow", "must be 1");
  for (const char* key : {"name", "environment", "release", "steps"}) in.require(key);
  in.text("name", to.name);
  in.text("environment", to.environment);
  in.text("environment_url", to.environment_url);
  in.object("about", to.about);
  if (const auto* release = in.member("release")) read_release_json(*release, to.release, bad);
  in.object("parameters", to.parameters);
  std::size_t at = 0;
  for (const auto& c : in.items("components"))
    to.components.push_back(read_component(c, "/components/" + std::to_string(at++), bad));
  at = 0;
  for (const auto& s : in.items("steps"))
    to.steps.push_back(read_step(s, "/steps/" + std::to_string(at++), bad));
  at = 0;
  for (const auto& g : in.items("guards"))
    to.guards.push_back(read_guard(g, "/guards/" + std::to_string(at++), bad));
  if (const auto* rollback = in.member("rollback")) read_rollback(*rollback, to.rollback, bad);
  read_roles(in, to, bad);
  read_protection(in, to.protection, bad);
  if (const auto* written = in.member("calendar")) {
    auto calendar = calendar_from_json(*written);
    if (calendar)
      to.calendar = std::move(*calendar);
    else
      in.fail("calendar", calendar.error().message);
  }
  read_promotion(in, to, bad);
  read_tasks(in, to, bad);
  in.object("secrets", to.secrets);
  at = 0;
  for (const auto& c : in.items("channels"))
    to.channels.push_back(read_channel(c, "/channels/" + std::to_string(at++), bad));
  at = 0;
  for (const auto& m : in.items("messages"))
    to.messages.push_back(read_message(m, "/messages/" + std::to_string(at++), bad));
  in.texts("locks", to.locks);
  in.texts("warnings", to.warnings);
  in.texts("point_of_no_return", to.point_of_no_return);
  in.end();
  check_indexes(to, in);
  return to;
}

}  // namespace
}  // namespace planning

inline namespace v1 {

result<plan> plan_from_json(const json::value& v) {
  planning::trouble bad;
  auto read = planning::read_plan_json(v, bad);
  if (!bad.what.empty()) return make_error(errc::invalid_document, "not a compiled plan: " + bad.what);
  return read;
}

}  // namespace v1
}  // namespace shipflow
