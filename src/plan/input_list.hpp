// Collects the inputs of one action call: what people wrote and what the compiler implies.
#pragma once

#include "plan/inputs.hpp"
#include "plan/render.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace shipflow::planning {

/// What a person wrote is refused when the action does not take it; what is implied is dropped.
class input_list {
 public:
  input_list(const renderer& read, const node& at) : read_(read), at_(at) {}

  void written(const std::string& name, const node& n);
  void written_fields(const node* mapping);
  /// `from`: what people wrote that implies it; findings are there. Default: the step.
  void implied(const std::string& name, json::value value, const node* from = nullptr);
  /// Renders a node whose references count as this call's.
  [[nodiscard]] json::value rendered(const node& n) { return read_.value(n, &references_); }
  void composed(const std::string& name, json::value value, const node& n);
  /// A reference that the compiler itself put into an implied value.
  void refers(std::string path) { references_.push_back({std::move(path), at_.place, at_.pointer}); }

  [[nodiscard]] json::object checked(const action_spec& spec, diagnostics& out);
  [[nodiscard]] const std::vector<step_reference>& references() const noexcept { return references_; }

 private:
  struct entry {
    given_input input;
    bool by_person = true;
  };
  const renderer& read_;
  const node& at_;
  std::vector<entry> entries_;
  std::vector<step_reference> references_;
};

}  // namespace shipflow::planning
