// What `cdk synth` leaves: manifest.json names stacks, their templates, parameters and what they depend on.
#include "base/members.hpp"
#include "provider/cloudformation/stacks.hpp"

#include <algorithm>
#include <set>

namespace shipflow::cloudformation {
namespace {

error wrong(const std::string& folder, const std::string& what) {
  return make_error(errc::invalid_argument, folder + "/manifest.json: " + what);
}

bool is_stack(const json::object& artifact) {
  return members::text(artifact, "type") == "aws:cloudformation:stack";
}

std::string stack_name(const std::string& id, const json::object& artifact) {
  const auto name = members::text(members::object(artifact, "properties"), "stackName");
  return name.empty() ? id : name;
}

/// Artifacts in the order of their dependencies; those that name each other stop it.
class ordering {
 public:
  explicit ordering(const json::object& artifacts) : artifacts_(artifacts) {}
  /// Empty text: done; otherwise what is wrong.
  std::string visit(const std::string& id) {
    if (done_.contains(id)) return {};
    if (!open_.insert(id).second) return "artifact " + id + " depends on itself";
    const auto& artifact = members::object(artifacts_, id);
    for (const auto& other : members::texts(artifact, "dependencies"))
      if (auto why = visit(other); !why.empty()) return why;
    open_.erase(id);
    done_.insert(id);
    if (is_stack(artifact)) order.push_back(id);
    return {};
  }
  std::vector<std::string> order;

 private:
  const json::object& artifacts_;
  std::set<std::string> open_, done_;
};

/// Account and region of "aws://ACCOUNT/REGION"; what is unknown there is as the component's binding says.
home home_of(const json::object& artifact, const aws::destination& where) {
  home out{where.account, where.region};
  const auto environment = members::text(artifact, "environment");
  const auto slash = environment.rfind('/');
  if (!environment.starts_with("aws://") || slash < 6) return out;
  const auto account = environment.substr(6, slash - 6);
  const auto region = environment.substr(slash + 1);
  if (!account.starts_with("unknown")) out.account = account;
  if (!region.starts_with("unknown")) out.region = region;
  return out;
}

/// "s3://bucket/key" of an asset, as a URL; or empty.
std::string published_at(const json::object& artifact, const home& in) {
  const auto place =
      filled(members::text(members::object(artifact, "properties"), "stackTemplateAssetObjectUrl"), in);
  if (!place || !place->starts_with("s3://") || in.region.empty()) return {};
  const auto key = place->find('/', 5);
  if (key == std::string::npos) return {};
  return url_of(place->substr(5, key - 5), in.region, place->substr(key + 1));
}

result<wanted> read_stack(const file_reader& file, const std::string& folder, const std::string& id,
                          const json::object& artifact, const aws::destination& where) {
  wanted w;
  w.name = stack_name(id, artifact);
  const auto in = home_of(artifact, where);
  w.account = in.account;
  w.region = in.region;
  if (!where.account.empty() && in.account != where.account)
    return wrong(folder, "stack " + w.name + " is for account " + in.account + ", and the binding says " +
                             where.account);
  if (!where.region.empty() && in.region != where.region)
    return wrong(folder, "stack " + w.name + " is for region " + in.region + ", and the binding says " +
                             where.region + "; leave `region` out");
  const auto& properties = members::object(artifact, "properties");
  const auto name = members::text(properties, "templateFile");
  if (name.empty() || name.find("..") != std::string::npos || name.starts_with('/'))
    return wrong(folder, "stack " + w.name + " has no good templateFile");
  auto text = file(folder + "/" + name);
  if (!text) return text.error();
  for (const auto& p : members::object(properties, "parameters"))
    w.parameters[p.key()] =
        members::text(members::object(properties, "parameters"), std::string_view(p.key()));
  const auto role = members::text(properties, "cloudFormationExecutionRoleArn");
  if (const auto known = filled(role, in); known) w.role = *known;
  if (text->size() <= most_template) {
    w.text = std::move(*text);
    return w;
  }
  w.url = published_at(artifact, in);
  if (w.url.empty())
    return wrong(folder,
                 "the template of stack " + w.name + " has " + std::to_string(text->size()) +
                     " bytes, and its place in S3 is not known; synthesise for an account and a region");
  return w;
}

/// What the stack's manifests of assets name, each manifest once.
result<void> add_needed(needed& to, std::set<std::string>& seen, const file_reader& file,
                        const std::string& folder, const json::object& artifacts, const json::object& stack,
                        const aws::destination& where) {
  for (const auto& id : members::texts(stack, "dependencies")) {
    const auto& artifact = members::object(artifacts, id);
    if (members::text(artifact, "type") != "cdk:asset-manifest" || !seen.insert(id).second) continue;
    const auto manifest = members::text(members::object(artifact, "properties"), "file");
    auto all = read_assets(file, folder, manifest, home_of(stack, where));
    if (!all) return all.error();
    for (auto& f : all->files) to.files.push_back(std::move(f));
    for (auto& i : all->images) to.images.push_back(std::move(i));
  }
  return {};
}

}  // namespace

result<assembly> read_assembly(const file_reader& file, const std::string& folder,
                               const std::vector<std::string>& only, const aws::destination& where) {
  const auto text = file(folder + "/manifest.json");
  if (!text) return text.error();
  const auto manifest = parse_json(*text);
  if (!manifest || !manifest->is_object()) return wrong(folder, "it is no JSON object");
  const auto& artifacts = members::object(manifest->get_object(), "artifacts");
  ordering by(artifacts);
  for (const auto& a : artifacts)
    if (const auto why = by.visit(std::string(a.key())); !why.empty()) return wrong(folder, why);
  assembly out;
  std::set<std::string> seen;
  std::set<std::string> asked(only.begin(), only.end());
  for (const auto& id : by.order) {
    const auto& artifact = members::object(artifacts, id);
    const auto name = stack_name(id, artifact);
    if (!only.empty() && asked.erase(name) + asked.erase(id) == 0) continue;
    auto w = read_stack(file, folder, id, artifact, where);
    if (!w) return w.error();
    out.stacks.push_back(std::move(*w));
    if (auto ok = add_needed(out.first, seen, file, folder, artifacts, artifact, where); !ok)
      return ok.error();
  }
  if (!asked.empty()) return wrong(folder, "there is no stack " + *asked.begin());
  if (out.stacks.empty())
    return wrong(folder, "there is no stack; assemblies in assemblies are not looked into");
  if (out.stacks.size() > most_stacks) return wrong(folder, "more than 50 stacks; name some with `only`");
  return out;
}

}  // namespace shipflow::cloudformation
