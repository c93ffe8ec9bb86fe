#include "health/trigger.hpp"

#include <algorithm>

namespace shipflow::health {
namespace {

result<std::optional<bound_condition>> bind_text(const std::string& text, condition_role role,
                                                 const trigger_spec& spec, std::vector<series_key>& inputs) {
  if (text.empty()) return std::optional<bound_condition>{};
  const auto named = [&](error e) {
    e.message = "trigger \"" + spec.id + "\", " + (role == condition_role::alert ? "alert" : "normal") +
                ": " + e.message;
    return e;
  };
  const auto parsed = parse_condition(text);
  if (!parsed) return named(parsed.error());
  auto bound = bind_condition(*parsed, role, spec.metrics, spec.slot, inputs);
  if (!bound) return named(bound.error());
  return std::optional<bound_condition>{std::move(*bound)};
}

/// Of the tests that were calibrated; their paces are part of the rule.
json::object lanes_json(const std::map<std::string, std::vector<lane>>& all) {
  json::object out;
  for (const auto& [text, lanes] : all) {
    json::array list;
    for (const auto& l : lanes) list.push_back(json::array{l.rule.ratio, l.slots, l.weight});
    out[text] = std::move(list);
  }
  return out;
}

json::object identity_of(const trigger& t) {
  json::array inputs;
  for (const auto& k : t.inputs())
    inputs.push_back(json::array{k.metric, k.series, json::string(json::string_view(name_of(k.arm)))});
  return {{"normal", t.normal() ? t.normal()->text : ""},
          {"alert", t.alert() ? t.alert()->text : ""},
          {"slot", t.slot().count()},
          {"inputs", std::move(inputs)}};
}

}  // namespace

result<std::shared_ptr<const trigger>> make_trigger(const trigger_spec& spec) {
  auto t = std::make_shared<trigger>();
  if (spec.normal.empty() && spec.alert.empty())
    return make_error(errc::invalid_document, "trigger \"" + spec.id + "\" has neither `normal` nor `alert`");
  auto alert = bind_text(spec.alert, condition_role::alert, spec, t->inputs_);
  if (!alert) return alert.error();
  auto normal = bind_text(spec.normal, condition_role::normal, spec, t->inputs_);
  if (!normal) return normal.error();
  t->id_ = spec.id;
  t->severity_ = spec.severity;
  t->slot_ = spec.slot;
  t->whom_ = spec.whom;
  t->alert_ = std::move(*alert);
  t->normal_ = std::move(*normal);
  t->group_looks(spec.metrics);
  t->calibrate(spec);
  auto identity = identity_of(*t);
  if (!spec.lanes.empty()) identity["lanes"] = lanes_json(spec.lanes);
  t->digest_ = digest_of(identity);
  return std::shared_ptr<const trigger>(std::move(t));
}

void trigger::calibrate(const trigger_spec& spec) {
  for (auto* condition : {&alert_, &normal_}) {
    if (!*condition) continue;
    for (auto& atom : (*condition)->atoms) {
      const auto found = spec.lanes.find(atom.text);
      if (found != spec.lanes.end() && can_calibrate(atom)) atom.test->lanes = found->second;
    }
  }
}

bool can_calibrate(const bound_atom& a) {
  return a.kind == atom_kind::worse && a.test && a.test->kind == test_kind::count_ratio &&
         a.test->canary.what == aggregate_kind::ratio;
}

void trigger::group_looks(const metric_table& metrics) {
  for (const auto& key : inputs_) {
    auto look = std::find_if(looks_.begin(), looks_.end(),
                             [&](const auto& l) { return l.metric == key.metric && l.arm == key.arm; });
    if (look == looks_.end()) {
      const auto& m = metrics.at(key.metric);
      look = looks_.insert(looks_.end(), {m.name, m.source, m.component, key.arm, {}, m.spec});
    }
    places_.push_back({static_cast<std::size_t>(look - looks_.begin()), look->series.size()});
    look->series.push_back(key.series);
  }
}

std::string_view name_of(outcome o) noexcept {
  switch (o) {
    case outcome::pass: return "pass";
    case outcome::fail: return "fail";
    case outcome::insufficient: return "insufficient";
    case outcome::unavailable: return "unavailable";
  }
  return "";
}

std::string_view name_of(health_level l) noexcept {
  switch (l) {
    case health_level::normal: return "normal";
    case health_level::watch: return "watch";
    case health_level::alert: return "alert";
  }
  return "";
}

bool same_decision(const trigger_verdict& a, const trigger_verdict& b) noexcept {
  return a.is == b.is && a.level == b.level && a.why == b.why && a.already_red == b.already_red;
}

std::string_view guard_word(const trigger_verdict& v) noexcept {
  if (v.is == outcome::fail) return "alert";
  if (v.is == outcome::insufficient && v.level == health_level::watch) return "watch";
  return name_of(v.is);
}

}  // namespace shipflow::health
