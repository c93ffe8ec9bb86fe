#include "plan/links.hpp"

#include "plan/hint.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::planning {
namespace {

void replace_in(json::value& v, const std::string& from, const std::string& to) {
  if (auto* text = v.if_string()) {
    auto at = text->find(from);
    while (at != json::string::npos) {
      text->replace(at, from.size(), to);
      at = text->find(from, at + to.size());
    }
  } else if (auto* list = v.if_array()) {
    for (auto& item : *list) replace_in(item, from, to);
  } else if (auto* object = v.if_object()) {
    for (auto& entry : *object) replace_in(entry.value(), from, to);
  }
}

constexpr std::string_view secret_output =
    "the output is secret and kept nowhere; let the step store it, and name that place by a variable marked "
    "`secret: true`";

bool is_secret(const draft& d, std::string_view output) {
  const auto& secret = d.step.secret_outputs;
  return std::find(secret.begin(), secret.end(), output) != secret.end();
}

bool declares(const draft& d, std::string_view output) {
  return std::any_of(d.outputs.begin(), d.outputs.end(),
                     [&](const auto& o) { return o == output || o == "*"; });
}

}  // namespace

// Hostile documents may ask for more edges than there is memory for.
bool links::afford(std::size_t edges) {
  if (spent_ > most_edges) return false;
  spent_ += edges;
  if (spent_ <= most_edges) return true;
  out_.error(
      {}, "",
      "the plan has more than " + std::to_string(most_edges) + " needs; group steps behind fewer others");
  return false;
}

// Whoever needs a step that was left out needs what that step needed. Steps are settled after
// what they need, with a stack of its own, since chains may be long.
void links::settle_exits() {
  enum color : char { white, grey, black };
  std::vector<color> colors(to_.groups.size(), white);
  exits_.resize(to_.groups.size());
  for (std::size_t root = 0; root < to_.groups.size(); ++root) {
    std::vector<std::pair<std::size_t, std::size_t>> stack{{root, 0}};
    while (!stack.empty()) {
      auto& [i, next] = stack.back();
      const auto& g = to_.groups[i];
      if (colors[i] == black || !g.left_out() || next == g.needs.size()) {
        if (colors[i] != black) collect_exits(i);
        colors[i] = black;
        stack.pop_back();
        continue;
      }
      colors[i] = grey;
      const auto need = g.needs[next++];
      if (colors[need] == white) stack.emplace_back(need, 0);
    }
  }
}

void links::collect_exits(std::size_t index) {
  const auto& g = to_.groups[index];
  auto& exits = exits_[index];
  for (const auto& e : g.expansions) exits.insert(exits.end(), e.exits.begin(), e.exits.end());
  if (!g.left_out()) return;
  for (const auto need : g.needs) {
    const auto& more = exits_[need];
    if (!afford(more.size())) return;
    exits.insert(exits.end(), more.begin(), more.end());
  }
  std::sort(exits.begin(), exits.end());
  exits.erase(std::unique(exits.begin(), exits.end()), exits.end());
}

std::vector<draft_index> links::ends_of(const std::string& name, const node& at) {
  const auto id = name.ends_with(".end") ? name.substr(0, name.size() - 4) : name;
  if (const auto found = to_.by_id.find(id); found != to_.by_id.end()) return exits_[found->second];
  std::vector<std::size_t> watches;
  for (std::size_t i = 0; i < to_.groups.size(); ++i)
    if (to_.groups[i].source->kind == "watch") watches.push_back(i);
  if (name == "watch.end" && watches.size() == 1) return exits_[watches.front()];
  if (name == "watch.end")
    out_.error(at.place, at.pointer,
               watches.empty() ? "`watch.end`: the plan has no watch step"
                               : "`watch.end`: the plan has several watch steps; write the id of one");
  else
    out_.error(at.place, at.pointer, "the plan has no step `" + id + "`" + hint(out_, id, to_.by_id));
  return {};
}

void links::connect_group(std::size_t index) {
  const auto& g = to_.groups[index];
  for (const auto need : g.needs)
    for (const auto& e : g.expansions)
      for (const auto entry : e.entries) {
        const auto& exits = exits_[need];
        if (!afford(exits.size())) return;
        auto& needs = to_.drafts[entry].needs;
        needs.insert(needs.end(), exits.begin(), exits.end());
      }
}

const expansion* links::expansion_for(const group& g, draft_index from, const std::string& each,
                                      const step_reference& reference) {
  const auto named = [&](const std::string& text) {
    return std::find_if(g.expansions.begin(), g.expansions.end(),
                        [&](const auto& e) { return e.each == text; });
  };
  const auto refuse = [&](const std::string& why) {
    out_.error(reference.place, reference.pointer, "`${" + reference.path + "}`: " + why);
    return nullptr;
  };
  if (g.left_out()) return refuse("step `" + g.source->id + "` is left out here");
  auto found = named(each);
  if (each.empty() && found == g.expansions.end()) found = named(each_of_[from]);
  if (found != g.expansions.end()) return &*found;
  if (!each.empty()) return refuse("step `" + g.source->id + "` does not run for `" + each + "`");
  return refuse("step `" + g.source->id + "` runs several times; write `steps." + g.source->id + "[" +
                g.expansions.front().each + "]`");
}

