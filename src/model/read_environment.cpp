#include "document/reference.hpp"
#include "model/calendar.hpp"
#include "model/layers.hpp"
#include "model/tables.hpp"
#include "model/variables.hpp"

#include <shipflow/model.hpp>

namespace shipflow {
inline namespace v1 {
namespace {

using schema::read_node;
using schema::read_strings;

protection_rules read_protection(const node& written) {
  protection_rules p;
  p.start = read_strings(written, "start");
  p.one_at_a_time = schema::read_string(written, "one_at_a_time", "refuse");
  p.deletion_protected = schema::read_string(written, "deletion", "deny") == "deny";
  return p;
}

std::string rendered_text(const node& written, const environment& e, diagnostics& out) {
  const auto rendered = reference::render(
      written,
      [&](const std::string& name) -> std::optional<json::value> {
        if (name == "url" && !e.url.empty()) return json::value(e.url);
        const auto found = e.variables.find(name);
        if (found == e.variables.end() || found->second.secret) return std::nullopt;
        return json::value(found->second.value);
      },
      out);
  return rendered.is(node_kind::string) ? rendered.text : std::string{};
}

std::string read_url(const node& written, const environment& e, diagnostics& out) {
  const auto* url = read_node(written, "url");
  return url == nullptr ? std::string{} : rendered_text(*url, e, out);
}

// A link is clicked on: nothing but a page may be behind it.
json::object read_links(const node& written, const environment& e, diagnostics& out) {
  json::object to;
  for (const auto& [name, address] : written.fields) {
    const auto text = rendered_text(address, e, out);
    if (text.empty()) continue;
    if (!text.starts_with("https://") && !text.starts_with("http://"))
      out.error(address.place, address.pointer, "a link begins with https:// or http://");
    else
      to[name] = text;
  }
  return to;
}

json::object read_about(const node& written, const environment& e, diagnostics& out) {
  json::object to;
  for (const char* word : {"purpose", "access", "size", "account"})
    if (const auto* found = read_node(written, word)) to[word] = found->to_json();
  if (const auto* links = read_node(written, "links"))
    if (auto read = read_links(*links, e, out); !read.empty()) to["links"] = std::move(read);
  return to;
}

void check_members(const node& roles, const std::map<std::string, std::vector<std::string>>& read,
                   diagnostics& out) {
  for (const auto& [role, members] : read) {
    const auto* at = roles.find(role);
    for (const auto& m : members)
      if (m != "*" && !m.starts_with("user:") && !m.starts_with("group:"))
        out.error(at->place, at->pointer, "`" + m + "` is nobody; write user:NAME, group:NAME or *");
  }
}

void read_people(const node& written, environment& e, diagnostics& out) {
  const auto* roles = read_node(written, "roles");
  if (roles == nullptr) return;
  for (const auto& [role, members] : roles->fields) e.roles[role] = schema::strings_of(members);
  check_members(*roles, e.roles, out);
}

void check_protection(const node& written, const environment& e, diagnostics& out) {
  for (const auto& role : e.protection.start)
    if (!e.roles.contains(role))
      out.error(written.place, written.pointer,
                "role `" + role + "` of `protection.start` is not one of `roles`");
}

std::optional<promotion_rule> read_promotion(const node& written, const environment& e, diagnostics& out) {
  const auto* found = read_node(written, "promoted_from");
  if (found == nullptr) return std::nullopt;
  promotion_rule to;
  to.environment = schema::read_string(*found, "environment");
  to.identity = schema::read_string(*found, "identity", "digest");
  if (const auto span = parse_duration(schema::read_string(*found, "healthy_for", "0s")))
    to.healthy_for = *span;
  to.validated = read_strings(*found, "validated");
  to.hotfix = read_strings(*found, "hotfix");
  if (const auto* skippable = read_node(*found, "skippable")) to.skippable = skippable->boolean;
  if (to.environment == e.name)
    out.error(found->place, found->pointer, "`" + e.name + "` cannot be promoted from itself");
  for (const auto& role : to.hotfix)
    if (!e.roles.contains(role))
      out.error(found->place, found->pointer,
                "role `" + role + "` of `promoted_from.hotfix` is not one of `roles`");
  return to;
}

void read_parts(const node& written, environment& e) {
  if (const auto* flags = read_node(written, "flags")) e.flags = flags->to_json().get_object();
  if (const auto* probes = read_node(written, "probes")) e.probes = *probes;
  if (const auto* metrics = read_node(written, "metrics")) e.metrics = *metrics;
  if (const auto* triggers = read_node(written, "triggers")) e.triggers = *triggers;
  const auto* bind = read_node(written, "bind");
  if (bind == nullptr) return;
  for (const auto& [component, target] : bind->fields)
    e.bindings.push_back({component, schema::read_string(target, "provider"), target});
}

}  // namespace

std::vector<std::string> environment_names(const document& doc) {
  std::vector<std::string> out;
  const auto* environments = doc.root.find("environments");
  if (environments == nullptr) return out;
  for (const auto& [name, body] : environments->fields) out.push_back(name);
  return out;
}

environment read_environment(const document& doc, const std::string& name, const variable_sources& sources,
                             diagnostics& out) {
  environment e;
  e.file = doc.file;
  e.name = name;
  diagnostics found;
  schema::validate(doc.root, schema::table(model_room::environments_table), found);
  const bool readable = !found.has_errors();
  out.append(found);
  if (!readable) return e;
  const auto written = model_room::with_bases(*doc.root.find("environments"), name, out);
  if (!written) return e;
  e.root = *written;
  if (const auto* variables = read_node(*written, "variables"))
    e.variables = model_room::read_variables(*variables, sources, out);
  e.url = read_url(*written, e, out);
  e.purpose = schema::read_string(*written, "purpose");
  e.about = read_about(*written, e, out);
  read_people(*written, e, out);
  if (const auto* protection = read_node(*written, "protection")) e.protection = read_protection(*protection);
  check_protection(*written, e, out);
  read_parts(*written, e);
  if (const auto* calendar = read_node(*written, "calendar"))
    e.calendar = model_room::read_calendar(*calendar, e, sources, out);
  e.promoted_from = read_promotion(*written, e, out);
  if (e.promoted_from && doc.root.find("environments")->find(e.promoted_from->environment) == nullptr)
    out.warning(written->place, written->pointer,
                "`promoted_from` names environment `" + e.promoted_from->environment +
                    "`, which this document does not have");
  return e;
}

}  // namespace v1
}  // namespace shipflow
