// An engine, a toy world and virtual time, with the means to crash and come back.
#pragma once

#include "support/plans.hpp"
#include "support/toy_metrics.hpp"
#include "support/toy_world.hpp"

#include <shipflow/engine.hpp>
#include <shipflow/world.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shipflow_test {

using shipflow::virtual_time;

/// A probe source that answers what the test says, `pass` by default.
class toy_probes final : public shipflow::probe_source {
 public:
  std::map<std::string, shipflow::look> now;
  int looks = 0;
  [[nodiscard]] std::vector<std::string> kinds() const override { return {"toy"}; }
  void look(shipflow::probe_request q, std::function<void(shipflow::probe_answer)> done) override {
    ++looks;
    const auto found = now.find(q.name);
    const auto outcome = found == now.end() ? shipflow::look::pass : found->second;
    done({outcome, outcome == shipflow::look::pass ? "ok" : "told to be bad", shipflow::duration{1}, {}});
  }
};

struct rig {
  /// The host's policy on votes; empty: none. Set before `boot`.
  std::function<void(const shipflow::vote&, shipflow::policy_reply)> policy;

  explicit rig(std::uint64_t seed = 1) : time(seed) { boot(); }

  void boot() {
    shipflow::engine_options options;
    options.observer = [this](const shipflow::engine_event& e) { events.push_back(e); };
    options.secrets = [](const std::string& name, const shipflow::secret_reply& done) {
      if (name == "test:TOKEN")
        done(std::string("s3cr3t-value"));
      else
        done(shipflow::make_error(shipflow::errc::not_found, "no secret " + name));
    };
    options.policy = policy;
    engine = std::make_unique<shipflow::engine>(time, store, options);
    toy = std::make_shared<toy_provider>(world, time);
    probes = std::make_shared<toy_probes>();
    (void)engine->add(toy);
    (void)engine->add(probes);
    (void)engine->add(metrics);
  }
  /// Everything in memory is gone; store and world stay.
  void crash() {
    time.forget();
    engine.reset();
    time.forget();
    boot();
  }
  std::string start(plan_builder& b, const std::string& principal = "user:dana") {
    auto run =
        engine->start(b.get(), {.principal = principal, .groups = {}, .reason = "", .external_id = ""});
    return run ? *run : "error: " + run.error().text();
  }
  bool finish(const std::string& run) {
    return time.run_until([&] { return engine->ended(run); });
  }
  void settle() {
    time.run_until([] { return false; }, shipflow::duration{5'000});
  }
  bool say(const std::string& run, const std::string& name, const std::string& principal,
           json::object body = {}) {
    const auto said = engine->say(run, {"", name, principal, {}, std::move(body)});
    time.run_ready();
    return static_cast<bool>(said);
  }
  shipflow::run_state look(const std::string& run) { return engine->look(run).value(); }
  std::string phase(const std::string& run) { return std::string(name_of(look(run).phase)); }

  shipflow::virtual_time time;
  std::shared_ptr<shipflow::store> store = shipflow::make_memory_store();
  std::shared_ptr<toy_world> world = std::make_shared<toy_world>();
  std::shared_ptr<toy_provider> toy;
  std::shared_ptr<toy_probes> probes;
  std::shared_ptr<toy_metrics> metrics = std::make_shared<toy_metrics>(time);
  std::vector<shipflow::engine_event> events;
  std::unique_ptr<shipflow::engine> engine;
};

}  // namespace shipflow_test
