// Needs: from the document, from references to outputs, from `until`; all become edges.
#pragma once

#include "plan/draft.hpp"

namespace shipflow::planning {

/// Turns all needs of a plan into edges between drafts.
class links {
 public:
  links(workshop& to, diagnostics& out) : to_(to), out_(out) {}

  /// Adds all edges to the drafts' needs, and rewrites references to the ids of nodes.
  void connect();
  /// Nodes at the end of what `name` names: "api", "watch.end". A finding at `at` when there is none.
  [[nodiscard]] std::vector<draft_index> ends_of(const std::string& name, const node& at);

 private:
  void connect_group(std::size_t index);
  void connect_reference(draft_index from, const step_reference& reference);
  void connect_watches();
  [[nodiscard]] bool afford(std::size_t edges);
  void settle_exits();
  void collect_exits(std::size_t group);
  [[nodiscard]] std::vector<bool> reached_from(draft_index start,
                                               const std::vector<std::vector<draft_index>>& after);
  [[nodiscard]] const expansion* expansion_for(const group& g, draft_index from, const std::string& each,
                                               const step_reference& reference);
  void rewrite(draft_index at, const std::string& from, const std::string& to);

  workshop& to_;
  diagnostics& out_;
  static constexpr std::size_t most_edges = 10'000'000;
  std::size_t spent_ = 0;
  std::vector<std::vector<draft_index>> exits_;  ///< by group, through those left out
  std::map<std::string, draft_index, std::less<>> nodes_;
  std::vector<std::string> each_of_;  ///< text of the for_each value of every draft
};

}  // namespace shipflow::planning
