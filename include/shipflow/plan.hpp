// The compiled plan: a graph of reversible steps, a value. What a run carries out, what a
// rehearsal explores and what an approval binds to (by its digest).
#pragma once

#include <shipflow/document.hpp>
#include <shipflow/message.hpp>
#include <shipflow/model.hpp>
#include <shipflow/probe.hpp>
#include <shipflow/provider.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// What a node of the graph is. Strategies and sugar of the document are expanded to these.
enum class step_kind {
  action,     ///< a provider's action
  approval,   ///< people of roles say yes
  checklist,  ///< people tick items
  wait,       ///< time passes, guards armed (a bake)
  watch,      ///< time passes after the last change; locks are given up
  restore,    ///< ends an `ensure` scope: undoes the step `restores`
  window,     ///< waits until the calendar allows a start
};
[[nodiscard]] std::string_view name_of(step_kind k) noexcept;

/// What happens to a compensation once traffic has reached the new version.
enum class after_traffic { undo, ask, keep };
[[nodiscard]] std::string_view name_of(after_traffic a) noexcept;

/// How often and how patiently a failed call is tried again.
struct retry_policy {
  int attempts = 1;         ///< in all, the first one included; 1..100
  duration backoff{1'000};  ///< before the second attempt; doubles, with jitter, up to `most`
  duration most{60'000};
};

/// An index into `plan::steps`.
using step_index = std::uint32_t;

/// One node. Strings in `inputs` and `when` may still hold `${steps.<id>.<output>}`, rendered
/// when the intent is written; everything else was rendered by the compiler.
struct plan_step {
  std::string id;     ///< "api/launch": the document's step id, then the part of its expansion
  std::string group;  ///< "api": the document's step
  std::string title;  ///< one line for people
  step_kind kind = step_kind::action;
  std::string component;          ///< or empty
  std::vector<step_index> needs;  ///< sorted; all smaller than the own index
  json::value when;               ///< null: always; a template or a condition, decided at run time
  bool skippable = false;         ///< a person may skip it
  duration timeout{600'000};      ///< whole effect; for approvals the expiry; 0: none

  // action, restore
  std::string provider;
  std::string action;
  int action_version = 1;
  effect_class repeat = effect_class::set_value;
  reversibility undo = reversibility::reversible;
  restore_rank rank = restore_rank::service;
  json::object target;
  json::object inputs;
  std::vector<std::string> resources;
  bool tells_ready = false;                 ///< the action can say whether it can still be undone
  std::vector<std::string> secret_outputs;  ///< outputs whose values are never kept
  duration call_timeout{30'000};
  retry_policy retry;
  after_traffic after = after_traffic::undo;  ///< what rollback does to it after `first_traffic`
  std::vector<std::string> ask_roles;         ///< who answers `after_traffic::ask`
  bool first_traffic = false;                 ///< from here on the new version serves people
  std::optional<step_index> restores;

  // approval, checklist
  std::vector<std::string> roles;  ///< each must give `quorum` approvals; checklists: who may tick
  int quorum = 1;
  bool self_approval = false;        ///< may the person who started the run approve
  std::string on_expiry = "reject";  ///< "reject" fails the step, "hold" parks the run
  std::vector<std::string> items;    ///< checklist: ids of items
  std::vector<std::string> item_texts;
  std::vector<std::string> item_groups;  ///< of each item the group it stands in; empty: the list has none

  bool on_call = false;  ///< a reaction: it runs when a rule calls it, and its failure fails nothing

  bool preferred = false;  ///< window: waits for a preferred time, not for an allowed one

  // wait, watch: how long; approval: how long it takes at least, however early people agree
  duration lasts{0};
};

/// Where a guard's numbers come from: a probe, or a trigger over metrics.
struct plan_guard {
  std::string id;  ///< "errors"
  std::string component;
  std::string severity;  ///< "SEV1".."SEV3"
  /// Armed when this step is done ("first traffic" unless the plan says); a watch: when it has begun.
  step_index from = 0;
  std::optional<step_index> until;  ///< disarmed when this step is done; empty: until the run ends
  /// What was red before the release is reported and not blamed. The run then stays with an engine
  /// from its start on, because the baseline must be seen.
  bool attributable_only = false;
  /// A gate: it holds up this wait and no other; empty: every wait while it is armed.
  std::optional<step_index> holds;
  /// How long a gate may hold its wait up for want of a pass, counted from the wait's own end; 0: for ever.
  duration patience{0};
  std::string inconclusive = "hold";  ///< what is done then: hold, rollback, continue
  /// probe
  std::string probe;  ///< name, or empty
  json::object probe_spec;
  std::string probe_kind;
  duration every{5'000};
  duration timeout{2'000};
  int rise = 2;
  int fall = 3;
  /// trigger
  std::string normal;     ///< condition text that holds when all is well, or empty
  std::string alert;      ///< condition text that demands the severity's reaction
  duration slot{10'000};  ///< length of the slots the condition is evaluated over
  json::object metrics;   ///< name -> spec as in the environment, those the conditions use
  /// How much of the stable fleet's past the paces of its `worse` are chosen from, when it is armed; 0: they
  /// are as recommended. See <shipflow/verdict/calibration.hpp>.
  duration calibrate{0};
  json::object target;  ///< binding of the component
};

/// Who is asked besides when a question has not been answered for so long.
struct escalation_level {
  duration after{0};               ///< counted from the question
  std::vector<std::string> roles;  ///< any member may answer from then on
};

/// What a severity leads to.
struct severity_rule {
  std::string what = "now";        ///< "now", "ask" or "record"
  std::vector<std::string> roles;  ///< ask: who decides
  duration within{900'000};        ///< ask: how long they have
  std::string then = "rollback";   ///< ask: what happens when too few answer: rollback, hold, continue
  int quorum = 1;                  ///< ask: so many people of these roles, taken together, must say the same
  std::vector<std::string> calls{};  ///< reactions, ids of steps that are `on_call`; called before all else
  std::vector<escalation_level> escalate{};  ///< ask: in order of time
};

struct rollback_policy {
  std::map<std::string, severity_rule> severities;  ///< "SEV1" -> rule; unnamed: SEV1 now, others record
  std::map<std::string, severity_rule> guards;      ///< trigger or probe -> rule in place of its severity's
  severity_rule on_failure;                         ///< a step that failed for good
  std::vector<std::string> decision_roles;  ///< who may ask for a rollback in the window; empty: `operators`
  int decision_quorum = 1;                  ///< so many of them must ask for it, or agree to undo a step
  duration decision_window{0};              ///< from the release on; 0: until the watch ends
  /// How long a guard may be without data before `unavailable_then` is done; 0: for ever.
  duration unavailable_after{300'000};
  std::string unavailable_then = "hold";  ///< hold, rollback, continue
  bool verify = true;                     ///< compare the world with the baseline afterwards
};

/// What people do after a release. It begins with the release and holds nothing up.
struct plan_task {
  std::string id;
  std::string text;
  duration within{0};              ///< from the release on; 0: no due time
  std::vector<std::string> roles;  ///< who may tick it; empty: anyone
};

/// A component and what depends on it.
struct plan_component {
  std::string name;
  std::string provider;
  json::object target;
  std::vector<std::string> needs;  ///< components it depends on
};

/// Where people are reached, see <shipflow/message.hpp>.
struct plan_channel {
  std::string name;
  std::string kind;   ///< "slack", "webhook", "command" or one of the host's
  json::object spec;  ///< secrets as ${secret:NAME}
  duration timeout{10'000};
  duration give_up = std::chrono::hours(24);
};
/// Who is told what at one kind of moment.
struct plan_message {
  std::string moment;
  std::vector<std::string> severities;  ///< of the guard; empty: all
  std::vector<std::string> steps;       ///< `plan_step::group`; empty: all
  std::vector<std::string> to;          ///< names of channels
  std::vector<text_piece> text;
  std::vector<duration> before{};  ///< of reminders: for these lead times; empty: those of the calendar
};

/// An immutable, printable value. Same inputs, same bytes.
struct plan {
  std::string name;
  std::string environment;
  std::string environment_url;
  json::object about;  ///< the environment in words for people, as of `environment::about`
  release_info release;
  json::object parameters;  ///< as rendered
  std::vector<plan_component> components;
  std::vector<plan_step> steps;  ///< topological order, document order among equals
  std::vector<plan_guard> guards;
  rollback_policy rollback;
  std::map<std::string, std::vector<std::string>> roles;  ///< role -> principals and groups
  protection_rules protection;
  std::optional<release_calendar> calendar;     ///< when it may start; empty: at any time
  std::optional<promotion_rule> promoted_from;  ///< what it must have been before; empty: nothing
  std::vector<plan_task> tasks;                 ///< after the release
  /// Secret variables: name -> where the value is, such as "env:DATABASE_PASSWORD". Never a value.
  json::object secrets;
  std::vector<plan_channel> channels;
  std::vector<plan_message> messages;
  std::vector<std::string> locks;  ///< resources held from start to the last change, sorted
  std::vector<std::string> warnings;
  std::vector<std::string> point_of_no_return;  ///< ids of irreversible steps, in order

  /// The name of this plan: digest over its JSON form.
  [[nodiscard]] std::string digest() const;
  /// Index of a step by id. O(steps).
  [[nodiscard]] std::optional<step_index> find(std::string_view id) const noexcept;
};

/// The plan as JSON, and back; `plan_from_json(to_json(p))` has the same digest as `p`.
[[nodiscard]] json::value to_json(const plan& p);
[[nodiscard]] result<plan> plan_from_json(const json::value& v);

/// For people: an aligned table, and Mermaid (flowchart) text.
[[nodiscard]] std::string to_table(const plan& p);
[[nodiscard]] std::string to_mermaid(const plan& p);

/// What the compiler may ask about providers: their actions and probe kinds.
class catalogue {
 public:
  virtual ~catalogue();
  /// Actions the provider offers for a component bound with `target`; `not_found` for an
  /// unknown provider, other errors refuse the binding.
  [[nodiscard]] virtual result<std::vector<action_spec>> actions(const std::string& provider,
                                                                 const json::object& target) const = 0;
  /// Checks a probe's kind and spec; `not_found` for an unknown kind.
  [[nodiscard]] virtual result<void> check_probe(const std::string& kind, const json::object& spec) const = 0;
  /// Could this question be answered (`metric_source::check`)? `not_found` for an unknown source.
  [[nodiscard]] virtual result<void> check_metric(const metric_request& q) const = 0;
  /// Could a channel of this kind and spec work (`notifier::check`)? `not_found` for an unknown kind.
  /// By default every one could.
  [[nodiscard]] virtual result<void> check_channel(const std::string& kind, const json::object& spec) const;
};

/// A catalogue over objects the caller keeps alive; `check_probe` and `check_channel` may be empty: all pass.
[[nodiscard]] std::unique_ptr<catalogue> make_catalogue(
    std::vector<const provider*> providers, std::vector<const metric_source*> metric_sources,
    std::function<result<void>(const std::string& kind, const json::object& spec)> check_probe,
    std::function<result<void>(const std::string& kind, const json::object& spec)> check_channel = {});

/// Compiles a plan for one environment and one release. All findings go to `out`, with place and
/// pointer; the plan is usable only without errors there. Pure. O((steps + edges) log steps).
///
/// Constants (parameters, release, environment, flags, variables) are rendered. A secret variable
/// becomes the text `${secret:NAME}`. `${steps.<id>.<output>}` stays and is an edge; it is written
/// with the id of the node that declares the output (`steps.api/launch.colour`). In a binding plain
/// names that are no variables stay for the provider (`${port}`).
///
/// Ids: a step keeps its id; a for_each adds `[value]`, letters and digits kept; a strategy or scope
/// adds parts: launch, promote, shift (canary: shift-10 ...), bake (bake-10 ...), replace, keep,
/// retire, restore. Dependants wait for the retirement, unless `keep_old` puts it aside. The end of
/// a scope waits for its `until`; a watch waits for all scopes that do not wait for it. A step left
/// out by `when` hands its needs on to its dependants.
///
/// Actions: command -> command.run {command, env, directory, stdin, capture, output_limit,
/// success_codes, undo}; http -> http.call; wait_for -> http.wait; probe -> probe.wait {within,
/// probes: {name: {kind, spec, component, target, every, timeout, rise, fall}}}; strategies ->
/// launch {version, colour: "next", instances?, image?}, shift {weight, colour and other outputs of
/// launch that it takes}, retire {drain?}, replace {version, batch, instances?, image?};
/// maintenance {on: true, page?}. What is implied and not taken by the action is left out.
/// A command in `undo` goes to the action's input `undo`: the argument list, or {command, with}
/// where there is `with` or the input is an object. An input `*` takes any name, an output `*`
/// stands for what `capture` names.
///
/// Guards of `abort` have the severity of their trigger or probe; those of `pause` have no alert
/// and so only hold promotion up; those of `promote` are gates: they hold up the last bake before all
/// traffic goes over (of strategies that switch at once: their bake) until they pass, for at most
/// `within` longer, and then do what `inconclusive` says. One guard per name and step; a name used by
/// a second step gets "name@step". Conditions with `worse` or `no_worse` end with the switch to 100 %
/// unless `until` says otherwise, since no baseline is left to compare with.
///
/// `silence: D` of a trigger adds a guard "name-silent": an alert when the new version's series were
/// silent for D while those of the old one went on; 1m is implied where the trigger compares arms.
/// Silence of both is no data: it holds. `rollback: {alpha: 0.1%}` is shared out over all `worse` of
/// the release, in proportion to what each of them asks for, so that all metrics and stages together
/// take a release that is no worse back with at most that probability.
///
/// `calibrate: 24h` of a trigger chooses the paces of its `worse` of counts by the stable fleet's last day, once
/// its guard is armed. `every` may not be given then; the metric's source has to know the past.
///
/// A watch with `phases` becomes one step per phase, "watch/name", with the guards of the phase
/// ("errors@watch/name") armed during it, at its own pace (`every`: slots of triggers, interval of
/// probes). Phases are cut at `for`; what lies behind the last one is "watch/rest".
///
/// Refused: unknown components, providers, actions, inputs, outputs, probes, triggers, roles (with
/// a suggestion), missing inputs and wrong types, cycles (named), unresolved references, words not
/// built in this version, conditions that cannot be evaluated, quorums that cannot be reached, an
/// irreversible step before one that a rollback would put back without `rollback: {irreversible:
/// accept}`, more than 200,000 nodes or 10,000,000 edges. Sections of later versions that do
/// nothing by themselves are warnings.
[[nodiscard]] plan compile(const plan_document& document, const environment& where, const release_info& what,
                           const json::object& parameters, const catalogue& offers, diagnostics& out);

}  // namespace v1
}  // namespace shipflow
