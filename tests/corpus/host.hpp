// The host of a scenario in C++: providers, probes, metrics, secrets and policies that only pass on what is asked.
#pragma once

#include "asked.hpp"

#include <shipflow/engine.hpp>
#include <shipflow/world.hpp>

#include <memory>
#include <string>

namespace shipflow_corpus {

/// An engine in virtual time whose calls and facts wait in `in` until somebody takes them. The time outlives it and
/// every answer to its calls.
class engine_host {
 public:
  engine_host(const json::object& scenario, std::shared_ptr<shipflow::store> keep,
              shipflow::virtual_time& time);
  ~engine_host();
  engine_host(const engine_host&) = delete;
  engine_host& operator=(const engine_host&) = delete;

  [[nodiscard]] shipflow::engine& engine() noexcept { return *engine_; }
  [[nodiscard]] inbox& in() noexcept { return *in_; }
  /// Runs what is due; with `may_wait` and nothing to take, time passes to the next timer. False when nothing is left.
  bool turn(bool may_wait);
  /// Says something and waits for nothing.
  shipflow::result<void> say(const std::string& run, const json::object& words);

 private:
  shipflow::virtual_time& time_;
  std::shared_ptr<inbox> in_ = std::make_shared<inbox>();
  std::unique_ptr<shipflow::engine> engine_;
};

/// The key of a fact without the word `fact`; empty for notes.
[[nodiscard]] std::string key_of(const shipflow::fact& f);

}  // namespace shipflow_corpus
