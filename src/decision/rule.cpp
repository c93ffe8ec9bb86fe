// The rule of a guard as a value, and its JSON.
#include "decision/member.hpp"

#include <shipflow/decision.hpp>

namespace shipflow {
inline namespace v1 {

using namespace decision_room;

json::object to_json(const decision_rule& r) {
  json::object out{{"guard", r.guard}, {"component", r.component}, {"severity", r.severity}};
  if (r.is_probe()) {
    out["probe"] = r.probe;
    out["rise"] = r.rise;
    out["fall"] = r.fall;
    return out;
  }
  out["normal"] = r.normal;
  out["alert"] = r.alert;
  out["slot"] = r.slot.count();
  out["attributable_only"] = r.attributable_only;
  out["metrics"] = r.metrics;
  if (!r.calibration.is_null()) out["calibration"] = r.calibration;
  return out;
}

result<decision_rule> rule_from_json(const json::value& v) {
  const auto* o = v.if_object();
  if (o == nullptr) return make_error(errc::corrupt, "a rule must be an object");
  reader from(*o, "rule");
  decision_rule r;
  r.guard = from.text("guard");
  r.component = from.text("component");
  r.severity = from.text("severity");
  if (o->contains("probe")) {
    r.probe = from.text("probe");
    r.rise = static_cast<int>(from.whole("rise", 1, 1'000'000));
    r.fall = static_cast<int>(from.whole("fall", 1, 1'000'000));
  } else {
    r.normal = from.text("normal");
    r.alert = from.text("alert");
    r.slot = duration{from.whole("slot", 1, longest_slot)};
    r.attributable_only = from.flag("attributable_only");
    r.metrics = from.object("metrics");
    if (from.has("calibration")) r.calibration = from.object("calibration");
  }
  if (from.trouble()) return *from.trouble();
  if (r.guard.empty()) return make_error(errc::corrupt, "rule: `guard` is empty");
  return r;
}

decision_rule rule_of(const plan_guard& g) {
  decision_rule r;
  r.guard = g.id;
  r.component = g.component;
  r.severity = g.severity;
  if (!g.probe.empty()) {
    r.probe = g.probe;
    r.rise = g.rise;
    r.fall = g.fall;
    return r;
  }
  r.normal = g.normal;
  r.alert = g.alert;
  r.slot = g.slot;
  r.attributable_only = g.attributable_only;
  r.metrics = g.metrics;
  return r;
}

}  // namespace v1
}  // namespace shipflow
