// Whether there still is a way back: what a rollback would put back, what its steps say about it,
// and how long it would take.
#include "run/body.hpp"
#include "run/decision.hpp"

#include <algorithm>
#include <array>

namespace shipflow::run {
namespace {

bool is_kept(const run_state& s, step_index i) {
  return s.traffic_reached && s.what->steps[i].after == after_traffic::keep;
}

readiness heard(const answer& a) {
  readiness out;
  if (a.kind == answer_kind::done) {
    out.level = readiness_level::ready;
    const auto* told = a.value.if_object();
    const auto* takes = told == nullptr ? nullptr : member(*told, "takes_ms");
    if (takes != nullptr && takes->is_int64() && takes->get_int64() > 0)
      out.takes = duration{takes->get_int64()};
    return out;
  }
  const bool no = a.kind == answer_kind::conflict || a.kind == answer_kind::failed;
  if (no && !a.problem.retryable()) out.level = readiness_level::lapsed;
  out.why = a.problem.text();
  return out;
}

duration takes(const run_state& s, step_index i) {
  const auto& step = s.steps[i];
  if (step.way_back.takes.count() > 0) return step.way_back.takes;
  if (step.began == time_point{} || step.ended < step.began) return duration{0};
  return step.ended - step.began;
}

// Ranks go one after the other; within one, what the graph leaves free goes at once.
duration takes(const run_state& s, const std::vector<step_index>& units) {
  constexpr auto ranks = static_cast<std::size_t>(restore_rank::cleanup) + 1;
  std::array<duration, ranks> longest{};
  std::vector<std::array<duration, ranks>> until(s.steps.size());
  for (auto i = s.steps.size(); i-- > 0;) {
    for (const auto d : s.dependants[i])
      for (std::size_t r = 0; r < ranks; ++r) until[i][r] = std::max(until[i][r], until[d][r]);
    const auto step = static_cast<step_index>(i);
    if (!std::binary_search(units.begin(), units.end(), step)) continue;
    const auto rank = static_cast<std::size_t>(s.what->steps[i].rank);
    until[i][rank] += takes(s, step);
    longest[rank] = std::max(longest[rank], until[i][rank]);
  }
  duration sum{0};
  for (const auto one : longest) sum += one;
  return sum;
}

}  // namespace

bool is_unit(const run_state& s, step_index i) {
  const auto& step = s.steps[i];
  const auto& planned = s.what->steps[i];
  if (!step.touched || step.restored) return false;
  const bool undoable =
      planned.undo == reversibility::reversible || planned.undo == reversibility::destructive;
  // Steps without resources (a command with an undo) are units of their own.
  return undoable && (step.first || planned.resources.empty());
}

std::vector<step_index> units_to_undo(const run_state& s, const std::set<std::string>& components) {
  std::vector<step_index> out;
  for (step_index i = 0; i < s.steps.size(); ++i) {
    const bool meant = components.empty() || components.contains(s.what->steps[i].component);
    if (meant && is_unit(s, i)) out.push_back(i);
  }
  return out;
}

bool waits_long(const run_state& s) {
  if (s.phase == phase::watching) return true;
  if (s.phase != phase::forward) return false;
  return std::any_of(s.active.begin(), s.active.end(),
                     [&](step_index i) { return s.steps[i].status == step_status::timing; });
}

void on_ready(decision& d, const ready_event& e) {
  if (!waits_long(d.s) || !d.s.telling.contains(e.step) || !is_unit(d.s, e.step)) return;
  const auto now = heard(e.what);
  const auto& before = d.step(e.step).way_back;
  const bool same_why = now.why == before.why || now.level == readiness_level::unknown;
  if (now.level == before.level && same_why) return;
  json::object body{{"level", std::string(name_of(now.level))}};
  if (!now.why.empty()) body["why"] = now.why;
  if (now.takes.count() > 0) body["takes_ms"] = now.takes.count();
  d.add(fact_kind::state, d.planned(e.step).id, {{"ready", std::move(body)}});
}

}  // namespace shipflow::run

namespace shipflow {
inline namespace v1 {

std::vector<step_index> to_ask_back(const run_state& s) {
  std::vector<step_index> out;
  for (const auto i : s.telling)
    if (run::is_unit(s, i) && !run::is_kept(s, i)) out.push_back(i);
  return out;
}

outlook look_back(const run_state& s) {
  outlook out;
  if (s.phase != phase::forward && s.phase != phase::watching) return out;
  out.units = run::units_to_undo(s, {});
  std::erase_if(out.units, [&](step_index i) { return run::is_kept(s, i); });
  for (const auto i : out.units) {
    const auto& back = s.steps[i].way_back;
    const bool worse = back.level == readiness_level::lapsed
                           ? out.level != readiness_level::lapsed
                           : back.level == readiness_level::unknown && out.level == readiness_level::ready;
    if (!worse) continue;
    out.level = back.level;
    out.why = s.what->steps[i].id + ": " + (back.why.empty() ? "it does not tell" : back.why);
  }
  out.takes = run::takes(s, out.units);
  return out;
}

}  // namespace v1
}  // namespace shipflow
