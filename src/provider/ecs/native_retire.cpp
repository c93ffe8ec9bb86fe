// retire of a service whose traffic ECS shifts itself: lets it finish.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"
#include "provider/ecs/native_wait.hpp"

namespace shipflow::ecs {
namespace {

answer begin_retire(session& s) {
  const auto seen = look(s);
  if (!seen) return seen.error();
  const auto is = members::text(seen->service, "taskDefinition");
  const auto outputs = with_version(s, {{"task_definition", is},
                                        {"instances", members::whole(seen->service, "desiredCount")},
                                        {"colour", "blue"},
                                        {"service", s.at(colour::blue)}});
  if (!outputs) return outputs.error();
  auto w = wait_for(s, aim::end, 100);
  w.outputs = *outputs;
  w.outputs["task_definition"] = is;
  w.configuration = without_pauses(members::object(seen->service, "deploymentConfiguration"));
  if (!seen->now) return under_way(finished(s, w), handle_of(w));
  w.deployment = seen->now->arn;
  if (seen->now->goes_on() && seen->now->weight < 100)
    return s.refuse(errc::conflict, "the old version gets " + std::to_string(100 - seen->now->weight) +
                                        "% of the requests and is not retired");
  return under_way(towards_end(s, w, *seen->now), handle_of(w));
}

answer undo_retire(session& s, const picture& base) {
  const auto seen = look(s);
  if (!seen) return seen.error();
  // As long as it is paused nothing was ended, and the undo of shift takes it all back.
  const bool whole = seen->now && seen->now->goes_on() && !seen->now->hook.empty();
  if (whole || base.former.empty()) return answer::done();
  return take_back(s, base.former, {});
}

}  // namespace

answer native_retire(session& s, const picture& base) {
  if (s.q.what == verb::undo) return undo_retire(s, base);
  if (s.q.what == verb::ready) return base.former.empty() ? answer::done() : ready_for(s, base.former);
  if (s.q.what != verb::resolve) return begin_retire(s);
  const auto seen = look(s);
  if (!seen) return seen.error();
  if (seen->now && seen->now->goes_on() && !seen->now->hook.empty()) return answer::not_applied();
  return begin_retire(s);
}

}  // namespace shipflow::ecs
