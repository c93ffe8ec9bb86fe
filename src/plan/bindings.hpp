// Which provider answers for a component, and which actions it has there.
#pragma once

#include "plan/render.hpp"

#include <shipflow/plan.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace shipflow::planning {

/// An action with the thing it works on. Points into `bindings`, which outlives it.
struct bound_action {
  const action_spec* spec = nullptr;
  std::string provider;
  std::string component;  ///< or empty
  const json::object* target = nullptr;
};

/// Looks components, providers and actions up, each once, and reports each trouble once.
class bindings {
 public:
  bindings(const plan_document& document, const environment& where, const catalogue& offers,
           const scope& words, diagnostics& out);

  /// `api.migrate`, `command.run`. A finding at `at` and nothing when there is no such action.
  [[nodiscard]] std::optional<bound_action> find(const std::string& written, const node& at);
  /// The action a strategy or scope needs of a component's provider.
  [[nodiscard]] std::optional<bound_action> of_component(const std::string& component,
                                                         const std::string& action,
                                                         std::string_view needed_by, const node& at);
  /// The action of a provider that works on no component; for `command:`, `http:` and the like.
  [[nodiscard]] std::optional<bound_action> of_provider(const std::string& provider,
                                                        const std::string& action, const node& at);
  /// The rendered binding of a component, or an empty object without a finding.
  [[nodiscard]] const json::object& target_of(const std::string& component);
  /// The plan's components that are bound here, in document order.
  [[nodiscard]] std::vector<plan_component> components();
  [[nodiscard]] bool has_component(std::string_view name) const;

 private:
  struct place {
    std::string provider;
    json::object target;
    bool usable = false;
    std::vector<action_spec> actions;
  };
  [[nodiscard]] const place* bound(const std::string& component, const node& at);
  [[nodiscard]] const place* resolve(const binding& b);
  [[nodiscard]] const place* provided(const std::string& provider, const node& at);
  [[nodiscard]] const action_spec* action_of(const place& p, const std::string& action) const;

  const plan_document& document_;
  const environment& where_;
  const catalogue& offers_;
  const scope& words_;
  diagnostics& out_;
  std::set<std::string, std::less<>> names_;                    ///< of the plan's components
  std::map<std::string, const binding*, std::less<>> written_;  ///< by component
  std::map<std::string, std::unique_ptr<place>> components_;
  std::map<std::string, std::unique_ptr<place>> providers_;
};

}  // namespace shipflow::planning
