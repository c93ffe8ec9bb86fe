// From a call to its answer.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"

#include <algorithm>
#include <array>

namespace shipflow::ecs {
namespace {

struct known_action {
  std::string_view name;
  answer (*carry_out)(session& s, const picture& base);
  bool is_rollout;  ///< what is started is waited for by the deployment
};
constexpr std::array known{known_action{"launch", launch, true},
                           known_action{"shift", shift, false},
                           known_action{"retire", retire, true},
                           known_action{"replace", replace, true},
                           known_action{"scale", scale, true},
                           known_action{"restart", restart, true},
                           known_action{"maintenance", maintenance, false},
                           known_action{"run_task", run_task, false}};

json::object part_of(const picture& now, const result<colour>& in, bool definition, bool desired) {
  if (!in || !now.fleets[*in]) return {};
  json::object out{{"colour", name_of(*in)}};
  if (definition) out["definition"] = now.fleets[*in]->definition;
  if (desired) out["desired"] = now.fleets[*in]->desired;
  return out;
}

/// The part of the picture that undo of this action puts back.
json::object restores(const session& s, const picture& base, const picture& now) {
  const auto& a = s.q.action;
  if (s.bound.native && a == "launch") {
    auto out = part_of(now, colour::blue, true, false);
    out["configuration"] = marks_of(now.configuration);
    return out;
  }
  if (s.bound.native && a == "shift") return {{"served", to_json(now.served)}};
  if (s.bound.native && a == "retire") return {};
  if (a == "shift") return {{"weights", weights_json(now.weights)}};
  if (a == "maintenance") return {{"maintenance", now.maintenance}};
  if (a == "launch") return part_of(now, colour_to_launch(s, base), true, true);
  if (a == "retire") return part_of(now, colour_to_retire(s, base), false, true);
  if (a == "replace") return part_of(now, colour_in_place(s, base), true, s.q.inputs.contains("instances"));
  if (a == "scale") return part_of(now, colour_in_place(s, base), false, true);
  return {};
}

answer observe(session& s) {
  const auto v = look_around(s);
  if (!v) return v.error();
  auto base = v->seen;
  if (s.q.baseline.is_object() && !s.q.baseline.get_object().empty()) {
    auto given = picture_from_json(s.q.baseline);
    if (!given) return answer::failed(given.error());
    base = std::move(*given);
  }
  auto value = to_json(s.bound, v->seen);
  value["restores"] = restores(s, base, v->seen);
  return answer::done(std::move(value));
}

answer diagnose(session& s) {
  json::object out;
  for (const auto c : both_colours)
    if (c == colour::blue || s.bound.two) out[name_of(c)] = evidence_of(s, s.bound.at[c]);
  return answer::done(std::move(out));
}

got<picture> base_of(session& s) {
  if (s.q.baseline.is_object() && s.q.baseline.get_object().contains("services")) {
    auto given = picture_from_json(s.q.baseline);
    if (!given) return answer::failed(given.error());
    return std::move(*given);
  }
  if (s.q.what == verb::undo || s.q.what == verb::ready)
    return s.refuse(errc::invalid_argument,
                    std::string(name_of(s.q.what)) + " of " + s.q.action + " needs its baseline");
  if (s.q.what == verb::settle) return picture{};
  auto v = look_around(s);
  if (!v) return v.error();
  return std::move(v->seen);
}

const known_action* find_action(std::string_view name) {
  const auto* a =
      std::find_if(known.begin(), known.end(), [&](const known_action& k) { return k.name == name; });
  return a == known.end() ? nullptr : a;
}

}  // namespace

bool is_rollout(std::string_view action) {
  const auto* a = find_action(action);
  return a != nullptr && a->is_rollout;
}

answer carry_out(cloud& on, const request& q) {
  const auto* a = find_action(q.action);
  if (a == nullptr)
    return answer::failed(make_error(errc::unsupported, "provider ecs has no action " + q.action));
  auto bound = read_binding(q.target);
  if (!bound) return answer::failed(bound.error());
  const aws::destination& where = *bound;
  session s{{on, q, where}, std::move(*bound)};
  if (q.stop.stop_requested() && q.what != verb::settle)
    return s.refuse(errc::cancelled, "the call was cancelled");
  if (q.what == verb::observe) return observe(s);
  if (q.what == verb::diagnose) return diagnose(s);
  if (q.what == verb::settle && is_native_handle(q.handle)) return settle_native(s);
  if (q.what == verb::settle && a->is_rollout) return settle(s);
  const auto right = s.right_account();
  if (!right) return right.error();
  const auto base = base_of(s);
  if (!base) return base.error();
  return a->carry_out(s, *base);
}

}  // namespace shipflow::ecs
