// Things that answer from threads of their own, as things of a virtual time: no time passes until they have answered.
#pragma once

#include <shipflow/probe.hpp>
#include <shipflow/provider.hpp>
#include <shipflow/store.hpp>
#include <shipflow/world.hpp>

#include <memory>

namespace ship {

[[nodiscard]] std::shared_ptr<shipflow::provider> blocking(shipflow::virtual_time& time,
                                                           std::shared_ptr<shipflow::provider> p);
[[nodiscard]] std::shared_ptr<shipflow::metric_source> blocking(shipflow::virtual_time& time,
                                                                std::shared_ptr<shipflow::metric_source> s);
[[nodiscard]] std::shared_ptr<shipflow::probe_source> blocking(shipflow::virtual_time& time,
                                                               std::shared_ptr<shipflow::probe_source> s);
[[nodiscard]] std::shared_ptr<shipflow::store> blocking(shipflow::virtual_time& time,
                                                        std::shared_ptr<shipflow::store> s);
/// What time it was when the last of these calls began: for threads, which may not look at a virtual time.
[[nodiscard]] shipflow::time_point last_call() noexcept;
/// Offers what `p` offers, and everything is done at once: for commands, which have tests of their own.
[[nodiscard]] std::shared_ptr<shipflow::provider> always_done(std::shared_ptr<shipflow::provider> p);

}  // namespace ship
