// Faults to try: those that can happen at a step, and random ones.
#include "rehearsal/explorer.hpp"

#include <algorithm>
#include <array>

namespace shipflow::rehearsal {
namespace {

bool waits(step_kind k) { return k == step_kind::wait || k == step_kind::watch; }
bool asks(step_kind k) { return k == step_kind::approval || k == step_kind::checklist; }

bool one_of(const std::string& kind, std::initializer_list<std::string_view> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// Guards that look while the step is under way.
bool guarded(const plan& what, step_index i) {
  return std::any_of(what.guards.begin(), what.guards.end(),
                     [&](const plan_guard& g) { return g.from < i && (!g.until || *g.until >= i); });
}

}  // namespace

bool may_happen(const plan& what, step_index i, const std::string& kind) {
  const auto& step = what.steps[i];
  const bool acts = step.kind == step_kind::action || step.kind == step_kind::restore;
  if (kind.starts_with("trigger_")) return guarded(what, i);
  if (kind.starts_with("approval_"))
    return asks(step.kind) && (kind != "approval_rejected" || step.kind == step_kind::approval);
  if (kind.starts_with("undo_"))
    return step.kind == step_kind::action &&
           (step.undo == reversibility::reversible || step.undo == reversibility::destructive);
  if (one_of(kind, {"crash_before_intent", "crash_after_intent", "crash_after_outcome", "cancel", "rollback",
                    "lease_lost", "store_full", "commit_unknown", "commit_lost", "clock_forward",
                    "clock_back", "upgrade", "superseded"}))
    return acts || asks(step.kind) || waits(step.kind);
  return acts;
}

std::vector<fault> random_faults(const plan& what, std::mt19937_64& random) {
  const auto& all = fault_catalogue();
  constexpr std::array<std::string_view, 4> elsewhere{"observe", "settle", "resolve", "verify"};
  constexpr std::array<std::string_view, 6> reads{
      "throttled",     "error_without_effect",   "stale_read",
      "reply_dropped", "timeout_without_effect", "crash_after_effect"};
  constexpr std::array<std::string_view, 9> back{
      "throttled",           "error_with_effect",   "error_without_effect",
      "timeout_with_effect", "reply_dropped",       "crash_after_intent",
      "crash_after_effect",  "crash_after_outcome", "lease_lost"};
  std::vector<fault> out;
  const auto count = 1 + random() % 4;
  for (int tries = 0; out.size() < count && tries < 40; ++tries) {
    const auto i = static_cast<step_index>(random() % what.steps.size());
    const auto& kind = all[random() % all.size()].name;
    const auto form = random() % 8;
    fault f{what.steps[i].id, kind, "apply"};
    if (form == 0)
      f = {f.step, std::string(reads.at(random() % reads.size())),
           std::string(elsewhere.at(random() % elsewhere.size()))};
    if (form == 1) f = {f.step, std::string(back.at(random() % back.size())), "undo"};
    if (f.at == "apply" && !may_happen(what, i, f.kind)) continue;
    if (std::find(out.begin(), out.end(), f) == out.end()) out.push_back(f);
  }
  return out;
}

std::string replay_line(std::uint64_t seed, const std::vector<fault>& faults) {
  auto out = "--seed " + std::to_string(seed);
  for (const auto& f : faults) out += " --fault " + to_text(f);
  return out;
}

std::vector<fault> shrink(const staged& s, std::vector<fault> faults, std::uint64_t seed,
                          const std::string& check) {
  for (std::size_t i = 0; i < faults.size();) {
    auto fewer = faults;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    const auto e = scene(s, fewer, seed).play();
    const bool same =
        std::any_of(e.findings.begin(), e.findings.end(), [&](const finding& f) { return f.check == check; });
    if (same)
      faults = std::move(fewer);
    else
      ++i;
  }
  return faults;
}

}  // namespace shipflow::rehearsal
