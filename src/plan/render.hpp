// Nodes of documents, rendered and read as the type that is wanted.
#pragma once

#include "document/reference.hpp"
#include "plan/scope.hpp"

#include <optional>
#include <string>
#include <vector>

namespace shipflow::planning {

/// A reference to an output, left in the text for the run: "steps.api.colour".
struct step_reference {
  std::string path;
  source_place place;
  std::string pointer;
};

/// Findings carry the place of the node. Cheap to make.
class renderer {
 public:
  renderer(const scope& words, const each_value* each, diagnostics& out)
      : words_(words), each_(each), out_(out) {}

  /// The tree with all strings rendered. References to outputs of steps are kept as written and
  /// added to `later`; without `later` they are findings, as the place needs a constant.
  [[nodiscard]] json::value value(const node& n, std::vector<step_reference>* later = nullptr) const;
  /// As `value` for the binding of a component: plain names that are no variables are kept, since
  /// the provider defines some itself (a port, a colour) and refuses the others. So a plan cannot
  /// take the provider's names away by calling a parameter `port`.
  [[nodiscard]] json::value target(const node& n) const;

  /// How many findings there are: more after a rendering say that its value means nothing.
  [[nodiscard]] std::size_t troubles() const noexcept { return out_.items().size(); }

  /// A finding and nothing when the node is something else.
  [[nodiscard]] std::optional<std::string> text(const node& n) const;
  [[nodiscard]] std::optional<duration> time(const node& n) const;
  [[nodiscard]] std::optional<int> whole(const node& n, int least, int most) const;
  [[nodiscard]] std::optional<bool> truth(const node& n) const;
  /// A list of strings; one string counts as a list of one.
  [[nodiscard]] std::vector<std::string> texts(const node& n) const;

  void error(const node& at, std::string message) const {
    out_.error(at.place, at.pointer, std::move(message));
  }
  [[nodiscard]] const each_value* each() const noexcept { return each_; }
  [[nodiscard]] diagnostics& findings() const noexcept { return out_; }

 private:
  enum class names { of_plan, of_provider };
  [[nodiscard]] std::optional<json::value> constant(const node& n) const;
  [[nodiscard]] json::value tree(const node& n, std::vector<step_reference>* later, names whose) const;
  [[nodiscard]] json::value scalar_text(const node& n, std::vector<step_reference>* later, names whose) const;
  [[nodiscard]] result<json::value> referenced(const node& n, const reference::part& p,
                                               std::vector<step_reference>* later, names whose) const;

  const scope& words_;
  const each_value* each_;
  diagnostics& out_;
};

}  // namespace shipflow::planning