void links::rewrite(draft_index at, const std::string& from, const std::string& to) {
  if (from == to) return;
  auto& s = to_.drafts[at].step;
  for (auto& entry : s.inputs) replace_in(entry.value(), from, to);
  replace_in(s.when, from, to);
}

// "steps.api.colour": the node of the expansion of `api` that declares `colour`.
void links::connect_reference(draft_index from, const step_reference& reference) {
  const auto refuse = [&](const std::string& why) {
    out_.error(reference.place, reference.pointer, "`${" + reference.path + "}`: " + why);
  };
  const auto path = std::string_view(reference.path).substr(6);
  const auto dot = path.find('.');
  if (dot == std::string_view::npos || dot + 1 == path.size())
    return refuse("name an output as well, `steps.id.output`");
  const auto id = path.substr(0, dot);
  const auto output = path.substr(dot + 1, path.find('.', dot + 1) - dot - 1);
  if (const auto node = nodes_.find(id); node != nodes_.end()) {
    const auto& d = to_.drafts[node->second];
    if (is_secret(d, output)) return refuse(std::string(secret_output));
    if (d.broken || declares(d, output)) {
      to_.drafts[from].needs.push_back(node->second);
      return;
    }
  }
  const auto bracket = id.find('[');
  const auto group_id = std::string(id.substr(0, std::min(bracket, id.find('/'))));
  const auto each = bracket == std::string_view::npos
                        ? std::string{}
                        : std::string(id.substr(bracket + 1, id.find(']') - bracket - 1));
  const auto found = to_.by_id.find(group_id);
  if (found == to_.by_id.end())
    return refuse("the plan has no step `" + group_id + "`" + hint(out_, group_id, to_.by_id));
  const auto* e = expansion_for(to_.groups[found->second], from, each, reference);
  if (e == nullptr) return;
  std::vector<std::string> outputs;
  for (const auto member : e->members) {
    const auto& d = to_.drafts[member];
    outputs.insert(outputs.end(), d.outputs.begin(), d.outputs.end());
    if (is_secret(d, output)) return refuse(std::string(secret_output));
    if (!d.broken && !declares(d, output)) continue;
    to_.drafts[from].needs.push_back(member);
    rewrite(from, "${" + reference.path + "}", "${steps." + d.step.id + std::string(path.substr(dot)) + "}");
    return;
  }
  refuse("step `" + group_id + "` has no output `" + std::string(output) + "`" + hint(out_, output, outputs));
}

// A watch begins after the last change, so scopes are closed before it unless they wait for it.
void links::connect_watches() {
  std::vector<draft_index> restores;
  std::vector<std::vector<draft_index>> after(to_.drafts.size());
  for (draft_index i = 0; i < to_.drafts.size(); ++i) {
    if (to_.drafts[i].step.kind == step_kind::restore) restores.push_back(i);
    for (const auto need : to_.drafts[i].needs) after[need].push_back(i);
  }
  if (restores.empty()) return;
  for (draft_index w = 0; w < to_.drafts.size(); ++w) {
    if (to_.drafts[w].step.kind != step_kind::watch) continue;
    const auto reached = reached_from(w, after);
    for (const auto r : restores) {
      if (reached[r] || !afford(1)) continue;
      to_.drafts[w].needs.push_back(r);
      after[r].push_back(w);
    }
  }
}

std::vector<bool> links::reached_from(draft_index start, const std::vector<std::vector<draft_index>>& after) {
  std::vector<bool> reached(to_.drafts.size());
  std::vector<draft_index> open{start};
  reached[start] = true;
  while (!open.empty()) {
    const auto i = open.back();
    open.pop_back();
    if (!afford(1)) break;
    for (const auto next : after[i]) {
      if (reached[next]) continue;
      reached[next] = true;
      open.push_back(next);
    }
  }
  return reached;
}

void links::connect() {
  each_of_.resize(to_.drafts.size());
  for (draft_index i = 0; i < to_.drafts.size(); ++i) nodes_.emplace(to_.drafts[i].step.id, i);
  for (auto& g : to_.groups) {
    for (const auto& need : g.source->needs) {
      const auto found = to_.by_id.find(need);
      if (found != to_.by_id.end())
        g.needs.push_back(found->second);
      else
        out_.error(g.source->place, g.source->pointer,
                   "step `" + g.source->id + "` needs `" + need + "`, which is no step" +
                       hint(out_, need, to_.by_id));
    }
    for (const auto& e : g.expansions)
      for (const auto member : e.members) each_of_[member] = e.each;
  }
  settle_exits();
  for (std::size_t i = 0; i < to_.groups.size(); ++i) connect_group(i);
  for (draft_index i = 0; i < to_.drafts.size(); ++i) {
    const auto references = to_.drafts[i].references;
    for (const auto& reference : references) connect_reference(i, reference);
  }
  for (const auto& late : to_.late)
    for (const auto end : ends_of(late.name, *late.at)) to_.drafts[late.from].needs.push_back(end);
  for (auto& d : to_.drafts) {
    std::sort(d.needs.begin(), d.needs.end());
    d.needs.erase(std::unique(d.needs.begin(), d.needs.end()), d.needs.end());
  }
  connect_watches();
}

}  // namespace shipflow::planning
