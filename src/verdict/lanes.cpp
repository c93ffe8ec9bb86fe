// Several paces over the same slots.
#include "verdict/exact.hpp"

#include <shipflow/verdict/count_ratio.hpp>

#include <algorithm>

namespace shipflow {

using namespace verdict_room;

inline namespace v1 {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::size_t most_instances = 10'000;

/// Rounds down, also below zero.
std::int64_t group_of(std::int64_t k, std::int64_t slots) {
  return k % slots < 0 ? k / slots - 1 : k / slots;
}

void add(tally& to, const tally& t) {
  to.total += t.total;
  to.bad += t.bad;
}

json::value tally_json(const tally& t) { return json::array{exact(t.total), exact(t.bad)}; }

bool read_tally(const json::value* v, tally& out) {
  std::array<double, 2> pair{};
  if (!read_exact_list(v, pair)) return false;
  out = {pair[0], pair[1]};
  return true;
}

bool read_tallies(const json::value* v, std::vector<tally>& out) {
  const auto* list = v == nullptr ? nullptr : v->if_array();
  if (list == nullptr || list->size() > most_instances) return false;
  for (const auto& item : *list)
    if (!read_tally(&item, out.emplace_back())) return false;
  return true;
}

}  // namespace

std::vector<lane> worse_lanes(double ratio, std::int64_t slot_ms, std::int64_t watch_ms) {
  const auto length = std::max<std::int64_t>(slot_ms, 1);
  const auto slots_of = [&](std::int64_t ms) { return std::max<std::int64_t>(watch_ms / ms, 1); };
  if (length >= minute_ms) return {{worse_ratio(ratio, slots_of(length)), 1, 1}};
  const auto merged = (minute_ms + length - 1) / length;
  return {{worse_ratio(std::max(ratio, 2.0), slots_of(length)), 1, 0.5},
          {worse_ratio(ratio, slots_of(length * merged)), merged, 0.5}};
}

count_lanes::count_lanes(const std::vector<lane>& lanes) {
  double weights = 0;
  for (const auto& l : lanes) weights += std::max(l.weight, 0.0);
  for (const auto& l : lanes) {
    const double weight = weights > 0 ? std::max(l.weight, 0.0) / weights : 0;
    parts_.push_back({count_ratio(l.rule), std::max<std::int64_t>(l.slots, 1), weight, 0, false, {}, {}});
  }
  std::vector<weighted_evidence> all;
  for (const auto& p : parts_) all.push_back({p.test.log_evidence(), p.weight});
  log_evidence_ = best_ = combined(all);
}

test_step count_lanes::close(part_state& p) {
  const auto step = p.test.push({p.canary, p.baseline});
  p.open = false;
  p.canary = {};
  std::fill(p.baseline.begin(), p.baseline.end(), tally{});
  return step;
}

test_step count_lanes::push(std::int64_t k, const count_slot& s) {
  test_step out;
  // A slot that cannot be used by itself must not spoil the group it lies in.
  const auto bad_count = [](const tally& t) {
    return !std::isfinite(t.total) || !std::isfinite(t.bad) || t.total < 0 || t.bad < 0;
  };
  const bool refused = bad_count(s.canary) || std::any_of(s.baseline.begin(), s.baseline.end(), bad_count);
  for (auto& p : parts_) {
    const auto group = group_of(k, p.slots);
    if (p.open && p.group != group) close(p);
    if (refused) {
      out.use = slot_use::invalid;
      continue;
    }
    p.group = group;
    p.open = true;
    add(p.canary, s.canary);
    if (p.baseline.size() < s.baseline.size()) p.baseline.resize(s.baseline.size());
    for (std::size_t i = 0; i < s.baseline.size(); ++i) add(p.baseline[i], s.baseline[i]);
    if (k % p.slots != (p.slots - 1) && k % p.slots != -1) continue;
    const auto step = close(p);
    if (&p == parts_.data()) out = step;
  }
  std::array<weighted_evidence, 8> few{};
  std::vector<weighted_evidence> many(parts_.size() > few.size() ? parts_.size() : 0);
  const std::span all = many.empty() ? std::span(few).first(parts_.size()) : std::span(many);
  for (std::size_t i = 0; i < parts_.size(); ++i) all[i] = {parts_[i].test.log_evidence(), parts_[i].weight};
  const double before = log_evidence_;
  log_evidence_ = combined(all);
  best_ = std::max(best_, log_evidence_);
  out.gain = log_evidence_ - before;
  out.log_evidence = log_evidence_;
  return out;
}

json::value count_lanes::to_json() const {
  json::array parts;
  for (const auto& p : parts_) {
    json::array baseline;
    for (const auto& t : p.baseline) baseline.push_back(tally_json(t));
    parts.push_back(json::object{{"test", p.test.to_json()},
                                 {"group", p.group},
                                 {"open", p.open},
                                 {"canary", tally_json(p.canary)},
                                 {"baseline", std::move(baseline)}});
  }
  return json::object{{"lanes", std::move(parts)}, {"best", exact(best_)}};
}

result<void> count_lanes::from_json(const json::value& v) {
  const auto bad = [] {
    return make_error(errc::corrupt, "the stored state of a ratio test is not readable");
  };
  const auto* o = v.if_object();
  const auto* lanes = o == nullptr ? nullptr : o->if_contains("lanes");
  if (lanes == nullptr || !lanes->is_array() || lanes->get_array().size() != parts_.size()) return bad();
  auto fresh = *this;
  std::vector<weighted_evidence> all;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    auto& p = fresh.parts_[i];
    const auto* part = lanes->get_array()[i].if_object();
    const auto* test = part == nullptr ? nullptr : part->if_contains("test");
    const auto* group = part == nullptr ? nullptr : part->if_contains("group");
    const auto* open = part == nullptr ? nullptr : part->if_contains("open");
    if (test == nullptr || group == nullptr || !group->is_int64() || open == nullptr || !open->is_bool())
      return bad();
    p.baseline.clear();
    if (!p.test.from_json(*test) || !read_tally(part->if_contains("canary"), p.canary) ||
        !read_tallies(part->if_contains("baseline"), p.baseline))
      return bad();
    p.group = group->get_int64();
    p.open = open->get_bool();
    all.push_back({p.test.log_evidence(), p.weight});
  }
  if (!read_exact(*o, "best", fresh.best_)) return bad();
  fresh.log_evidence_ = combined(all);
  *this = std::move(fresh);
  return {};
}

}  // namespace v1
}  // namespace shipflow
