#include "health/arm_test.hpp"

#include "verdict/exact.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow::health {
namespace {

tally tally_of(const bound_number& n, std::span<const slot_sample> inputs) {
  const auto& first = inputs[n.first];
  if (n.what == aggregate_kind::slow) return {first.sum, events_above(first, *n.limit).value_or(0)};
  return {inputs[n.second].sum, first.sum};
}

/// Instance by instance when the source told them apart, else in one piece.
std::vector<tally> tallies_of(const bound_number& n, std::span<const slot_sample> inputs) {
  std::vector<tally> out;
  if (n.what == aggregate_kind::ratio) {
    const auto& all_bad = inputs[n.first].instances;
    auto bad = all_bad.begin();
    for (const auto& t : inputs[n.second].instances) {
      while (bad != all_bad.end() && bad->name < t.name) ++bad;
      const bool matched = bad != all_bad.end() && bad->name == t.name;
      out.push_back({t.sum, matched ? bad->sum : 0});
    }
  }
  if (out.size() < 2) out.assign(1, tally_of(n, inputs));
  return out;
}

reason why_not(slot_use use) {
  if (use == slot_use::no_traffic) return reason::empty;
  return use == slot_use::invalid ? reason::invalid : reason::undecided;
}

/// Rounds down, also below zero.
std::int64_t group_of(slot_index k, std::int64_t slots) { return k % slots < 0 ? k / slots - 1 : k / slots; }

}  // namespace

arm_test::any_test arm_test::make(const bound_test& t) {
  const auto first = t.lanes.empty() ? lane{} : t.lanes.front();
  const auto& rule = first.rule;
  switch (t.kind) {
    case test_kind::count_ratio: break;
    case test_kind::bucket_ratio: return bucket_pace{bucket_ratio(rule), first.slots};
    case test_kind::peer_rank: return peer_pace{peer_rank({rule.ratio, rule.spread_slots, 0}), first.slots};
    case test_kind::bounded_mean:
      return mean_pace{
          bounded_mean({rule.side, rule.ratio, t.canary.limit.value_or(1), rule.cap, rule.spread_slots}),
          first.slots};
  }
  return count_lanes(t.lanes);
}

arm_test::arm_test(const bound_test& t) : test_(make(t)) {}

bool arm_test::gather(bucket_pace& p, const bound_test& t, std::span<const slot_sample> inputs) {
  return p.sums.add(inputs[t.canary.first], inputs[t.baseline.first]);
}
bool arm_test::gather(peer_pace& p, const bound_test& t, std::span<const slot_sample> inputs) {
  p.sums.add(t, inputs);
  return true;
}
bool arm_test::gather(mean_pace& p, const bound_test& t, std::span<const slot_sample> inputs) {
  p.sums.add(t.canary, inputs[t.canary.first], inputs[t.baseline.first]);
  return true;
}

slot_use arm_test::close(bucket_pace& p) {
  const auto use = p.test.push({p.sums.canary, p.sums.baseline}).use;
  std::fill(p.sums.canary.begin(), p.sums.canary.end(), 0.0);
  std::fill(p.sums.baseline.begin(), p.sums.baseline.end(), 0.0);
  return use;
}
slot_use arm_test::close(peer_pace& p) {
  const auto canary = numbers_of(p.sums.canary);
  const auto baseline = numbers_of(p.sums.baseline);
  p.sums = {};
  // One number for a whole fleet varies less than that of an instance: it is no peer.
  if (canary.empty() || baseline.size() < 2) return slot_use::no_traffic;
  return p.test.push({median(canary), baseline}).use;
}
slot_use arm_test::close(mean_pace& p) {
  const auto use = p.test.push({p.sums.canary, p.sums.baseline}).use;
  p.sums = {};
  return use;
}

slot_use arm_test::step(count_lanes& p, const bound_test& t, slot_index k,
                        std::span<const slot_sample> inputs) {
  const auto baseline = tallies_of(t.baseline, inputs);
  return p.push(k, {tally_of(t.canary, inputs), baseline}).use;
}

template <class Paced>
slot_use arm_test::step(Paced& p, const bound_test& t, slot_index k, std::span<const slot_sample> inputs) {
  const auto group = group_of(k, p.slots);
  if (p.group && *p.group != group) close(p);
  p.group.reset();
  if (!gather(p, t, inputs)) return slot_use::invalid;
  if (group_of(k + 1, p.slots) != group) return close(p);
  p.group = group;
  return slot_use::counted;
}

test_finding arm_test::push(const bound_test& t, slot_index k, std::span<const slot_sample> inputs) {
  test_finding out;
  out.needed = -std::log(t.alpha);
  const auto worst = std::max(state_of(t.canary, inputs), state_of(t.baseline, inputs));
  auto why = worst == slot_state::missing ? reason::missing : reason::invalid;
  if (worst == slot_state::empty) {
    const auto use = std::visit([&](auto& test) { return step(test, t, k, inputs); }, test_);
    why = why_not(use);
    if (use == slot_use::counted) ++slots_;
  }
  const auto read = [&](const auto& test) {
    out.evidence = test.log_evidence();
    out.best = test.best();
  };
  std::visit(
      [&](const auto& test) {
        if constexpr (requires { test.test; })
          read(test.test);
        else
          read(test);
      },
      test_);
  out.slots = slots_;
  if (t.lanes.empty()) why = reason::untrusted;
  out.is = crosses(out.best, t.alpha) ? yes() : unknown(why);
  return out;
}

json::value arm_test::to_json() const {
  json::object out{{"slots", slots_}};
  std::visit(
      [&](const auto& test) {
        if constexpr (requires { test.test; }) {
          out["test"] = test.test.to_json();
          out["group"] = test.group ? json::value(*test.group) : json::value(nullptr);
          out["sums"] = health::to_json(test.sums);
        } else {
          out["test"] = test.to_json();
        }
      },
      test_);
  return out;
}

bool arm_test::from_json(const json::value& v) {
  const auto* o = v.if_object();
  const auto* kept = o == nullptr ? nullptr : o->if_contains("test");
  if (kept == nullptr || !verdict_room::read_whole(*o, "slots", slots_)) return false;
  return std::visit(
      [&](auto& test) {
        if constexpr (requires { test.test; }) {
          const auto* group = o->if_contains("group");
          const auto* sums = o->if_contains("sums");
          if (group == nullptr || !(group->is_null() || group->is_int64()) || sums == nullptr) return false;
          test.group = group->is_null() ? std::nullopt : std::optional(group->get_int64());
          test.sums = {};
          return health::from_json(*sums, test.sums) && test.test.from_json(*kept).has_value();
        } else {
          return test.from_json(*kept).has_value();
        }
      },
      test_);
}

}  // namespace shipflow::health
