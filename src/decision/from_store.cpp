// The record of a run, gathered from its facts and its samples.
#include "decision/gather.hpp"
#include "decision/replay.hpp"

#include <map>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

using namespace decision_room;

// What a rule reads, and the digest that its chain of samples begins with. One that cannot be built here saw
// nothing either.
void prepare(guard_decisions& g) {
  const auto t = trigger_of(g.rule);
  if (g.rule.is_probe() || !t) return;
  g.conditions = (*t)->digest();
  g.inputs = inputs_of(**t);
}

void take_calibration(guard_decisions& g, const fact& f) {
  const auto* calibration = f.body.if_contains("calibration");
  if (calibration == nullptr || !calibration->is_object()) return;
  g.rule.calibration = *calibration;
  prepare(g);
}

void take_verdict(guard_decisions& g, const fact& f) {
  made_decision d;
  d.rev = f.rev;
  d.at = f.at;
  const auto text = [&](const char* key) {
    const auto* v = f.body.if_contains(key);
    return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
  };
  d.level = text("level");
  d.reason = text("reason");
  d.samples = text("samples");
  if (const auto* numbers = f.body.if_contains("numbers"); numbers != nullptr && numbers->is_object())
    d.numbers = numbers->get_object();
  g.decisions.push_back(std::move(d));
}

// Verdicts, and what calibrations chose before them.
result<void> take_fact(decision_record& r, const std::map<std::string, std::size_t>& of,
                       const stored_fact& stored) {
  if (stored.kind != fact_kind::verdict && stored.kind != fact_kind::note) return {};
  const auto body = parse_json(stored.body);
  if (!body) return body.error();
  const auto f = fact_from_json(*body);
  if (!f) return f.error();
  const auto guard = of.find(f->step);
  if (stored.kind == fact_kind::note) {
    if (guard != of.end()) take_calibration(r.guards[guard->second], *f);
    return {};
  }
  if (guard == of.end())
    return make_error(errc::corrupt, "fact " + std::to_string(f->rev) + " is of no guard of the plan");
  take_verdict(r.guards[guard->second], *f);
  return {};
}

}  // namespace
}  // namespace v1

namespace decision_room {

// Chunks come in the order of time.
result<void> take_tree(guard_decisions& g, const sample_chunk& chunk) {
  auto parsed = parse_json(chunk.body);
  auto* o = parsed ? parsed->if_object() : nullptr;
  auto* rows = o == nullptr ? nullptr : o->if_contains("rows");
  if (rows == nullptr || !rows->is_array()) return unreadable(chunk);
  auto& to = g.rule.is_probe() ? g.looks : g.slots;
  for (auto& row : rows->get_array()) to.push_back(std::move(row));
  if (const auto* began = o->if_contains("began"); began != nullptr && began->is_int64())
    g.begin = began->get_int64();
  return {};
}

error unreadable(const sample_chunk& chunk) {
  return make_error(errc::corrupt, chunk.series + ": the samples of minute " + std::to_string(chunk.minute) +
                                       " are not readable");
}

result<decision_record> gather(store& keep, const std::string& run, const chunk_sink& take) {
  const auto row = keep.get_run(run);
  if (!row) return row.error();
  const auto body = keep.get_plan(row->plan_digest);
  if (!body) return body.error();
  const auto parsed = parse_json(*body);
  if (!parsed) return parsed.error();
  const auto what = plan_from_json(*parsed);
  if (!what) return what.error();
  decision_record r{run, what->name, row->plan_digest, what->environment, what->release.version, {}};
  std::map<std::string, std::size_t> of;
  for (const auto& g : what->guards) {
    of[g.id] = r.guards.size();
    r.guards.push_back({rule_of(g), {}, {}, {}, {}, {}, {}});
    prepare(r.guards.back());
  }
  const auto facts = keep.read_facts(run);
  if (!facts) return facts.error();
  for (const auto& f : *facts)
    if (auto taken = take_fact(r, of, f); !taken) return taken.error();
  auto chunks = keep.read_samples(run);
  if (!chunks) return chunks.error();
  for (auto& chunk : *chunks) {
    const auto guard = of.find(chunk.series);
    if (guard == of.end()) continue;
    if (auto taken = take(guard->second, r.guards[guard->second], chunk); !taken) return taken.error();
  }
  return r;
}

}  // namespace decision_room

inline namespace v1 {

result<decision_record> record_decisions(store& keep, const std::string& run) {
  return gather(keep, run, [](std::size_t /*guard*/, guard_decisions& g, const sample_chunk& chunk) {
    return take_tree(g, chunk);
  });
}

}  // namespace v1
}  // namespace shipflow
