#include "plan/scope.hpp"

#include "plan/hint.hpp"
#include "plan/parameters.hpp"

#include <utility>

namespace shipflow::planning {
namespace {

error unknown(std::string message) { return make_error(errc::not_found, std::move(message)); }

// Text from outside that looks like a reference would be read again by the run.
result<json::value> safe(std::string_view name, json::value value) {
  const auto* text = value.if_string();
  if (text == nullptr || !is_deferred(value)) return value;
  return make_error(errc::invalid_argument,
                    "the value of `" + std::string(name) + "` holds a reference itself");
}

// `${release.team.lead}`: members of free objects.
const json::value* member_at(const json::object& from, std::string_view path) {
  const auto dot = path.find('.');
  const auto key = path.substr(0, dot);
  const auto* found = from.if_contains(json::string_view(key.data(), key.size()));
  if (found == nullptr || dot == std::string_view::npos) return found;
  return found->is_object() ? member_at(found->get_object(), path.substr(dot + 1)) : nullptr;
}

}  // namespace

scope::scope(const plan_document& document, const environment& where, const release_info& what,
             const json::object& given, diagnostics& out)
    : where_(where), what_(what), out_(out) {
  for (const auto& [name, written] : document.parameters) names_.push_back(name);
  read_parameters(document, given, *this, out);
}

void scope::set_parameter(const std::string& name, json::value value) {
  parameters_[name] = std::move(value);
}

result<json::value> scope::look_up(std::string_view name, const each_value* each) const {
  if (each != nullptr && (name == "each" || name == each->name)) return each->value;
  if (name == "each") return unknown("`each` has a value only in a step with `for_each`");
  const auto dot = name.find('.');
  const auto first = name.substr(0, dot);
  const auto rest = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
  if (dot != std::string_view::npos) {
    if (first == "parameters") return parameter_value(rest);
    if (first == "release") return release_value(rest);
    if (first == "environment") return environment_value(rest);
    if (first == "flags") return flag_value(rest);
    return unknown("`" + std::string(name) +
                   "` is not known; references begin with parameters, release, environment, flags or steps");
  }
  if (parameters_.contains(json::string_view(name.data(), name.size()))) return parameter_value(name);
  if (where_.variables.contains(std::string(name))) return variable_value(name);
  if (name == "url" && !where_.url.empty()) return json::value(where_.url);
  return unknown("`" + std::string(name) + "` is neither a parameter nor a variable of environment `" +
                 where_.name + "`" + hint(out_, name, names_, where_.variables));
}

bool scope::is_environments(const std::string& name) const {
  return where_.variables.contains(name) || name == "url";
}

result<json::value> scope::parameter_value(std::string_view name) const {
  if (const auto* found = parameters_.if_contains(json::string_view(name.data(), name.size()))) return *found;
  return unknown("the plan has no parameter `" + std::string(name) + "`" + hint(out_, name, names_));
}

result<json::value> scope::variable_value(std::string_view name) const {
  const auto found = where_.variables.find(std::string(name));
  if (found == where_.variables.end())
    return unknown("environment `" + where_.name + "` has no variable `" + std::string(name) + "`");
  if (found->second.secret) return json::value("${secret:" + found->first + "}");
  return safe(name, json::value(found->second.value));
}

result<json::value> scope::flag_value(std::string_view name) const {
  if (const auto* found = member_at(where_.flags, name)) return safe(name, *found);
  return unknown("environment `" + where_.name + "` has no flag `" + std::string(name) + "`");
}

result<json::value> scope::environment_value(std::string_view name) const {
  if (name == "name") return json::value(where_.name);
  if (name == "url") return json::value(where_.url);
  if (name == "purpose") return json::value(where_.purpose);
  return unknown("`environment." + std::string(name) + "` is not known; there are name, url and purpose");
}

result<json::value> scope::release_value(std::string_view name) const {
  if (name == "version") return safe(name, json::value(what_.version));
  if (name == "commit") return safe(name, json::value(what_.commit));
  if (name == "notes") return safe(name, json::value(what_.notes));
  if (name.starts_with("images.")) {
    const auto image = what_.images.find(std::string(name.substr(7)));
    if (image != what_.images.end()) return safe(name, json::value(image->second));
    return unknown("release " + what_.version + " names no image for `" + std::string(name.substr(7)) + "`");
  }
  if (const auto* found = member_at(what_.extra, name)) return safe(name, *found);
  return unknown("release " + what_.version + " has no `" + std::string(name) + "`");
}

}  // namespace shipflow::planning
