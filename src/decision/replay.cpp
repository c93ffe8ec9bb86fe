#include "decision/replay.hpp"

#include "health/calibration.hpp"
#include "health/look_book.hpp"

#include <utility>

namespace shipflow::decision_room {
namespace {

struct row {
  std::int64_t slot = 0;
  std::vector<health::slot_sample> samples;
};

std::string place(const guard_decisions& g, const char* list, std::size_t i) {
  return g.rule.guard + ": " + list + "/" + std::to_string(i);
}

// Row `n` of a trigger; places are put into words only when something is wrong.
result<row> row_from(const guard_decisions& g, std::size_t n, std::size_t inputs) {
  const auto* list = g.slots[n].if_array();
  if (list == nullptr || list->size() != inputs + 1 || !list->front().is_int64())
    return make_error(errc::corrupt,
                      place(g, "slots", n) + " must be a slot and " + std::to_string(inputs) + " samples");
  row out;
  out.slot = list->front().get_int64();
  out.samples.reserve(inputs);
  for (std::size_t i = 1; i < list->size(); ++i) {
    auto sample = health::sample_from_json(list->at(i));
    if (!sample) return make_error(errc::corrupt, place(g, "slots", n) + ": " + sample.error().message);
    out.samples.push_back(*sample);
  }
  return out;
}

}  // namespace

result<std::shared_ptr<const health::trigger>> trigger_of(const decision_rule& r) {
  auto metrics = read_metrics(r.metrics);
  if (!metrics) return make_error(metrics.error().code, r.guard + ": " + metrics.error().message);
  health::trigger_spec spec;
  spec.id = r.guard;
  spec.normal = r.normal;
  spec.alert = r.alert;
  spec.severity = r.severity;
  spec.slot = r.slot;
  spec.whom = r.attributable_only ? health::blame::attributable_only : health::blame::always;
  spec.metrics = std::move(*metrics);
  auto lanes = health::lanes_of(r.calibration, r.slot);
  if (!lanes) return make_error(lanes.error().code, r.guard + ": " + lanes.error().message);
  spec.lanes = std::move(*lanes);
  return health::make_trigger(spec);
}

json::array inputs_of(const health::trigger& t) {
  json::array out;
  for (const auto& key : t.inputs()) {
    const auto arm = name_of(key.arm);
    out.push_back(json::array{json::string(key.metric), json::string(key.series),
                              json::string(json::string_view(arm.data(), arm.size()))});
  }
  return out;
}

result<void> replay_trigger(const guard_decisions& g, const std::shared_ptr<const health::trigger>& t,
                            const replay_sink& sink, digests wanted) {
  health::trigger_state state(t);
  std::optional<std::int64_t> last;
  auto seen = wanted == digests::all ? t->digest() : std::string{};
  for (std::size_t i = 0; i < g.slots.size(); ++i) {
    auto read = row_from(g, i, t->inputs().size());
    if (!read) return read.error();
    if (last && read->slot <= *last)
      return make_error(errc::corrupt, place(g, "slots", i) + ": the slots must grow");
    last = read->slot;
    if (g.begin && read->slot >= *g.begin) state.begin(*g.begin);
    if (wanted == digests::all) seen = sha256_hex(seen + "\n" + json::serialize(g.slots[i]));
    const auto verdict = state.push(read->slot, read->samples);
    if (!verdict) continue;
    replayed r;
    r.slot = read->slot;
    r.at = health::slot_end(read->slot, t->slot());
    r.level = health::guard_word(*verdict);
    r.armed = state.begun();
    r.seen = seen;
    r.verdict = &*verdict;
    sink(r);
  }
  return {};
}

result<void> replay_probe(const guard_decisions& g, const replay_sink& sink, digests wanted) {
  health::probe_health state(g.rule.rise, g.rule.fall);
  std::string seen;
  for (std::size_t i = 0; i < g.looks.size(); ++i) {
    const auto* row = g.looks[i].if_array();
    const bool shaped = row != nullptr && row->size() >= 2 && row->at(0).is_int64() && row->at(1).is_string();
    const auto outcome =
        shaped ? health::look_named(std::string_view(row->at(1).get_string())) : std::nullopt;
    if (!outcome)
      return make_error(errc::corrupt, place(g, "looks", i) + " must be a time, an outcome and a text");
    replayed r;
    r.at = from_ms(row->at(0).get_int64());
    state.push(*outcome, r.at);
    r.level = health::guard_word(state);
    r.armed = true;
    if (wanted == digests::all) seen = sha256_hex(seen + "\n" + json::serialize(g.looks[i]));
    r.seen = seen;
    r.row = row;
    sink(r);
  }
  return {};
}

}  // namespace shipflow::decision_room
