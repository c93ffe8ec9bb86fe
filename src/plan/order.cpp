#include "plan/order.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

namespace shipflow::planning {
namespace {

constexpr auto nowhere = static_cast<step_index>(-1);

// Of the drafts that could not be placed, each needs another one: following those needs ends in
// a circle.
void report_cycle(const workshop& from, const std::vector<step_index>& placed, diagnostics& out) {
  const auto stuck = [&](draft_index i) { return placed[i] == nowhere; };
  draft_index at = 0;
  while (!stuck(at)) ++at;
  std::vector<draft_index> path;
  std::vector<bool> seen(from.drafts.size());
  while (!seen[at]) {
    seen[at] = true;
    path.push_back(at);
    const auto& needs = from.drafts[at].needs;
    at = *std::find_if(needs.begin(), needs.end(), stuck);
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), at));
  // Told from the step that stands first in the document.
  std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
  std::string text = from.drafts[path.front()].step.id;
  for (std::size_t i = 1; i < path.size(); ++i) text += " needs " + from.drafts[path[i]].step.id;
  text += " needs " + from.drafts[path.front()].step.id;
  const auto& first = *from.drafts[path.front()].at;
  out.error(first.place, first.pointer, "steps need each other in a circle: " + text);
}

}  // namespace

std::vector<step_index> order_steps(workshop& from, std::vector<plan_step>& to, diagnostics& out) {
  const auto count = from.drafts.size();
  std::vector<std::vector<draft_index>> after(count);
  std::vector<std::size_t> unmet(count);
  std::priority_queue<draft_index, std::vector<draft_index>, std::greater<>> ready;
  for (draft_index i = 0; i < count; ++i) {
    for (const auto need : from.drafts[i].needs) after[need].push_back(i);
    unmet[i] = from.drafts[i].needs.size();
    if (unmet[i] == 0) ready.push(i);
  }
  std::vector<step_index> placed(count, nowhere);
  std::vector<draft_index> order;
  order.reserve(count);
  while (!ready.empty()) {
    const auto i = ready.top();
    ready.pop();
    placed[i] = static_cast<step_index>(order.size());
    order.push_back(i);
    for (const auto next : after[i])
      if (--unmet[next] == 0) ready.push(next);
  }
  if (order.size() != count) {
    report_cycle(from, placed, out);
    return {};
  }
  to.reserve(count);
  for (const auto i : order) {
    auto& d = from.drafts[i];
    for (const auto need : d.needs) d.step.needs.push_back(placed[need]);
    std::sort(d.step.needs.begin(), d.step.needs.end());
    if (d.restores) d.step.restores = placed[*d.restores];
    to.push_back(std::move(d.step));
  }
  return placed;
}

}  // namespace shipflow::planning
