// What must hold in every run, whatever happens. The names are those of <shipflow/rehearsal.hpp>.
#include "rehearsal/scene.hpp"

#include <algorithm>
#include <set>

namespace shipflow::rehearsal {

void scene::found(const std::string& check, std::string what) {
  // Its id means nothing to a reader, and another run with the same trouble has another.
  for (auto at = run_.empty() ? std::string::npos : what.find(run_); at != std::string::npos;
       at = what.find(run_, at))
    what.replace(at, run_.size(), "RUN");
  if (seen_findings_.insert(check + what).second) findings_.push_back({check, what});
}

void scene::found(const std::vector<finding>& all) {
  for (const auto& f : all) found(f.check, f.what);
}

json::object scene::snapshot() const {
  json::object out;
  for (const auto& m : models_)
    for (auto& member : m->snapshot()) out[member.key()] = member.value();
  return out;
}

void scene::watch_world() {
  world_->on_effect = [this](const request& q) { check_effect(q); };
  world_->on_change = [this] { check_serving(); };
}

void scene::check_effect(const request& q) {
  if (run_.empty() || q.run != run_) return;
  if (!durable_keys_.contains(q.effect_key))
    found("intent_first", "step " + q.step + ": " + std::string(name_of(q.what)) +
                              " reached the world before its intent was durable");
  if (over_at_) return check_late(q);
  if (staged_.what->locks.empty()) return;
  const auto locks = inner_->locks();
  if (!locks) return;
  for (const auto& wanted : staged_.what->locks) {
    const bool mine = std::any_of(locks->begin(), locks->end(),
                                  [&](const auto& l) { return l.first == wanted && l.second == run_; });
    if (!mine) found("locks_held", "step " + q.step + " acted without the lock " + wanted);
  }
}

// Whoever comes next must find nothing that still acts. What compares is refused when it comes too late.
void scene::check_late(const request& q) {
  const auto i = staged_.what->find(q.step);
  const bool compares =
      q.what == verb::apply && i && staged_.what->steps[*i].repeat == effect_class::compare_and_set;
  if (!compares)
    found("locks_held",
          "step " + q.step + ": " + std::string(name_of(q.what)) + " reached the world after the end");
}

void scene::check_serving() {
  if (run_.empty()) return;
  std::map<std::string, int> healthy;
  std::map<std::string, bool> excused;
  for (const auto& m : models_)
    for (const auto& s : m->serves()) {
      excused[s.component] = excused[s.component] || s.maintenance;
      if (s.weight == 0) continue;
      healthy[s.component] += s.healthy;
      if (!s.maintenance && (s.healthy < s.wanted || s.version.empty()))
        found("traffic", s.component + ": " + std::to_string(s.weight) + "% goes to version \"" + s.version +
                             "\" with " + std::to_string(s.healthy) + " of " + std::to_string(s.wanted) +
                             " instances healthy");
    }
  for (const auto& [component, floor] : floors_)
    if (healthy[component] < floor && !excused[component])
      found("capacity", component + ": " + std::to_string(healthy[component]) + " healthy instances serve, " +
                            std::to_string(floor) + " did before the release");
}

void scene::check_effects() {
  for (const auto& [key, count] : world_->effects()) {
    if (count.times <= 1 || count.repeat == effect_class::set_value) continue;
    found("effect_once", "step " + count.step + ": " + count.action + " happened " +
                             std::to_string(count.times) + " times with one key, and is declared " +
                             std::string(name_of(count.repeat)));
  }
}

// What a rollback leaves on purpose: what the plan or a person keeps, and what needs no undo.
std::set<std::string> scene::left_on_purpose(const run_state& s) const {
  std::set<std::string> out;
  std::set<std::string> restorable;
  for (step_index i = 0; i < s.steps.size(); ++i) {
    const auto& planned = s.what->steps[i];
    const auto unit = s.undo_of.find(i);
    const bool undoable =
        planned.undo == reversibility::reversible || planned.undo == reversibility::destructive;
    const bool kept = unit != s.undo_of.end() && (s.undo[unit->second].status == undo_status::kept ||
                                                  s.undo[unit->second].why.starts_with("accepted"));
    for (const auto& r : planned.resources) (undoable && !kept ? restorable : out).insert(r);
  }
  for (const auto& r : restorable) out.erase(r);
  // A resource that several steps touch is put back by the first: what that one keeps is kept.
  for (const auto& unit : s.undo)
    if (unit.status == undo_status::kept || unit.why.starts_with("accepted"))
      for (const auto& r : s.what->steps[unit.step].resources) out.insert(r);
  return out;
}

void scene::check_restored(const run_state& s) {
  const bool back = s.phase == phase::rolled_back || s.phase == phase::failed || s.phase == phase::cancelled;
  if (!back || foreign_ || newer_run_.size() > std::string("refused").size()) return;
  const auto left = left_on_purpose(s);
  const auto after = snapshot();
  std::set<std::string> names;
  for (const auto& member : before_) names.insert(std::string(member.key()));
  for (const auto& member : after) names.insert(std::string(member.key()));
  const auto value_in = [](const json::object& o, const std::string& name) {
    const auto* v = o.if_contains(name);
    return v == nullptr ? json::value(nullptr) : *v;
  };
  for (const auto& name : names) {
    if (left.contains(name)) continue;
    const auto was = value_in(before_, name);
    const auto is = value_in(after, name);
    if (was != is)
      found("restored", name + " was " + json::serialize(was) + " and is " + json::serialize(is) +
                            " after the run " + std::string(name_of(s.phase)));
  }
}

void scene::check_journal(const run_state& s) {
  found(check_no_return(s));
  found(check_chain(*inner_, run_));
  if (!staged_.what->secrets.empty()) found(check_secrets(*inner_, run_));
  const auto facts = inner_->read_facts(run_);
  if (!facts) return found("chain", facts.error().text());
  found(check_turned(*facts));
  const auto& h = hosts_.back();
  if (h.dead || h.works->loaded() == 0) return;
  if (const auto held = h.works->look(run_)) found(check_fold(*held, s));
}

}  // namespace shipflow::rehearsal
