// Does a provider keep the contract of provider.hpp? For its author, against a target that may really be changed.
//
//   shipflow::loop loop;
//   std::optional<shipflow::provider_report> report;
//   shipflow::provider_trial set{.action = "set", .inputs = {{"flag", "search"}, {"to", "on"}}};
//   shipflow::check_provider(loop, std::make_shared<flags>(), {set}, [&](shipflow::provider_report r) { report = r; });
//   loop.run_until([&] { return report.has_value(); });
//   for (const auto& b : report->broken) std::cerr << b.rule << " " << b.action << ": " << b.what << "\n";
//
// A trial carries its action out, several times, and puts it back where it can be. The rules, by name:
//
//   declared   the trial's action exists, its inputs are declared, required ones are there
//   answers    every call is answered within the trial's patience, with a kind that fits its verb
//   observe    gives the same when nothing was changed; diagnose, ready and resolve change nothing
//   apply      the effect is carried out: done, or started and then settled
//   outputs    `done` of an effect carries declared outputs only
//   repeat     the same effect key once more: done (compare_and_set: or conflict), and the world is as after the
//              first time. Not tried for `creates`, which the engine never repeats
//   resolve    knows an effect that was carried out (unknown is allowed where repeating is harmless) and does not claim
//              one that never was
//   undo       puts back what was observed (its part `restores`, when there is one), also a second time. Not tried for
//              actions that are forward_only or irreversible
//   cancel     a call whose answer is no longer wanted is answered all the same
//   secrets    no answer holds a secret of the trial
//
// A second answer to one call cannot be seen here: `reply` ignores it, and the C interface refuses it.
#pragma once

#include <shipflow/provider.hpp>
#include <shipflow/scheduler.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// One action, and what it is called with. It must succeed when it is carried out from the state the target is in.
struct provider_trial {
  std::string action;
  json::object target;               ///< as a binding would give it
  json::object inputs;               ///< as rendered inputs
  std::vector<std::string> secrets;  ///< values in target or inputs that no answer may hold
  /// How long one call may take before it counts as never answered.
  duration patience{30'000};
};

struct provider_finding {
  std::string rule;    ///< by the names above
  std::string action;  ///< of the trial
  std::string what;    ///< kept: empty; broken: what was seen; skipped: why it could not be tried
};

struct provider_report {
  std::string provider;
  std::vector<provider_finding> kept;
  std::vector<provider_finding> broken;
  std::vector<provider_finding> skipped;
};
/// {"provider", "kept": [{"rule", "action", "what"}], "broken": [same], "skipped": [same]}.
[[nodiscard]] json::object to_json(const provider_report& r);

/// Begins the trials, one after the other, and returns at once; `done` gets the report, on the scheduler's thread. The
/// scheduler outlives the check. Calls are made as an engine makes them: on the scheduler's thread, answered from any.
void check_provider(scheduler& time, std::shared_ptr<provider> checked, std::vector<provider_trial> trials,
                    std::function<void(provider_report)> done);

}  // namespace v1
}  // namespace shipflow
