// The actions, each a set of verbs.
#pragma once

#include "provider/ecs/picture.hpp"
#include "provider/ecs/rollout.hpp"

#include <vector>

namespace shipflow::ecs {

[[nodiscard]] std::vector<action_spec> action_specs();
/// Those that a component bound like this has: `launch`, `shift` and `retire` need two services.
[[nodiscard]] result<std::vector<action_spec>> actions_for(const json::object& target);

/// Carries out one call.
[[nodiscard]] answer carry_out(cloud& on, const request& q);

/// What such an action starts is waited for by its deployment.
[[nodiscard]] bool is_rollout(std::string_view action);
/// ARN of the service deployment that `settle` will ask about; empty: it will not.
[[nodiscard]] std::string deployment_to_ask(session& s);

/// Colour an action works on, by its inputs and what was there when its baseline was taken.
[[nodiscard]] result<colour> colour_to_launch(const session& s, const picture& base);
[[nodiscard]] result<colour> colour_to_retire(const session& s, const picture& base);
[[nodiscard]] result<colour> colour_in_place(const session& s, const picture& base);

[[nodiscard]] answer launch(session& s, const picture& base);
[[nodiscard]] answer replace(session& s, const picture& base);
[[nodiscard]] answer retire(session& s, const picture& base);
[[nodiscard]] answer scale(session& s, const picture& base);
[[nodiscard]] answer restart(session& s, const picture& base);
[[nodiscard]] answer shift(session& s, const picture& base);
[[nodiscard]] answer maintenance(session& s, const picture& base);
/// Bytes of a page that a load balancer keeps.
inline constexpr std::size_t longest_page = 1'024;
[[nodiscard]] answer run_task(session& s, const picture& base);

/// What a service is brought to.
struct goal {
  colour in = colour::blue;
  std::string definition;      ///< empty: stays
  std::optional<int> desired;  ///< empty: stays
  bool force = false;
  json::object outputs;
};
/// Asks ECS for it and waits: `started`, or `done` when there is nothing to wait for.
[[nodiscard]] answer begin(session& s, const goal& to);
[[nodiscard]] answer settle(session& s);
/// Puts a service back to what the baseline says, after checking that it is possible.
[[nodiscard]] answer put_back(session& s, const picture& base, colour in, bool definition, bool desired);
/// Could that be done now?
[[nodiscard]] answer ready_to_put_back(session& s, const picture& base, colour in);

/// The same actions where ECS shifts the traffic itself.
[[nodiscard]] answer native_launch(session& s, const picture& base);
[[nodiscard]] answer native_shift(session& s, const picture& base);
[[nodiscard]] answer native_retire(session& s, const picture& base);
/// Its settle: of whatever these three began.
[[nodiscard]] answer settle_native(session& s);
/// That handle is one of theirs.
[[nodiscard]] bool is_native_handle(const json::value& handle);

/// Events, stopped tasks and last lines of a service, as evidence.
[[nodiscard]] json::object evidence_of(session& s, const place& at);
[[nodiscard]] json::object weights_json(const per_colour<int>& share);

}  // namespace shipflow::ecs
