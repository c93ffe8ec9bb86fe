// HAProxy as a process, and the changes made to it while it runs.
#pragma once

#include "provider/local/component.hpp"
#include "provider/local/view.hpp"

#include <optional>

namespace shipflow::local {

enum class presence {
  absent,   ///< it should not be there and is not
  down,     ///< it should be there and is not, for example after a reboot
  running,  ///< its keeper lives; it may be just starting
};
[[nodiscard]] std::string_view name_of(presence p) noexcept;
[[nodiscard]] result<presence> balancer_presence(const component& c);

/// Starts HAProxy with what the book says. Does not wait until it answers. Errors: `not_found` (program),
/// `failed` (port taken), `invalid_argument` (it runs with other settings).
[[nodiscard]] result<void> start_balancer(component& c);

/// What it answers; nothing while it comes up; an error when it does not come up within ten seconds, or
/// keeps ending. `begun` is when the caller's work began, in milliseconds since the epoch.
[[nodiscard]] result<std::optional<view>> try_balancer(const component& c, std::int64_t begun);

/// Asks it to end and says whether it is over.
[[nodiscard]] result<bool> end_balancer(const component& c);

/// Refuses a binding whose front differs from that of the running HAProxy.
[[nodiscard]] result<void> check_front(const component& c);

/// Adds servers the book has and HAProxy has not, with weight 0 and down until their checks pass, and
/// removes servers the book does not know.
[[nodiscard]] result<void> reconcile_servers(const component& c, const view& v);

/// Sets the weights of the book's serving instances where they differ; reads them back.
[[nodiscard]] result<void> set_weights(const component& c);

/// Sets the maintenance switch.
[[nodiscard]] result<void> set_maintenance(const component& c);

enum class patience { until_idle, none };
/// Takes a draining instance out of HAProxy: no new requests, then, when it is idle or when patience is
/// over, out. Says whether it is out.
[[nodiscard]] result<bool> take_out(const component& c, const view& v, const instance& i, patience how);

}  // namespace shipflow::local
