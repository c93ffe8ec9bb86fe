// Steps while the graph is being made.
#pragma once

#include "plan/render.hpp"

#include <shipflow/plan.hpp>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::planning {

using draft_index = std::uint32_t;

/// A node of the graph before it has its final place. Drafts stand in document order.
struct draft {
  plan_step step;
  const node* at = nullptr;  ///< the mapping of the document's step
  std::vector<draft_index> needs;
  std::vector<step_reference> references;
  std::vector<std::string> outputs;  ///< names it declares
  std::optional<draft_index> restores;
  bool broken = false;  ///< its trouble was reported; nothing more is said about it
};

/// One expansion of a document step.
struct expansion {
  std::string each;                        ///< text of the for_each value, or empty
  std::vector<draft_index> members;        ///< in the order of writing
  std::vector<draft_index> entries;        ///< get the needs of the document step
  std::vector<draft_index> exits;          ///< what dependants wait for; clean-up on the side is none of them
  std::optional<draft_index> traffic;      ///< the first that lets people reach the new version
  std::optional<draft_index> gate;         ///< the wait that gates hold up
  std::optional<draft_index> all_traffic;  ///< from here on there is no old version to compare with
  std::vector<std::pair<draft_index, const node*>> guarded;  ///< watches with guards of their own
};

/// A document step and what became of it.
struct group {
  const step_document* source = nullptr;
  std::vector<expansion> expansions;  ///< empty: left out by `when` or an empty for_each
  std::vector<std::size_t> needs;     ///< indexes of groups
  [[nodiscard]] bool left_out() const noexcept { return expansions.empty(); }
};

/// A need on the end of a step, stated outside `needs`: "api", "watch.end".
struct late_need {
  draft_index from = 0;
  std::string name;
  const node* at = nullptr;
};

/// A guard as written, with the expansion it belongs to.
struct guard_wish {
  std::size_t group = 0;
  std::size_t expansion = 0;
  const node* at = nullptr;
  std::optional<each_value> each;
  std::optional<draft_index> during;  ///< a watch; else from the traffic of the step on
};

/// What the passes of the compiler hand on. Deques keep the places of values stable.
struct workshop {
  std::deque<draft> drafts;
  std::vector<group> groups;  ///< in document order
  std::map<std::string, std::size_t, std::less<>> by_id;
  std::vector<late_need> late;
  std::vector<guard_wish> guards;
};

}  // namespace shipflow::planning
