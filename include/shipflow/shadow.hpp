// Observe-only mode: what shipflow would have decided, beside a release that somebody else carries out.
//
//   auto beside = shadow_of(plan, {.script = "deploy.sh"});
//   engine.add(make_shadow_provider(real));           // for every provider that changes something
//   engine.add(script);                               // the host's own: provider "script", action "run"
//   engine.start(beside, {.principal = "user:me"});
//   decisions_of(beside, facts)                       // "would have rolled back at 10:31: errors > 1%"
//
// The run is a real one: same machine, same guards, same clock, only its effects are none. Actions are over
// at once, so guards are armed from the beginning; what takes time in the plan (bakes, the watch) begins when
// the script has ended. People are not asked: where the plan would ask some, it goes on and the decision says so.
#pragma once

#include <shipflow/fact.hpp>
#include <shipflow/plan.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shipflow {
inline namespace v1 {

struct shadow_options {
  /// Title of the script that carries the release out. It becomes the step `script`, the one effect of the
  /// shadow: action `run` of provider `script`, which the host registers; `started` while it runs, `done`,
  /// or `failed` with the reason. Empty: nobody says when the other release ends; bakes begin at once.
  std::string script;
  /// Providers whose steps are carried out all the same, after the script, because they only look.
  std::vector<std::string> real{"probe"};
};

/// The plan as it is observed: no locks, no protection, no approvals; inputs that need outputs of earlier
/// steps, and conditions on them, are left out. Everything else is as it was. Pure.
[[nodiscard]] plan shadow_of(plan what, const shadow_options& options);

/// What shipflow would have done.
enum class shadow_act {
  started,      ///< the release
  carried_out,  ///< an action
  asked,        ///< people: for an approval, a checklist, or what to do about trouble
  waited,       ///< a bake or a watch began
  saw,          ///< a guard changed its level
  held,         ///< stopped until a person comes: `command` says with which command
  rolled_back,  ///< decided to put everything back
  failed,       ///< the script failed
  released,     ///< counted the release as done
};
[[nodiscard]] std::string_view name_of(shadow_act a) noexcept;

struct shadow_decision {
  time_point at{};
  shadow_act act = shadow_act::started;
  std::string step;  ///< or the guard, or empty
  std::string text;  ///< one line for people: "would have rolled back: SEV1: errors: errors > 1% for 2s"
  std::string command;
};

/// What one fact of a shadow's run means; empty for facts that decide nothing. Pure.
[[nodiscard]] std::vector<shadow_decision> decisions_of(const plan& shadow, const fact& f);

/// {at, act, step, text, command}, the last two when they are not empty.
[[nodiscard]] json::object to_json(const shadow_decision& d);

}  // namespace v1
}  // namespace shipflow
