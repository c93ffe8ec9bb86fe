#include "decision/replay.hpp"

#include "health/calibration.hpp"
#include "health/look_book.hpp"

#include <utility>

namespace shipflow::decision_room {
namespace {

std::string place(const guard_decisions& g, const char* list, std::size_t i) {
  return g.rule.guard + ": " + list + "/" + std::to_string(i);
}

// Row `n` of a trigger; places are put into words only when something is wrong.
result<void> read_row(const guard_decisions& g, std::size_t n, std::size_t inputs, health::chunk_row& to) {
  const auto* list = g.slots[n].if_array();
  if (list == nullptr || list->size() != inputs + 1 || !list->front().is_int64())
    return make_error(errc::corrupt,
                      place(g, "slots", n) + " must be a slot and " + std::to_string(inputs) + " samples");
  to.slot = list->front().get_int64();
  to.samples.clear();
  for (std::size_t i = 1; i < list->size(); ++i) {
    auto sample = health::sample_from_json(list->at(i));
    if (!sample) return make_error(errc::corrupt, place(g, "slots", n) + ": " + sample.error().message);
    to.samples.push_back(std::move(*sample));
  }
  return {};
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

result<void> replay_rows(const guard_decisions& g, const std::shared_ptr<const health::trigger>& t,
                         const row_source& rows, const replay_sink& sink) {
  health::trigger_state state(t);
  std::optional<std::int64_t> last;
  for (std::size_t i = 0;; ++i) {
    const auto read = rows();
    if (!read) return read.error();
    const auto* row = *read;
    if (row == nullptr) return {};
    if (last && row->slot <= *last)
      return make_error(errc::corrupt, place(g, "slots", i) + ": the slots must grow");
    last = row->slot;
    if (g.begin && row->slot >= *g.begin) state.begin(*g.begin);
    const auto verdict = state.push(row->slot, row->samples);
    if (!verdict) continue;
    replayed r;
    r.slot = row->slot;
    r.at = health::slot_end(row->slot, t->slot());
    r.level = health::guard_word(*verdict);
    r.armed = state.begun();
    r.verdict = &*verdict;
    sink(r);
  }
}

result<void> replay_trigger(const guard_decisions& g, const std::shared_ptr<const health::trigger>& t,
                            const replay_sink& sink, digests wanted) {
  const auto inputs = t->inputs().size();
  auto seen = wanted == digests::all ? t->digest() : std::string{};
  health::chunk_row row;
  std::size_t next = 0;
  const auto rows = [&]() -> result<const health::chunk_row*> {
    if (next == g.slots.size()) return nullptr;
    const auto n = next++;
    if (auto read = read_row(g, n, inputs, row); !read) return read.error();
    if (wanted == digests::all) seen = sha256_hex(seen + "\n" + json::serialize(g.slots[n]));
    return &row;
  };
  return replay_rows(g, t, rows, [&](replayed r) {
    r.seen = seen;
    sink(r);
  });
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
