// shift of a service whose traffic ECS shifts itself: lets it make steps until the wanted share is reached and it pauses again.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"
#include "provider/ecs/native_wait.hpp"

namespace shipflow::ecs {
namespace {

json::object shift_outputs(const json::object& service, int weight) {
  return {{"colour", "blue"},
          {"version", ""},
          {"weights", {{"old", 100 - weight}, {"new", weight}}},
          {"task_definition", members::text(service, "taskDefinition")}};
}

answer begin_shift(session& s, const picture& base) {
  const auto weight = static_cast<int>(members::whole(s.q.inputs, "weight", -1));
  if (weight < 1 || weight > 100)
    return s.refuse(errc::invalid_argument, "weight must be a whole number from 1 to 100");
  const auto seen = look(s);
  if (!seen) return seen.error();
  const auto& then = base.fleets[colour::blue];
  const auto is = members::text(seen->service, "taskDefinition");
  if (then && then->definition != is)
    return answer::conflict(
        s.q.component + ": somebody else deployed " + is + " since " + then->definition + " was seen there",
        json::object{{"expected", then->definition}, {"found", is}});
  if (!seen->now) return s.refuse(errc::failed, "AWS shows no service deployment of " + s.at(colour::blue));
  const auto outputs = with_version(s, shift_outputs(seen->service, weight));
  if (!outputs) return outputs.error();
  auto w = wait_for(s, aim::share, weight);
  w.deployment = seen->now->arn;
  w.outputs = *outputs;
  const auto next = next_weight(*s.bound.native, seen->now->weight);
  if (seen->now->weight < weight && !seen->now->hook.empty() && next > weight)
    return s.refuse(errc::invalid_argument,
                    "the next step of the strategy brings " + std::to_string(next) +
                        "% of the requests, not " + std::to_string(weight) +
                        "%; let the plan's weights be those of `native` in the binding");
  return under_way(towards_share(s, w, *seen->now), handle_of(w));
}

answer resolve_shift(session& s, const picture& base) {
  const auto weight = static_cast<int>(members::whole(s.q.inputs, "weight", -1));
  const auto seen = look(s);
  if (!seen) return seen.error();
  if (!seen->now || (seen->now->goes_on() && !seen->now->hook.empty() && seen->now->weight < weight))
    return answer::not_applied();
  return begin_shift(s, base);
}

}  // namespace

answer native_shift(session& s, const picture& base) {
  if (s.q.what == verb::undo) return take_back(s, most_of(base.served), {});
  if (s.q.what == verb::ready) return ready_for(s, most_of(base.served));
  if (s.q.what == verb::resolve) return resolve_shift(s, base);
  return begin_shift(s, base);
}

}  // namespace shipflow::ecs
