// Turns one document step, in one round of its for_each, into drafts.
#pragma once

#include "plan/bindings.hpp"
#include "plan/draft.hpp"
#include "plan/input_list.hpp"
#include "plan/render.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::planning {

/// What a step is compiled against; all of it outlives the builders.
struct surroundings {
  const plan_document& document;
  const environment& where;
  const release_info& what;
  const catalogue& offers;
  const scope& words;
  bindings& bound;
  workshop& to;
  diagnostics& out;
};

/// A kind of step adds its nodes through this and says which of them dependants wait for.
class builder {
 public:
  builder(const surroundings& all, const step_document& source, const each_value* each);

  [[nodiscard]] const renderer& read() const noexcept { return read_; }
  [[nodiscard]] const step_document& source() const noexcept { return source_; }
  [[nodiscard]] const surroundings& all() const noexcept { return all_; }
  /// The field of the kind's body, or of the step itself; null when absent or null.
  [[nodiscard]] const node* body(std::string_view key) const;
  [[nodiscard]] const node* own(std::string_view key) const;
  void error(const node& at, std::string message) const { read_.error(at, std::move(message)); }
  [[nodiscard]] draft& at(draft_index i) { return all_.to.drafts[i]; }
  /// "api", "api[eu]", "api[eu]/launch".
  [[nodiscard]] std::string id_of(std::string_view part) const;

  /// A new node; an empty part gives it the id of the step. It needs the nodes given.
  draft_index add(std::string_view part, step_kind kind, std::vector<draft_index> needs);
  draft_index add_wait(std::string_view part, duration lasts, std::vector<draft_index> needs);
  /// Makes a draft the call of an action. Without an action it stays, broken, so that the
  /// findings about the rest of the graph are the right ones.
  void fill(draft_index i, const std::optional<bound_action>& what, input_list& inputs);
  /// A node that puts back what `begin` did.
  draft_index add_restore(draft_index begin);

  void leave_at(draft_index i) { made_.exits = {i}; }
  /// Dependants wait for every node, as none of them needs another.
  void leave_at_all() { made_.exits = made_.members; }
  void traffic_at(draft_index i);
  void gate_at(draft_index i) { made_.gate = i; }
  void all_traffic_at(draft_index i) { made_.all_traffic = i; }
  /// The node holds `abort`, `pause` and `every` for the time of a watch.
  void guard_at(draft_index watch, const node& n) { made_.guarded.emplace_back(watch, &n); }
  /// The draft waits for the end of a step named outside `needs`.
  void wait_for(draft_index i, const std::string& name, const node& where);
  /// The names at the node, each of which must be a role of the environment.
  [[nodiscard]] std::vector<std::string> roles_in(const node& n) const;
  void read_retry(const node& rules, retry_policy& to) const;

  /// Ends the work: words that every kind has (when, timeout, retry, guard ...).
  [[nodiscard]] expansion finish(const json::value& when, const std::vector<step_reference>& when_references);

 private:
  void apply_words(draft& d, const json::value& when, const std::vector<step_reference>& when_references);

  const surroundings& all_;
  const step_document& source_;
  const each_value* each_;
  renderer read_;
  expansion made_;
};

/// Fills an approval from its rules: {roles, quorum, expires, on_expiry, self}.
void fill_approval(builder& b, draft_index i, const node& rules);

/// Kinds of steps, by file: kinds.cpp, people.cpp, strategy.cpp, scopes.cpp, watch.cpp.
void build_call(builder& b);
void build_http(builder& b);
void build_wait_for(builder& b);
void build_probe(builder& b);
void build_wait(builder& b);
void build_watch(builder& b);
void build_window(builder& b);
void build_gate(builder& b);
void build_approval(builder& b);
void build_checklist(builder& b);
void build_blue_green(builder& b);
void build_canary(builder& b);
void build_rolling(builder& b);
void build_in_place(builder& b);
void build_maintenance(builder& b);
void build_ensure(builder& b);

/// Adds one call of an action, as `holder` writes it: `action` and `with`, or `command` and its
/// siblings. `end` is an undo command given elsewhere, or null.
draft_index add_call(builder& b, std::string_view part, const node& holder, const node* end);
/// The same for `wait_for`, `probe` and `gate`, of which `body` is the value.
draft_index add_wait_for(builder& b, std::string_view part, const node& body);
draft_index add_probe(builder& b, std::string_view part, const node& body);
draft_index add_gate(builder& b, std::string_view part, const node& body, const node* directory);

}  // namespace shipflow::planning
