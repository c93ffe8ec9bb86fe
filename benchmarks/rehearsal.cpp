// Rehearsals: runs a second of a ten-step release in a swarm, every fault at every step of 50 steps, and a
// release watched for 24 hours, beside what hashing the facts of as many runs costs by itself.
// Targets: 1,000 runs a second and core; 50 steps in under 10 s; 24 hours of watching in under 5 s.
#include <shipflow/rehearsal.hpp>

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>

namespace {

using namespace shipflow;

// Of this process: a rehearsal waits for nothing, so whatever else the machine does is left out.
double cpu_seconds() { return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC); }

plan_step& add(plan& p, const std::string& id, step_kind kind) {
  plan_step s;
  s.id = s.group = s.title = id;
  s.kind = kind;
  if (!p.steps.empty()) s.needs = {static_cast<step_index>(p.steps.size() - 1)};
  p.steps.push_back(std::move(s));
  return p.steps.back();
}

// Actions of all classes in turn, each on a resource of its own.
void add_actions(plan& p, std::size_t count) {
  constexpr std::array<effect_class, 4> classes{effect_class::token, effect_class::compare_and_set,
                                                effect_class::set_value, effect_class::creates};
  for (std::size_t i = 0; i < count; ++i) {
    auto& s = add(p, "step" + std::to_string(i), step_kind::action);
    s.provider = "thing";
    s.repeat = classes.at(i % classes.size());
    s.action = "action" + std::to_string(i % classes.size());
    s.undo = s.repeat == effect_class::creates ? reversibility::forward_only : reversibility::reversible;
    s.inputs = {{"value", i}};
    if (s.repeat != effect_class::creates) s.resources = {"thing:" + std::to_string(i)};
    s.retry.attempts = 2;
  }
}

plan release_of(std::size_t actions, bool watched) {
  plan p;
  p.name = "bench";
  p.environment = "bench";
  p.release.version = "2.0.0";
  p.locks = {"environment:bench"};
  p.roles = {{"qa", {"group:qa"}}};
  if (watched) add(p, "go", step_kind::approval).roles = {"qa"};
  add_actions(p, actions);
  if (!watched) return p;
  p.steps.back().first_traffic = true;
  add(p, "bake", step_kind::wait).lasts = std::chrono::minutes(10);
  add(p, "watch", step_kind::watch).lasts = std::chrono::hours(24);
  plan_guard errors;
  errors.id = "errors";
  errors.severity = "SEV1";
  errors.from = static_cast<step_index>(actions);
  errors.normal = "errors < 0.1%";
  errors.alert = "errors > 1% for 5m";
  errors.slot = duration{60'000};
  errors.metrics = {{"errors", {{"source", "balancer"}, {"ratio", {"http_5xx", "http_all"}}}}};
  p.guards.push_back(errors);
  plan_guard health;
  health.id = health.probe = "health";
  health.probe_kind = "http";
  health.severity = "SEV1";
  health.from = errors.from;
  p.guards.push_back(health);
  return p;
}

bool all_well = true;

json::object measure(const plan& p, rehearsal_options options) {
  options.compare_every = 0;
  const auto begin = cpu_seconds();
  const auto r = rehearse(p, options).value();
  const auto took = cpu_seconds() - begin;
  for (const auto& v : r.violations) std::cerr << v.check << ": " << v.what << "  " << v.replay << '\n';
  all_well = all_well && r.violations.empty();
  return {{"steps", p.steps.size()},
          {"runs", r.runs},
          {"seconds", took},
          {"runs_per_second", static_cast<double>(r.runs) / took},
          {"virtual_days", static_cast<double>(r.virtual_time.count()) / 86'400'000.0}};
}

// The least that can be spent: canonical text and chained hash of four facts a step.
double hashing(std::size_t runs, std::size_t steps) {
  fact f;
  f.step = "step1";
  f.kind = fact_kind::intent;
  f.body = {{"key", std::string(32, 'a')},
            {"inputs", {{"value", 1}}},
            {"observed", {{"restores", {{"thing:1", nullptr}}}}},
            {"timeout_at", 1'772'532'000'000}};
  const auto begin = cpu_seconds();
  auto head = chain_start("bench");
  for (std::size_t i = 0; i < runs * steps * 4; ++i) head = chain(head, f);
  return (cpu_seconds() - begin) + (head.empty() ? 1 : 0);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t runs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5'000;
  rehearsal_options swarm;
  swarm.mode = rehearsal_mode::swarm;
  swarm.runs = runs;
  json::object out{{"benchmark", "rehearsal"}};
  out["swarm"] = measure(release_of(10, false), swarm);
  out["hashing_alone_seconds"] = hashing(runs, 10);
  out["exhaustive_50_steps"] = measure(release_of(50, false), {});
  out["watched_24_hours"] = measure(release_of(12, true), {});
  std::cout << json::serialize(out) << '\n';
  return all_well ? 0 : 1;
}
