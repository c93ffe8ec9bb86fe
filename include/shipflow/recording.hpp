// The world a rehearsal begins in: what the real target looks like, read without changing it, and how its parts
// behave. Both are optional; without them a rehearsal assumes a former version that serves.
//
//   take_recording(plan, providers, secrets, loop, [&](result<recording> r) { ... });
//   rehearsal_options options;
//   options.make_world = [&](const std::shared_ptr<world>& w) { return make_recorded_world(plan, r, w).value(); };
//   rehearse(plan, options);
//
// As JSON, to be kept, read by people, and completed by hand under `behaviour`:
//
//   {"shipflow_recording": 1, "plan": "shopflow", "environment": "production",
//    "taken": "2026-03-03T10:00:00Z",
//    "steps": {"api/launch": {"provider": "local", "action": "launch", "component": "api",
//                             "observed": {...what `observe` answered...}}},
//    "behaviour": {
//      "before": "1.4.0",                                   version that serves where nothing was observed;
//                                                           null: a first release
//      "versions": {"1.6.0": {"ready": "2s", "dies": "30s", "errors": 0.05, "latency": "80ms"}},
//      "programs": {"database.backup": {"lasts": "4m", "exit_code": 0, "prints": "{}"}},
//      "endpoints": {"POST https://pay.example/hooks": {"status": 503, "body": ""}}}}
//
// `ready: null` is a version that never becomes ready. The members are those of local_world.hpp, of which
// ecs_world.hpp takes `ready` and `dies`, command_world.hpp and http_world.hpp.
#pragma once

#include <shipflow/providers/cloudformation_world.hpp>
#include <shipflow/providers/cloudfront_world.hpp>
#include <shipflow/providers/command_world.hpp>
#include <shipflow/providers/ecs_world.hpp>
#include <shipflow/providers/http_world.hpp>
#include <shipflow/providers/local_world.hpp>
#include <shipflow/providers/rds_world.hpp>
#include <shipflow/providers/site_world.hpp>
#include <shipflow/rehearsal.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// What one step's `observe` answered; secrets are taken out.
struct observed_step {
  std::string provider;
  std::string action;
  std::string component;
  json::value observed;
};

/// How the parts of the world behave, where not as their models usually do.
struct world_behaviour {
  /// Version of components about which nothing was observed; empty: nothing runs there yet.
  std::optional<std::string> before = "before";
  std::map<std::string, local_behaviour> versions;
  std::map<std::string, command_behaviour> programs;
  std::map<std::string, http_endpoint> endpoints;
};

struct recording {
  std::string plan;
  std::string environment;
  time_point taken{};
  std::map<std::string, observed_step> steps;  ///< by id
  world_behaviour behaviour;
};
[[nodiscard]] json::object to_json(const recording& r);
/// Errors: `invalid_argument` naming the member, `newer_version`.
[[nodiscard]] result<recording> recording_from_json(const json::value& v);

/// Asks the plan's providers what is there: `observe` for each action step that touches something.
/// Nothing is changed. `secrets` turns where a secret is into its value: `read_secret` of system.hpp does. `done` is called once, on the scheduler's thread.
/// Errors: `not_found` (a provider is missing), what a provider answered, and `timeout`, each naming the step.
void take_recording(const plan& what, const std::vector<std::shared_ptr<provider>>& providers,
                    const std::function<result<std::string>(const std::string& source)>& secrets,
                    scheduler& time, std::function<void(result<recording>)> done);

/// The models of the built-in providers that the plan uses, in the recorded state. Steps of other
/// providers are left to the generic model. Errors: `conflict` (recorded for another environment),
/// `invalid_argument` (a binding or a recorded picture cannot be read, with the step).
[[nodiscard]] result<rehearsal_world> make_recorded_world(const plan& what, const recording& from,
                                                          const std::shared_ptr<world>& where);

}  // namespace v1
}  // namespace shipflow
