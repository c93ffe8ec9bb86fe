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

result<std::string> value_of(std::string_view name, const recipe& r, const instance_values& v) {
  if (name == "port") return std::to_string(v.port);
  if (name == "version") return r.version;
  if (name == "colour") return std::string(name_of(v.in));
  if (name == "instance") return v.id;
  if (name == "image") return r.image;
  const std::string secret(name.substr(std::min(name.size(), secret_prefix.size())));
  const auto found = v.secrets.find(secret);
  if (found != v.secrets.end()) return found->second;
  return make_error(errc::not_found, "version " + r.version + " needs the secret " + secret +
                                         ", which the binding's env no longer names");
}

result<std::string> replace_references(const std::string& text, const recipe& r, const instance_values& v) {
  std::string out;
  std::size_t from = 0;
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", from)) {
    const auto end = text.find('}', at);
    if (end == std::string::npos) break;
    const auto value = value_of(std::string_view(text).substr(at + 2, end - at - 2), r, v);
    if (!value) return value.error();
    out.append(text, from, at - from);
    out += *value;
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

recipe make_recipe(const binding& from, std::string version, std::string image) {
  recipe r;
  r.version = std::move(version);
  r.image = std::move(image);
  r.command = from.command;
  r.directory = from.directory;
  r.environment = from.environment;
  return r;
}

result<void> check_secrets(const binding& of, const std::vector<std::string>& secrets) {
  for (const auto& argument : of.command)
    if (has_secret(argument, secrets))
      return make_error(
          errc::secret_leak,
          "binding: command has a secret, which every user of the machine could read; pass it in env");
  for (const auto& [name, value] : of.environment)
    if (has_secret(value, secrets))
      return make_error(errc::secret_leak, "binding: env: " + name +
                                               " has a secret in clear, and is written down; "
                                               "give it as ${secret:NAME} in `request::written`");
  return {};
}

result<void> check_secrets(std::string_view input, const std::string& value,
                           const std::vector<std::string>& secrets) {
  if (!has_secret(value, secrets)) return {};
  return make_error(errc::secret_leak,
                    std::string(input) + " has a secret, and is written down; pass it in env");
}

std::string recipe::digest() const { return digest_of(to_json(*this)); }

json::value to_json(const recipe& r) {
  json::object environment;
  for (const auto& [name, value] : r.environment) environment[name] = value;
  return json::object{{"version", r.version},
                      {"image", r.image},
                      {"command", texts(r.command)},
                      {"directory", r.directory},
                      {"env", std::move(environment)}};
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
  if (!f.good() || r.command.empty())
    return make_error(errc::corrupt, "not a recipe: " + f.problem().message);
  return r;
}

result<rendered> render(const recipe& r, const instance_values& values) {
  rendered out;
  for (const auto& argument : r.command) {
    auto text = replace_references(argument, r, values);
    if (!text) return text.error();
    out.argv.push_back(std::move(*text));
  }
  for (const auto& [name, value] : r.environment) {
    auto text = replace_references(value, r, values);
    if (!text) return text.error();
    out.environment.emplace_back(name, std::move(*text));
  }
  return out;
}

}  // namespace shipflow::local
