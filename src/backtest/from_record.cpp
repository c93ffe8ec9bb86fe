// What the guards of an own run saw, as recorded metrics.
#include "backtest/collect.hpp"
#include "decision/replay.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace shipflow {
inline namespace v1 {
namespace {

using namespace backtest_room;

// A missing sample is no point; what was invalid stays so.
std::optional<double> value_of(const health::slot_sample& s) {
  if (s.state == health::slot_state::value) return s.sum;
  if (s.state == health::slot_state::invalid) return std::numeric_limits<double>::quiet_NaN();
  if (s.state == health::slot_state::empty && s.kind == series_kind::counter) return 0.0;
  return std::nullopt;
}

result<void> take_input(const guard_decisions& g, std::size_t input, const health::series_key& key,
                        collector& to) {
  for (const auto& row : g.slots) {
    const auto* list = row.if_array();
    if (list == nullptr || list->size() != g.inputs.size() + 1 || !list->front().is_int64())
      return make_error(errc::invalid_document, "a row is not readable", g.rule.guard);
    const auto sample = health::sample_from_json(list->at(input + 1));
    if (!sample) return make_error(errc::invalid_document, sample.error().message, g.rule.guard);
    const auto value = value_of(*sample);
    if (!value) continue;
    const auto kind = sample->kind == series_kind::counter ? recorded_kind::growth : recorded_kind::gauge;
    const auto at = health::slot_end(list->front().get_int64(), g.rule.slot);
    if (auto added = to.add(key.series, key.arm, kind, {at, *value}); !added) return added;
  }
  return {};
}

}  // namespace

result<past_release> release_from_record(const decision_record& r) {
  past_release out;
  out.name = r.version;
  // Of guards that read the same series the one that looked most often tells most.
  std::vector<const guard_decisions*> guards;
  for (const auto& g : r.guards)
    if (!g.rule.is_probe()) guards.push_back(&g);
  std::stable_sort(guards.begin(), guards.end(),
                   [](const auto* a, const auto* b) { return a->rule.slot < b->rule.slot; });
  collector collected;
  std::set<std::pair<std::string, metric_arm>> taken;
  for (const auto* g : guards) {
    const auto t = decision_room::trigger_of(g->rule);
    if (!t || decision_room::inputs_of(**t) != g->inputs)
      return make_error(errc::invalid_document, "the inputs are not those of the rule", g->rule.guard);
    for (std::size_t i = 0; i < (*t)->inputs().size(); ++i) {
      const auto& key = (*t)->inputs()[i];
      if (!taken.emplace(key.series, key.arm).second) continue;
      if (auto done = take_input(*g, i, key, collected); !done) return done.error();
    }
    if (!g->begin) continue;
    const auto begins = health::slot_begin(*g->begin, g->rule.slot);
    if (!out.begins || begins < *out.begins) out.begins = begins;
  }
  for (const auto* g : guards) out.seen.push_back(*g);
  return collected.finish(std::move(out));
}

}  // namespace v1
}  // namespace shipflow
