// What a name in `${}` stands for while a plan is compiled.
#pragma once

#include <shipflow/model.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shipflow::planning {

/// One round of a `for_each`.
struct each_value {
  std::string name;  ///< "region"; `${each}` works besides
  json::value value;
  std::string text;  ///< the value as it stands in ids: "eu"
};

/// Everything a constant may come from. Parameters are rendered once, at the start.
class scope {
 public:
  scope(const plan_document& document, const environment& where, const release_info& what,
        const json::object& given, diagnostics& out);

  /// Parameters as rendered, in document order.
  [[nodiscard]] const json::object& parameters() const noexcept { return parameters_; }
  /// For `read_parameters` only: makes a parameter known to `look_up`.
  void set_parameter(const std::string& name, json::value value);

  /// What a name stands for; an error says why it stands for nothing. Never the value of a
  /// secret: that is the text `${secret:NAME}`.
  [[nodiscard]] result<json::value> look_up(std::string_view name, const each_value* each) const;
  /// Is the plain name one that the environment itself gives a value?
  [[nodiscard]] bool is_environments(const std::string& name) const;

 private:
  [[nodiscard]] result<json::value> release_value(std::string_view name) const;
  [[nodiscard]] result<json::value> environment_value(std::string_view name) const;
  [[nodiscard]] result<json::value> parameter_value(std::string_view name) const;
  [[nodiscard]] result<json::value> variable_value(std::string_view name) const;
  [[nodiscard]] result<json::value> flag_value(std::string_view name) const;

  const environment& where_;
  const release_info& what_;
  const diagnostics& out_;          ///< only to know when suggestions have to end
  std::vector<std::string> names_;  ///< of parameters, for suggestions
  json::object parameters_;
};

/// Does the value, or something in it, wait for the run: an output or a secret?
[[nodiscard]] bool is_deferred(const json::value& v);
/// The scalar as the text it has in ids and messages.
[[nodiscard]] std::string text_of(const json::value& v);

}  // namespace shipflow::planning
