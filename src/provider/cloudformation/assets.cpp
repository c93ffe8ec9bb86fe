// Manifests of assets, as the cloud assembly's schema describes them (files, dockerImages, destinations).
#include "provider/cloudformation/assets.hpp"

#include "aws/settings.hpp"
#include "base/members.hpp"

#include <array>
#include <utility>

namespace shipflow::cloudformation {
namespace {

constexpr std::size_t most_assets = 2'000;

std::string_view partition_of(std::string_view region) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> all{
      {{"cn-", "aws-cn"},
       {"us-gov-", "aws-us-gov"},
       {"eusc-", "aws-eusc"},
       {"us-iso-", "aws-iso"},
       {"us-isob-", "aws-iso-b"},
       {"eu-isoe-", "aws-iso-e"},
       {"us-isof-", "aws-iso-f"}}};
  for (const auto& [prefix, partition] : all)
    if (region.starts_with(prefix)) return partition;
  return "aws";
}

/// Within the folder, whatever it says.
bool stays_inside(const std::string& path) {
  return !path.empty() && path.front() != '/' && path != ".." && !path.starts_with("../") &&
         path.find("/../") == std::string::npos && !path.ends_with("/..");
}

class reader {
 public:
  reader(std::string folder, std::string manifest, home in)
      : folder_(std::move(folder)), manifest_(std::move(manifest)), in_(std::move(in)) {}

  result<void> file(const std::string& id, const json::object& o) {
    const auto& source = members::object(o, "source");
    auto name = members::text(o, "displayName");
    if (name.empty()) name = id;
    if (source.contains("executable"))
      return wrong(errc::unsupported, name,
                   "is made by a program, which is not run here; bundle it when synthesising");
    asset a;
    a.name = name;
    auto path = members::text(source, "path");
    // Assets of a stage are staged in the assembly around its own.
    const bool of_stage = folder_.substr(folder_.rfind('/') + 1).starts_with("assembly-");
    if (!stays_inside(of_stage && path.starts_with("../") ? path.substr(3) : path))
      return wrong(errc::invalid_argument, name,
                   "is at \"" + path + "\", outside the assembly; synthesise without --no-staging");
    a.path = folder_ + "/" + path;
    const auto packing = members::text(source, "packaging");
    if (packing == "zip")
      a.packed = asset::packing::zip;
    else if (!packing.empty() && packing != "file")
      return wrong(errc::unsupported, name, "has the packaging \"" + packing + "\", which is not known here");
    for (const auto& d : members::object(o, "destinations")) {
      auto to = destination(a, members::as_object(d.value()));
      if (!to) return to.error();
      out.files.push_back(std::move(*to));
    }
    return {};
  }

  result<void> image(const std::string& id, const json::object& o) {
    auto name = members::text(o, "displayName");
    if (name.empty()) name = id;
    for (const auto& d : members::object(o, "destinations")) {
      const auto& to = members::as_object(d.value());
      const auto at = home_of(to);
      const auto repository = filled(members::text(to, "repositoryName"), at);
      const auto tag = filled(members::text(to, "imageTag"), at);
      if (!repository || !tag)
        return wrong(errc::invalid_argument, name, (repository ? tag : repository).error().message);
      if (repository->empty() || tag->empty())
        return wrong(errc::invalid_argument, name, "has a destination without repositoryName and imageTag");
      out.images.push_back({name, at.account, at.region, *repository, *tag});
    }
    return {};
  }

  needed out;

 private:
  error wrong(errc code, const std::string& asset, const std::string& what) const {
    return make_error(code, folder_ + "/" + manifest_ + ": asset " + asset + " " + what);
  }

  [[nodiscard]] home home_of(const json::object& destination) const {
    auto at = in_;
    const auto region = members::text(destination, "region");
    if (!region.empty() && region.find("${") == std::string::npos) at.region = region;
    return at;
  }

  result<asset> destination(asset a, const json::object& to) {
    const auto at = home_of(to);
    a.region = at.region;
    a.owner = at.account;
    for (const auto& [member, into] :
         {std::pair{"bucketName", &a.bucket}, std::pair{"objectKey", &a.key},
          std::pair{"assumeRoleArn", &a.role}, std::pair{"assumeRoleExternalId", &a.external_id}}) {
      auto text = filled(members::text(to, member), at);
      if (!text) return wrong(errc::invalid_argument, a.name, text.error().message);
      *into = std::move(*text);
    }
    if (a.bucket.empty() || a.key.empty())
      return wrong(errc::invalid_argument, a.name, "has a destination without bucketName and objectKey");
    if (a.region.empty())
      return wrong(errc::invalid_argument, a.name,
                   "is for a region that is not known; give `region` in the binding, or synthesise for one");
    if (!aws::is_region(a.region))
      return wrong(errc::invalid_argument, a.name, "names \"" + a.region + "\", which is no region");
    return a;
  }

  std::string folder_, manifest_;
  home in_;
};

}  // namespace

result<std::string> filled(std::string text, const home& in) {
  const std::array<std::pair<std::string_view, std::string>, 3> known{
      {{"${AWS::AccountId}", in.account},
       {"${AWS::Region}", in.region},
       {"${AWS::Partition}", in.region.empty() ? "" : std::string(partition_of(in.region))}}};
  for (const auto& [what, by] : known)
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
      if (by.empty())
        return make_error(errc::invalid_argument,
                          "needs a value for " + std::string(what) +
                              "; give `account` and `region` in the binding, or synthesise for them");
      text.replace(at, what.size(), by);
    }
  if (const auto at = text.find("${"); at != std::string::npos)
    return make_error(errc::invalid_argument, "has a placeholder that is not known: " + text.substr(at));
  return text;
}

result<needed> read_assets(const file_reader& file, const std::string& folder, const std::string& manifest,
                           const home& in) {
  if (!stays_inside(manifest))
    return make_error(errc::invalid_argument,
                      folder + "/manifest.json: \"" + manifest + "\" is no manifest of assets");
  const auto text = file(folder + "/" + manifest);
  if (!text) return text.error();
  const auto read = parse_json(*text);
  if (!read || !read->is_object())
    return make_error(errc::invalid_argument, folder + "/" + manifest + ": it is no JSON object");
  reader r(folder, manifest, in);
  for (const auto& f : members::object(read->get_object(), "files"))
    if (auto ok = r.file(std::string(f.key()), members::as_object(f.value())); !ok) return ok.error();
  for (const auto& i : members::object(read->get_object(), "dockerImages"))
    if (auto ok = r.image(std::string(i.key()), members::as_object(i.value())); !ok) return ok.error();
  if (r.out.files.size() + r.out.images.size() > most_assets)
    return make_error(errc::invalid_argument, folder + "/" + manifest + ": more than 2,000 assets");
  return std::move(r.out);
}

std::string url_of(const std::string& bucket, const std::string& region, const std::string& key) {
  return "https://" + bucket + ".s3." + region + "." + std::string(aws::dns_suffix(region)) + "/" + key;
}

}  // namespace shipflow::cloudformation
