#include "document/reference.hpp"

#include <algorithm>

namespace shipflow::reference {
namespace {

enum class state { fresh, open, done, in_cycle };

struct edge {
  std::size_t to;
  use at;
};

struct entry {
  std::vector<edge> edges;
  state now = state::fresh;
  std::size_t next_edge = 0;
};

/// A depth-first walk with its own stack, so that a long chain is no deep call.
class walker {
 public:
  walker(const std::vector<std::pair<std::string, node>>& values, diagnostics& out)
      : values_(values), out_(out), entries_(values.size()) {}

  std::vector<entry>& entries() { return entries_; }

  std::vector<std::string> run() {
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (entries_[i].now == state::fresh) walk(i);
    std::vector<std::string> names;
    for (const auto i : finished_)
      if (entries_[i].now == state::done) names.push_back(values_[i].first);
    return names;
  }

 private:
  void walk(std::size_t start) {
    push(start);
    while (!path_.empty()) {
      auto& top = entries_[path_.back()];
      if (top.next_edge == top.edges.size())
        pop();
      else
        follow(top.edges[top.next_edge++]);
    }
  }

  void push(std::size_t i) {
    entries_[i].now = state::open;
    path_.push_back(i);
  }

  void pop() {
    auto& top = entries_[path_.back()];
    const bool needs_cycle = std::any_of(top.edges.begin(), top.edges.end(), [&](const auto& e) {
      return entries_[e.to].now == state::in_cycle;
    });
    if (top.now == state::open) top.now = needs_cycle ? state::in_cycle : state::done;
    finished_.push_back(path_.back());
    path_.pop_back();
  }

  void follow(const edge& e) {
    if (entries_[e.to].now == state::fresh) return push(e.to);
    const auto first = std::find(path_.begin(), path_.end(), e.to);
    if (first == path_.end()) return;
    std::string names;
    for (auto i = first; i != path_.end(); ++i) {
      names += values_[*i].first + " -> ";
      entries_[*i].now = state::in_cycle;
    }
    out_.error(e.at.place(), e.at.pointer(),
               "the values refer to each other: " + names + values_[e.to].first);
  }

  const std::vector<std::pair<std::string, node>>& values_;
  diagnostics& out_;
  std::vector<entry> entries_;
  std::vector<std::size_t> path_;
  std::vector<std::size_t> finished_;
};

}  // namespace

std::vector<std::string> order(const std::vector<std::pair<std::string, node>>& values,
                               const naming& name_in_set, diagnostics& out) {
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < values.size(); ++i) index.emplace(values[i].first, i);
  walker walk(values, out);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (auto& reference : collect(values[i].second, out)) {
      const auto name = name_in_set(reference.path);
      const auto found = name ? index.find(*name) : index.end();
      if (found != index.end()) walk.entries()[i].edges.push_back({found->second, std::move(reference)});
    }
  }
  return walk.run();
}

}  // namespace shipflow::reference
