// What a fleet is made from. Kept as a file, named by its digest, so that a retired fleet can be launched
// again as it was; secret values are cut out and taken from the binding of that time.
#pragma once

#include "provider/local/binding.hpp"
#include "provider/local/colour.hpp"

#include <shipflow/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace shipflow::local {

struct recipe {
  std::string version;
  std::string image;
  std::vector<std::string> command;  ///< references not replaced
  std::string directory;
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> secret_names;  ///< variables whose value is not here but in the binding

  /// The same recipe has the same name, whatever its secrets are.
  [[nodiscard]] std::string digest() const;
};

/// Cuts values that contain a secret out of the environment. `secret_leak` when the command has one.
[[nodiscard]] result<recipe> make_recipe(const binding& from, std::string version, std::string image,
                                         const std::vector<std::string>& secrets);

[[nodiscard]] json::value to_json(const recipe& r);
[[nodiscard]] result<recipe> recipe_from_json(const json::value& v);

/// One instance of it.
struct rendered {
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, std::string>> environment;
};
struct instance_values {
  std::string id;
  colour in = colour::blue;
  int port = 0;
};
/// Replaces the references. `not_found` when a secret variable is no longer in the binding.
[[nodiscard]] result<rendered> render(const recipe& r, const instance_values& values, const binding& now);

}  // namespace shipflow::local
