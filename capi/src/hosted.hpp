// Providers, probes, metric sources and notifiers that the host serves.
#pragma once

#include "host.hpp"

#include <shipflow/message.hpp>
#include <shipflow/provider.hpp>

namespace shipflow_c {

[[nodiscard]] std::vector<shipflow::action_spec> read_actions(shipflow_str text);
[[nodiscard]] std::shared_ptr<shipflow::provider> make_hosted_provider(
    host& at, std::string name, std::vector<shipflow::action_spec> actions);
[[nodiscard]] std::shared_ptr<shipflow::probe_source> make_hosted_probes(host& at,
                                                                         std::vector<std::string> kinds);
[[nodiscard]] std::shared_ptr<shipflow::metric_source> make_hosted_metrics(host& at,
                                                                           std::vector<std::string> names);
[[nodiscard]] std::shared_ptr<shipflow::notifier> make_hosted_notifiers(host& at,
                                                                        std::vector<std::string> kinds);

}  // namespace shipflow_c
