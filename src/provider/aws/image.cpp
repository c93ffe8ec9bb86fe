// Images of ECR: there, by digest, and under another tag.
#include "base/members.hpp"
#include "provider/aws/actions.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::aws_checks {
namespace {

bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view digits = "0123456789";
constexpr std::string_view small = "abcdefghijklmnopqrstuvwxyz0123456789";

error no_image(std::string_view text) {
  return make_error(errc::invalid_argument,
                    "\"" + std::string(text) +
                        "\" is no image of ECR: "
                        "ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG or @sha256:DIGEST");
}

bool is_digest(std::string_view text) {
  constexpr std::string_view kind = "sha256:";
  return text.starts_with(kind) && text.size() == kind.size() + 64 &&
         all_of(text.substr(kind.size()), "0123456789abcdef");
}

// Registry and region from the host; false: it is another registry.
bool read_host(image_name& n) {
  constexpr std::string_view middle = ".dkr.ecr.";
  const auto at = n.host.find(middle);
  if (at == std::string::npos) return false;
  n.registry = n.host.substr(0, at);
  const auto rest = std::string_view(n.host).substr(at + middle.size());
  n.region = std::string(rest.substr(0, rest.find('.')));
  const bool suffix = rest.find(".amazonaws.") != std::string_view::npos || rest.ends_with(".amazonaws.eu");
  return n.registry.size() == 12 && all_of(n.registry, digits) && !n.region.empty() && suffix &&
         all_of(n.region, "abcdefghijklmnopqrstuvwxyz0123456789-");
}

/// Where the image is, whatever the component is bound to.
void go_to(visit& v, const image_name& n) { v.where.region = n.region; }

json::object about(const image_name& n) {
  return {{"registryId", n.registry}, {"repositoryName", n.repository}, {"imageIds", json::array{n.id()}}};
}

// Its digest; not_found when there is no such image, in AWS's own words else.
aws::got<json::object> details_of(visit& v, const image_name& n) {
  const auto got = v.read(aws::ecr, "DescribeImages", about(n));
  if (!got) return got.error();
  const auto& list = members::list(*got, "imageDetails");
  if (list.empty() || !is_digest(members::text(members::as_object(list.front()), "imageDigest")))
    return v.refuse(errc::not_found, "ECR does not say which image " + n.repository + " holds");
  return members::as_object(list.front());
}

answer named(const image_name& n, const std::string& digest) {
  return answer::done({{"image", n.by(digest)}, {"digest", digest}});
}

/// Whether the tag is on that image already. A tag that nobody has is no trouble.
aws::got<bool> has_tag(visit& v, const image_name& n, const std::string& tag, const std::string& digest) {
  auto other = n;
  other.digest.clear();
  other.tag = tag;
  const auto said = v.attempt(aws::ecr, "DescribeImages", about(other));
  if (!said && said.error().aws_code == "ImageNotFoundException") return false;
  if (!said) return aws::visit::not_read(said.error());
  const auto& list = members::list(*said, "imageDetails");
  return !list.empty() && members::text(members::as_object(list.front()), "imageDigest") == digest;
}

answer put_tag(visit& v, const image_name& n, const std::string& tag, const std::string& digest) {
  auto exact = n;
  exact.tag.clear();
  exact.digest = digest;
  auto ask = about(exact);
  ask["acceptedMediaTypes"] =
      json::array{"application/vnd.docker.distribution.manifest.v2+json",
                  "application/vnd.docker.distribution.manifest.list.v2+json",
                  "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"};
  const auto got = v.read(aws::ecr, "BatchGetImage", std::move(ask));
  if (!got) return got.error();
  const auto& images = members::list(*got, "images");
  if (images.empty())
    return v.refuse(errc::not_found, "ECR does not hand out the manifest of " + n.by(digest));
  const auto& found = members::as_object(images.front());
  json::object put{{"registryId", n.registry},
                   {"repositoryName", n.repository},
                   {"imageManifest", members::text(found, "imageManifest")},
                   {"imageTag", tag}};
  // Without it ECR computes the digest; with it a manifest that was written in another way is refused.
  put["imageDigest"] = digest;
  if (auto type = members::text(found, "imageManifestMediaType"); !type.empty())
    put["imageManifestMediaType"] = type;
  const auto said = v.attempt(aws::ecr, "PutImage", std::move(put));
  if (said || said.error().aws_code == "ImageAlreadyExistsException") return named(n, digest);
  if (said.error().aws_code == "ImageTagAlreadyExistsException")
    return answer::conflict("tag " + tag + " of " + n.repository +
                            " is on another image, and tags there cannot be moved");
  return aws::visit::not_written(said.error());
}

}  // namespace

json::object image_name::id() const {
  return digest.empty() ? json::object{{"imageTag", tag}} : json::object{{"imageDigest", digest}};
}

bool is_tag(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  return !text.empty() && text.size() <= 128 && all_of(text, letters) && text.front() != '.' &&
         text.front() != '-';
}

result<image_name> read_image(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return no_image(text);
  image_name n;
  n.host = std::string(text.substr(0, slash));
  auto rest = text.substr(slash + 1);
  n.tag = "latest";
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    n.digest = std::string(rest.substr(at + 1));
    n.tag.clear();
    rest = rest.substr(0, at);
  }
  if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
    if (n.digest.empty()) n.tag = std::string(rest.substr(colon + 1));
    rest = rest.substr(0, colon);
  }
  n.repository = std::string(rest);
  const bool named_well = !rest.empty() && small.find(rest.front()) != std::string_view::npos &&
                          all_of(rest, "abcdefghijklmnopqrstuvwxyz0123456789._-/");
  const bool one = n.digest.empty() ? is_tag(n.tag) : is_digest(n.digest);
  if (!read_host(n) || !named_well || !one) return no_image(text);
  return n;
}

answer image(visit& v) {
  const auto n = read_image(members::text(v.q.inputs, "image"));
  if (!n) return answer::failed(n.error());
  go_to(v, *n);
  const auto found = details_of(v, *n);
  if (!found) return found.error();
  const auto digest = members::text(*found, "imageDigest");
  std::string pushed;
  if (const auto* at = members::find(*found, "imagePushedAt"); at != nullptr && at->is_number()) {
    boost::system::error_code ec;
    const auto seconds = at->to_number<double>(ec);
    if (!ec) pushed = format_time(from_ms(static_cast<std::int64_t>(seconds * 1000)));
  }
  return answer::done({{"image", n->by(digest)}, {"digest", digest}, {"pushed_at", pushed}});
}

answer retag(visit& v) {
  const auto n = read_image(members::text(v.q.inputs, "image"));
  if (!n) return answer::failed(n.error());
  const auto tag = members::text(v.q.inputs, "as");
  if (!is_tag(tag)) return v.refuse(errc::invalid_argument, "\"" + tag + "\" cannot be a tag");
  go_to(v, *n);
  const auto found = details_of(v, *n);
  if (!found) return found.error();
  const auto digest = members::text(*found, "imageDigest");
  const auto there = has_tag(v, *n, tag, digest);
  if (!there) return there.error();
  if (*there) return named(*n, digest);
  if (v.q.what == verb::resolve) return answer::not_applied();
  const auto right = v.right_account();
  if (!right) return right.error();
  return put_tag(v, *n, tag, digest);
}

}  // namespace shipflow::aws_checks
