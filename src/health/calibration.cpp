#include "health/calibration.hpp"

#include <algorithm>
#include <set>

namespace shipflow::health {
namespace {

/// Readings of one series turned into samples, slot by slot.
class series_reader {
 public:
  explicit series_reader(series_kind kind) : kind_(kind) {}
  slot_sample next(const std::vector<reading>& slot, std::size_t series, slot_index k) {
    return series < slot.size() ? sample_of(slot[series], kind_, k, memory_) : slot_sample{};
  }

 private:
  series_kind kind_;
  std::optional<counter_memory> memory_{};
};

const slot_instance* named(const slot_sample& s, const std::string& name) {
  const auto at = std::lower_bound(s.instances.begin(), s.instances.end(), name,
                                   [](const slot_instance& i, const std::string& n) { return i.name < n; });
  return at != s.instances.end() && at->name == name ? &*at : nullptr;
}

void add_wishes(const trigger& t, const bound_condition& c, std::vector<calibration_wish>& out) {
  for (const auto& a : c.atoms) {
    const auto same = [&](const auto& w) { return w.text == a.text; };
    if (!can_calibrate(a) || std::any_of(out.begin(), out.end(), same)) continue;
    const auto& baseline = a.test->baseline;
    const auto all = t.places()[baseline.second];
    const auto bad = t.places()[baseline.first];
    out.push_back({a.text,
                   all.look,
                   bad.series,
                   all.series,
                   {c.slot.count(), a.test->alpha, a.test->lanes.back().rule.ratio}});
  }
}

}  // namespace

std::vector<calibration_wish> wishes_of(const trigger& t) {
  std::vector<calibration_wish> out;
  for (const auto* c : {&t.alert(), &t.normal()})
    if (*c) add_wishes(t, **c, out);
  return out;
}

std::vector<fleet_slot> fleet_of(const calibration_wish& w, const metric_history& past, slot_index first) {
  struct pair {
    slot_sample bad, all;
  };
  std::vector<pair> samples;
  std::set<std::string> names;
  series_reader bad(past.kind);
  series_reader all(past.kind);
  for (const auto& slot : past.slots) {
    const auto k = first + static_cast<slot_index>(samples.size());
    samples.push_back({bad.next(slot, w.bad, k), all.next(slot, w.all, k)});
    for (const auto& i : samples.back().all.instances) names.insert(i.name);
  }
  std::vector<fleet_slot> out;
  for (std::size_t n = 0; n < samples.size(); ++n) {
    const auto& s = samples[n];
    const bool known = s.all.state == slot_state::value && s.bad.state != slot_state::invalid;
    if (!known) continue;
    fleet_slot slot{first + static_cast<slot_index>(n), {}};
    for (const auto& name : names) {
      const auto* total = named(s.all, name);
      const auto* failed = named(s.bad, name);
      slot.instances.push_back(
          {total == nullptr ? 0 : total->sum, total == nullptr || failed == nullptr ? 0 : failed->sum});
    }
    out.push_back(std::move(slot));
  }
  return out;
}

result<std::map<std::string, std::vector<lane>>> lanes_of(const json::value& calibration, duration slot) {
  std::map<std::string, std::vector<lane>> out;
  if (calibration.is_null()) return out;
  const auto* o = calibration.if_object();
  const auto* found = o == nullptr ? nullptr : o->if_contains("found");
  if (found == nullptr || !found->is_object())
    return make_error(errc::corrupt, "a calibration has no `found`");
  for (const auto& entry : found->get_object()) {
    const auto* test = entry.value().if_object();
    if (test == nullptr || !test->contains("lanes")) continue;
    auto lanes = lanes_from_json(entry.value(), slot.count());
    if (!lanes) return lanes.error();
    out[std::string(entry.key())] = std::move(*lanes);
  }
  return out;
}

}  // namespace shipflow::health
