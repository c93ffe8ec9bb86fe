#include "suite/trial.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::suite {
namespace {

std::string shown(const answer& a) {
  std::string out(name_of(a.kind));
  if (!a.problem.message.empty()) out += " (" + a.problem.message + ")";
  return out;
}

bool needs_done(trial_state& s, const std::string& rule, verb asked, const answer& a) {
  if (a.kind == answer_kind::done) return true;
  s.breaks(rule, std::string(name_of(asked)) + " answered " + shown(a));
  return false;
}

bool has_field(const std::vector<field_spec>& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(), [&](const field_spec& f) { return f.name == name; });
}

void check_outputs(trial_state& s, const answer& a) {
  const auto& declared = s.spec.outputs;
  ++s.tried["outputs"];
  if (has_field(declared, "*")) return;
  if (!a.value.is_object()) {
    if (!a.value.is_null()) s.breaks("outputs", "what `done` carries is no object");
    return;
  }
  for (const auto& member : a.value.get_object())
    if (!has_field(declared, member.key()))
      s.breaks("outputs", "`" + std::string(member.key()) + "` is not declared");
}

// Observes and compares with what the rule says must be there.
step same(const std::string& rule, json::value trial_state::*wanted, std::string after_what) {
  return {rule, verb::observe, effect::first, false,
          [rule, wanted, after_what = std::move(after_what)](trial_state& s, const answer& a) {
            if (!needs_done(s, rule, verb::observe, a)) return;
            const auto now = restored_part(a.value);
            const auto before = restored_part(s.*wanted);
            if (now != before) s.breaks(rule, after_what + ", observe gives " + now + " and gave " + before);
          }};
}

step any_answer(std::string rule, verb what, effect about = effect::first, bool stop = false) {
  return {std::move(rule), what, about, stop, [](trial_state&, const answer&) {}};
}

void judge_apply(trial_state& s, const answer& a) {
  if (!needs_done(s, "apply", verb::apply, a)) {
    s.over = "apply did not succeed";
    return;
  }
  check_outputs(s, a);
}

void judge_known(trial_state& s, const answer& a) {
  const bool harmless = s.spec.repeat == effect_class::set_value || s.spec.repeat == effect_class::token;
  if (a.kind == answer_kind::done || (harmless && a.kind == answer_kind::unknown)) return;
  s.breaks("resolve", "of an effect that was carried out: " + shown(a));
}

void judge_never(trial_state& s, const answer& a) {
  if (a.kind == answer_kind::done || a.kind == answer_kind::started)
    s.breaks("resolve", "of an effect that never was: " + shown(a));
}

void judge_repeat(trial_state& s, const answer& a) {
  const bool refused = s.spec.repeat == effect_class::compare_and_set && a.kind == answer_kind::conflict;
  if (!refused) (void)needs_done(s, "repeat", verb::apply, a);
}

void judge_undo(trial_state& s, const answer& a) { (void)needs_done(s, "undo", verb::undo, a); }

bool can_be_undone(const action_spec& spec) {
  return spec.undo == reversibility::reversible || spec.undo == reversibility::destructive;
}

void add_beginning(std::vector<step>& to) {
  to.push_back({"observe", verb::observe, effect::first, false, [](trial_state& s, const answer& a) {
                  if (needs_done(s, "observe", verb::observe, a))
                    s.baseline = a.value;
                  else
                    s.over = "observe did not succeed";
                }});
  to.push_back(any_answer("observe", verb::diagnose));
  to.push_back(same("observe", &trial_state::baseline, "after observe and diagnose"));
}

