// The answers of host-written actions, probes, metric sources, secrets, policies and notifiers, read from JSON.
#pragma once

#include "call.hpp"

#include <shipflow/engine.hpp>
#include <shipflow/message.hpp>
#include <shipflow/probe.hpp>
#include <shipflow/provider.hpp>

#include <functional>

namespace shipflow_c {

[[nodiscard]] std::unique_ptr<pending> pending_action(shipflow::reply r);
[[nodiscard]] std::unique_ptr<pending> pending_probe(std::function<void(shipflow::probe_answer)> done);
/// `series`: how many readings are wanted.
[[nodiscard]] std::unique_ptr<pending> pending_metrics(std::size_t series,
                                                       std::function<void(shipflow::metric_answer)> done);
[[nodiscard]] std::unique_ptr<pending> pending_secret(shipflow::secret_reply done);
[[nodiscard]] std::unique_ptr<pending> pending_policy(shipflow::policy_reply done);
[[nodiscard]] std::unique_ptr<pending> pending_message(std::function<void(shipflow::delivery_answer)> done);

}  // namespace shipflow_c
