// The fold of the way back: what is undone when, once it is fixed.
#include "run/body.hpp"
#include "run/fold.hpp"

#include <utility>
#include <vector>

namespace shipflow::run {
namespace {

// Non-units clear at once; a unit clears when it is over. Linear in steps and edges over the
// whole rollback, because every edge is walked once.
void clear_for_undo(run_state& s, std::vector<step_index> cleared) {
  while (!cleared.empty()) {
    const auto i = cleared.back();
    cleared.pop_back();
    for (const auto need : s.what->steps[i].needs) {
      if (--s.undo_unmet[need] != 0) continue;
      const auto unit = s.undo_of.find(need);
      if (unit == s.undo_of.end()) {
        cleared.push_back(need);
      } else {
        s.undo[unit->second].status = undo_status::ready;
        s.undo_active.insert(unit->second);
      }
    }
  }
}

void undo_over(run_state& s, std::size_t unit) {
  s.undo_active.erase(unit);
  ++s.undo_over;
  clear_for_undo(s, {s.undo[unit].step});
}

}  // namespace

void fix_units(run_state& s, const json::value& units) {
  s.undo.clear();
  s.undo_of.clear();
  s.undo_active.clear();
  s.undo_over = 0;
  for (const auto& unit : units.get_array()) {
    const auto step = static_cast<step_index>(unit.to_number<std::uint32_t>());
    s.undo_of[step] = s.undo.size();
    s.undo.push_back({});
    s.undo.back().step = step;
  }
  const auto count = s.what->steps.size();
  s.undo_unmet.resize(count);
  std::vector<step_index> cleared;
  for (step_index i = 0; i < count; ++i) {
    s.undo_unmet[i] = static_cast<std::uint32_t>(s.dependants[i].size());
    if (s.undo_unmet[i] != 0) continue;
    const auto unit = s.undo_of.find(i);
    if (unit == s.undo_of.end()) {
      cleared.push_back(i);
    } else {
      s.undo[unit->second].status = undo_status::ready;
      s.undo_active.insert(unit->second);
    }
  }
  clear_for_undo(s, std::move(cleared));
}

result<void> fold_undo(run_state& s, step_index i, const fact& f) {
  const auto found = s.undo_of.find(i);
  if (found == s.undo_of.end()) return corrupt(f, "step \"" + f.step + "\" has nothing to undo");
  auto& unit = s.undo[found->second];
  const auto status = text(f.body, "status");
  if (f.kind == fact_kind::undo_intent) {
    unit.status = undo_status::intent;
    unit.attempt = f.attempt;
    unit.key = text(f.body, "key");
    unit.timeout_at = when(f.body, "timeout_at");
    unit.asked = f.at;
    unit.handle = nullptr;
    s.undo_active.insert(found->second);
    return {};
  }
  if (f.kind == fact_kind::undo_started) {
    unit.status = undo_status::started;
    unit.handle = any(f.body, "handle");
    return {};
  }
  unit.why = text(f.body, "why");
  if (status == "asking") {
    unit.status = undo_status::asking;
  } else if (status == "ready") {
    unit.status = undo_status::ready;
    s.undo_active.insert(found->second);
  } else if (status == "retry") {
    unit.status = undo_status::retrying;
    unit.attempt = f.attempt;  // without an intent that was not called
    ++unit.generation;
    unit.due = when(f.body, "retry_at");
  } else if (status == "failed") {
    unit.status = undo_status::failed;
    ++unit.generation;
    s.undo_active.erase(found->second);
  } else if (status == "verified") {
    unit.status = undo_status::verified;
  } else {
    unit.status = status == "kept" ? undo_status::kept : undo_status::done;
    undo_over(s, found->second);
  }
  return {};
}

}  // namespace shipflow::run
