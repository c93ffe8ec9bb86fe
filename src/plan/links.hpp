// Needs: from the document, from references to outputs, from `until`; all become edges.
#pragma once

#include "plan/draft.hpp"

namespace shipflow::planning {

/// The steps that must have ended for the end of the step `id`, through steps that were left out.
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
  [[nodiscard]] const std::vector<draft_index>& exits_of(std::size_t group);
  [[nodiscard]] const expansion* expansion_for(const group& g, draft_index from, const std::string& each,
                                               const step_reference& reference);
  void rewrite(draft_index at, const std::string& from, const std::string& to);
  [[nodiscard]] std::vector<std::string> ids() const;

  workshop& to_;
  diagnostics& out_;
  std::map<std::size_t, std::vector<draft_index>> exits_;
  std::map<std::string, draft_index, std::less<>> nodes_;
  std::vector<std::string> each_of_;  ///< text of the for_each value of every draft
};

}  // namespace shipflow::planning