void add_effect(std::vector<step>& to, const action_spec& spec) {
  to.push_back({"apply", verb::apply, effect::first, false, judge_apply});
  to.push_back({"observe", verb::observe, effect::first, false, [](trial_state& s, const answer& a) {
                  if (needs_done(s, "observe", verb::observe, a)) s.after = a.value;
                }});
  to.push_back({"resolve", verb::resolve, effect::first, false, judge_known});
  if (spec.tells_ready) to.push_back(any_answer("observe", verb::ready));
  to.push_back(same("observe", &trial_state::after, "after resolve and ready"));
  if (spec.repeat == effect_class::creates) return;
  to.push_back({"repeat", verb::apply, effect::first, false, judge_repeat});
  to.push_back(same("repeat", &trial_state::after, "after the same effect key once more"));
}

void add_undo(std::vector<step>& to) {
  for (const char* when : {"after undo", "after undo once more"}) {
    to.push_back({"undo", verb::undo, effect::first, false, judge_undo});
    to.push_back(same("undo", &trial_state::baseline, when));
  }
}

// With what was undone, or for what makes something new each time, an effect that never was is not there.
void add_never(std::vector<step>& to) {
  to.push_back({"resolve", verb::resolve, effect::never, false, judge_never});
}

void add_cancelled(std::vector<step>& to, bool undone) {
  to.push_back(any_answer("cancel", verb::apply, effect::cancelled, true));
  if (!undone) return;
  to.push_back({"undo", verb::undo, effect::cancelled, false, judge_undo});
  to.push_back(same("undo", &trial_state::baseline, "after a cancelled call and undo"));
}

bool fits(verb asked, answer_kind kind) {
  using k = answer_kind;
  switch (asked) {
    case verb::observe:
    case verb::diagnose: return kind == k::done || kind == k::failed || kind == k::unknown;
    case verb::apply:
    case verb::undo: return kind != k::progress && kind != k::not_applied;
    case verb::settle: return kind != k::not_applied && kind != k::started;
    case verb::resolve: return kind != k::progress;
    case verb::ready:
      return kind == k::done || kind == k::failed || kind == k::conflict || kind == k::unknown;
  }
  return false;
}

}  // namespace

std::string restored_part(const json::value& observed) {
  const auto* object = observed.if_object();
  const auto* part = object == nullptr ? nullptr : object->if_contains("restores");
  return canonical(part == nullptr ? observed : *part);
}

std::vector<step> steps_of(const action_spec& spec) {
  std::vector<step> out;
  const bool undone = can_be_undone(spec);
  add_beginning(out);
  add_effect(out, spec);
  if (undone) add_undo(out);
  if (undone || spec.repeat == effect_class::creates) add_never(out);
  if (spec.repeat != effect_class::creates) add_cancelled(out, undone);
  return out;
}

void check_declared(trial_state& state, const std::vector<action_spec>& actions) {
  const auto found = std::find_if(actions.begin(), actions.end(),
                                  [&](const action_spec& s) { return s.name == state.given.action; });
  ++state.tried["declared"];
  if (found == actions.end()) {
    state.breaks("declared", "there is no action `" + state.given.action + "`");
    return;
  }
  state.spec = *found;
  const auto& fields = state.spec.inputs;
  const bool any = has_field(fields, "*");
  for (const auto& member : state.given.inputs)
    if (!any && !has_field(fields, member.key()))
      state.breaks("declared", "input `" + std::string(member.key()) + "` is not declared");
  for (const auto& f : fields)
    if (f.required && !state.given.inputs.contains(f.name))
      state.breaks("declared", "the trial has no input `" + f.name + "`, which is required");
}

void check_answer(trial_state& state, verb asked, const answer& a) {
  ++state.tried["answers"];
  if (!fits(asked, a.kind))
    state.breaks("answers",
                 std::string(name_of(asked)) + " may not be answered by " + std::string(name_of(a.kind)));
  if (state.given.secrets.empty()) return;
  ++state.tried["secrets"];
  const auto all = json::serialize(a.value) + "\n" + a.text + "\n" + a.problem.message;
  for (const auto& secret : state.given.secrets)
    if (!secret.empty() && all.find(secret) != std::string::npos)
      state.breaks("secrets", "the answer to " + std::string(name_of(asked)) + " holds a secret");
}

}  // namespace shipflow::suite
