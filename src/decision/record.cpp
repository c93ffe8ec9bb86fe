// A decision record as JSON, and back.
#include "decision/member.hpp"

#include <shipflow/decision.hpp>

#include <limits>

namespace shipflow {
inline namespace v1 {
namespace {

using decision_room::reader;

constexpr auto most = std::numeric_limits<std::int64_t>::max() / 2;

json::object to_json(const made_decision& d) {
  json::object out{{"rev", d.rev}, {"at", to_ms(d.at)}, {"level", d.level}};
  if (!d.reason.empty()) out["reason"] = d.reason;
  if (!d.numbers.empty()) out["numbers"] = d.numbers;
  if (!d.samples.empty()) out["samples"] = d.samples;
  return out;
}

json::object to_json(const guard_decisions& g) {
  const auto rule = to_json(g.rule);
  json::object out{{"rule", rule}, {"configuration", digest_of(rule)}};
  if (g.begin) out["begin"] = *g.begin;
  if (g.rule.is_probe()) {
    out["looks"] = g.looks;
  } else {
    out["conditions"] = g.conditions;
    out["inputs"] = g.inputs;
    out["slots"] = g.slots;
  }
  json::array decisions;
  for (const auto& d : g.decisions) decisions.push_back(to_json(d));
  out["decisions"] = std::move(decisions);
  return out;
}

result<made_decision> decision_from_json(const json::value& v, const std::string& guard) {
  const auto* o = v.if_object();
  if (o == nullptr) return make_error(errc::corrupt, guard + ": a decision must be an object");
  reader from(*o, guard + ": decision");
  made_decision d;
  d.rev = from.whole("rev", 1, most);
  d.at = from_ms(from.whole("at", -most, most));
  d.level = from.text("level");
  if (from.has("reason")) d.reason = from.text("reason");
  if (from.has("numbers")) d.numbers = from.object("numbers");
  if (from.has("samples")) d.samples = from.text("samples");
  if (from.trouble()) return *from.trouble();
  return d;
}

result<guard_decisions> guard_from_json(const json::value& v) {
  const auto* o = v.if_object();
  const auto* written = o == nullptr ? nullptr : o->if_contains("rule");
  if (written == nullptr) return make_error(errc::corrupt, "a guard of the record has no rule");
  auto rule = rule_from_json(*written);
  if (!rule) return rule.error();
  guard_decisions g;
  g.rule = std::move(*rule);
  reader from(*o, g.rule.guard);
  if (from.text("configuration") != digest_of(*written) && !from.trouble())
    return make_error(errc::corrupt,
                      g.rule.guard + ": the rule is not the one of its digest `configuration`");
  if (from.has("begin")) g.begin = from.whole("begin", -most, most);
  if (g.rule.is_probe()) {
    g.looks = from.array("looks");
  } else {
    g.conditions = from.text("conditions");
    g.inputs = from.array("inputs");
    g.slots = from.array("slots");
  }
  const auto decisions = from.array("decisions");
  if (from.trouble()) return *from.trouble();
  for (const auto& item : decisions) {
    auto d = decision_from_json(item, g.rule.guard);
    if (!d) return d.error();
    g.decisions.push_back(std::move(*d));
  }
  return g;
}

}  // namespace

json::object to_json(const decision_record& r) {
  json::array guards;
  for (const auto& g : r.guards) guards.push_back(to_json(g));
  return {{"shipflow_decisions", decision_format},
          {"run", r.run},
          {"plan", r.plan},
          {"plan_digest", r.plan_digest},
          {"environment", r.environment},
          {"version", r.version},
          {"guards", std::move(guards)}};
}

result<decision_record> decisions_from_json(const json::value& v) {
  const auto* o = v.if_object();
  const auto* format = o == nullptr ? nullptr : o->if_contains("shipflow_decisions");
  if (format == nullptr || !format->is_int64())
    return make_error(errc::corrupt, "this is no decision record: it has no `shipflow_decisions`");
  if (format->get_int64() > decision_format)
    return make_error(errc::newer_version,
                      "the decision record has format " + std::to_string(format->get_int64()) +
                          ", this version reads up to " + std::to_string(decision_format));
  reader from(*o, "decision record");
  decision_record r;
  r.run = from.text("run");
  r.plan = from.text("plan");
  r.plan_digest = from.text("plan_digest");
  r.environment = from.text("environment");
  r.version = from.text("version");
  const auto guards = from.array("guards");
  if (from.trouble()) return *from.trouble();
  for (const auto& item : guards) {
    auto g = guard_from_json(item);
    if (!g) return g.error();
    r.guards.push_back(std::move(*g));
  }
  return r;
}

}  // namespace v1
}  // namespace shipflow
