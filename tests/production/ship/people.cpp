#include "people.hpp"

namespace ship {
namespace {

using namespace shipflow;
constexpr duration attention{60'000};

}  // namespace

void people::attend(const std::string& run) {
  time_.call_after(attention, [this, run] {
    if (engine_.ended(run)) return;
    look(run);
    attend(run);
  });
}

void people::say(const run_state& r, const std::string& name, const std::string& role, json::object body) {
  said what;
  what.id = name + " " + role + " " + json::serialize(body);
  if (!said_.insert(what.id).second) return;
  what.name = name;
  what.principal = "user:somebody";
  const auto found = r.what->roles.find(role);
  if (found != r.what->roles.end() && !found->second.empty()) {
    const auto& first = found->second.front();
    if (first.starts_with("group:")) what.groups = {first};
    what.principal = first.starts_with("user:") ? first : "user:one-of-" + role;
  }
  what.body = std::move(body);
  static_cast<void>(engine_.say(r.id, what));
}

void people::look(const std::string& run) {
  const auto r = engine_.look(run);
  if (!r) return;
  for (const auto i : r->active) {
    const auto& step = r->what->steps[i];
    if (r->steps[i].status != step_status::asking) continue;
    const auto role = step.roles.empty() ? std::string{} : step.roles.front();
    for (const auto& item : step.items)
      if (!r->steps[i].ticked.contains(item)) say(*r, "tick", role, {{"step", step.id}, {"item", item}});
    if (step.kind == step_kind::approval)
      for (const auto& each : step.roles) say(*r, "approve", each, {{"step", step.id}});
  }
  for (const auto& [id, q] : r->questions)
    for (const auto& role : q.roles) say(*r, "approve", role, {{"step", id}});
}

}  // namespace ship
