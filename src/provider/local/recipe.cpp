#include "provider/local/recipe.hpp"

#include "provider/local/fields.hpp"

#include <algorithm>
#include <string_view>

namespace shipflow::local {
namespace {

/// A short secret such as "a" would be found everywhere, so it counts only as a whole value.
constexpr std::size_t searchable = 6;

bool has_secret(std::string_view text, const std::vector<std::string>& secrets) {
  return std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
    if (secret.empty()) return false;
    return secret.size() < searchable ? text == secret : text.find(secret) != std::string_view::npos;
  });
}

std::string_view value_of(std::string_view name, const recipe& r, const instance_values& v,
                          const std::string& port) {
  if (name == "port") return port;
  if (name == "version") return r.version;
  if (name == "colour") return name_of(v.in);
  if (name == "instance") return v.id;
  return r.image;
}

std::string replace_references(const std::string& text, const recipe& r, const instance_values& v) {
  const auto port = std::to_string(v.port);
  std::string out;
  std::size_t from = 0;
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", from)) {
    const auto end = text.find('}', at);
    if (end == std::string::npos) break;
    out.append(text, from, at - from);
    out += value_of(std::string_view(text).substr(at + 2, end - at - 2), r, v, port);
    from = end + 1;
  }
  return out.append(text, from);
}

json::array texts(const std::vector<std::string>& from) {
  json::array a;
  for (const auto& text : from) a.emplace_back(text);
  return a;
}

}  // namespace

result<recipe> make_recipe(const binding& from, std::string version, std::string image,
                           const std::vector<std::string>& secrets) {
  recipe r;
  r.version = std::move(version);
  r.image = std::move(image);
  r.command = from.command;
  r.directory = from.directory;
  for (const auto& argument : from.command)
    if (has_secret(argument, secrets))
      return make_error(
          errc::secret_leak,
          "binding: command has a secret, which every user of the machine could read; pass it in env");
  for (const auto& [name, value] : from.environment) {
    if (has_secret(value, secrets))
      r.secret_names.push_back(name);
    else
      r.environment.emplace_back(name, value);
  }
  return r;
}

std::string recipe::digest() const { return digest_of(to_json(*this)); }

json::value to_json(const recipe& r) {
  json::object environment;
  for (const auto& [name, value] : r.environment) environment[name] = value;
  return json::object{{"version", r.version},          {"image", r.image},
                      {"command", texts(r.command)},   {"directory", r.directory},
                      {"env", std::move(environment)}, {"secret", texts(r.secret_names)}};
}

result<recipe> recipe_from_json(const json::value& v) {
  const auto* o = v.if_object();
  if (o == nullptr) return make_error(errc::corrupt, "a recipe must be a JSON object");
  fields f(*o, "recipe");
  recipe r;
  r.version = f.text("version");
  r.image = f.text("image");
  r.command = f.texts("command");
  r.directory = f.text("directory", "/");
  const auto environment = f.object("env");
  fields e(environment, "recipe: env");
  for (const auto& member : environment) r.environment.emplace_back(member.key(), e.text(member.key()));
  f.adopt(e);
  r.secret_names = f.texts("secret");
  if (!f.good() || r.command.empty())
    return make_error(errc::corrupt, "not a recipe: " + f.problem().message);
  return r;
}

result<rendered> render(const recipe& r, const instance_values& values, const binding& now) {
  rendered out;
  for (const auto& argument : r.command) out.argv.push_back(replace_references(argument, r, values));
  for (const auto& [name, value] : r.environment)
    out.environment.emplace_back(name, replace_references(value, r, values));
  for (const auto& name : r.secret_names) {
    const auto found = std::find_if(now.environment.begin(), now.environment.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    if (found == now.environment.end())
      return make_error(errc::not_found, "version " + r.version + " needs the secret variable " + name +
                                             ", which the binding's env no longer has");
    out.environment.emplace_back(name, replace_references(found->second, r, values));
  }
  return out;
}

}  // namespace shipflow::local
