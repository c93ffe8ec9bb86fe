// What a fleet is made from. Kept as a file, named by its digest, so that a retired fleet can be launched
// again as it was. Secrets are in it by name only; their values are those of the time of the launch.
#pragma once

#include "base/colour.hpp"
#include "provider/local/binding.hpp"

#include <shipflow/json.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow::local {

struct recipe {
  std::string version;
  std::string image;
  std::vector<std::string> command;  ///< references not replaced
  std::string directory;
  std::vector<std::pair<std::string, std::string>> environment;  ///< references not replaced

  /// The same recipe has the same name, whatever its secrets are.
  [[nodiscard]] std::string digest() const;
};

[[nodiscard]] recipe make_recipe(const binding& from, std::string version, std::string image);

/// `secret_leak` when command or environment have one of the values in clear. Short ones count only as a
/// whole argument or value.
[[nodiscard]] result<void> check_secrets(const binding& of, const std::vector<std::string>& secrets);
/// The same for an input that ends up in the recipe.
[[nodiscard]] result<void> check_secrets(std::string_view input, const std::string& value,
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
  const std::map<std::string, std::string>& secrets;  ///< by name
};
/// Replaces the references, once: what a value holds stays as it is. `not_found` when a secret is not known.
[[nodiscard]] result<rendered> render(const recipe& r, const instance_values& values);

}  // namespace shipflow::local
