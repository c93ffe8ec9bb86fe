#include "provider/site/binding.hpp"

#include "aws/target.hpp"
#include "base/members.hpp"

#include <algorithm>
#include <initializer_list>

namespace shipflow::site {
namespace {

error wrong(const std::string& what) { return aws::wrong_binding("site", what); }

bool header_text(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, and the upper case of old buckets elsewhere.
bool bucket_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  };
  return name.size() >= 3 && name.size() <= 63 && std::all_of(name.begin(), name.end(), fits) &&
         name.find("..") == std::string_view::npos;
}

result<std::vector<std::string>> patterns(const json::object& o, const char* name) {
  std::vector<std::string> out;
  const auto* v = o.if_contains(name);
  if (v == nullptr) return out;
  if (!v->is_array()) return wrong(std::string(name) + " must be a list of patterns");
  for (const auto& p : v->get_array()) {
    if (!p.is_string() || p.get_string().empty())
      return wrong(std::string(name) + " must be a list of patterns");
    out.emplace_back(p.get_string());
  }
  return out;
}

result<void> read_serving(const json::object& target, rules& to) {
  for (const auto* name : {"cache", "types"})
    if (const auto* v = target.if_contains(name); v != nullptr && !v->is_object())
      return wrong(std::string(name) + " must be a mapping");
  for (const auto& m : members::object(target, "cache")) {
    if (!m.value().is_string() || !header_text(m.value().get_string()))
      return wrong("cache: " + std::string(m.key()) + " must be the text of a Cache-Control header");
    to.cache.emplace_back(m.key(), m.value().get_string());
  }
  for (const auto& m : members::object(target, "types")) {
    if (!m.key().starts_with('.'))
      return wrong("types: an ending begins with a dot, not " + std::string(m.key()));
    if (!m.value().is_string() || !header_text(m.value().get_string()))
      return wrong("types: " + std::string(m.key()) + " must be the text of a Content-Type header");
    to.types.emplace(m.key(), m.value().get_string());
  }
  auto assets = patterns(target, "assets");
  if (!assets) return assets.error();
  auto pages = patterns(target, "pages");
  if (!pages) return pages.error();
  to.assets = std::move(*assets);
  to.pages = std::move(*pages);
  if (target.contains("entry")) to.entry = members::text(target, "entry");
  return {};
}

result<void> read_keep(const json::object& target, binding& b) {
  const auto* v = target.if_contains("keep");
  if (v == nullptr) return {};
  if (!v->is_object()) return wrong("keep must be a mapping");
  const auto& keep = v->get_object();
  if (auto known = aws::only("site", keep, "keep: ", {"releases", "for"}); !known) return known;
  const auto releases = members::whole(keep, "releases", b.keep_releases);
  if (releases < 1 || releases > 50) return wrong("keep: releases must be a whole number from 1 to 50");
  b.keep_releases = static_cast<int>(releases);
  if (!keep.contains("for")) return {};
  const auto span = parse_duration(members::text(keep, "for"));
  if (!span) return wrong("keep: for: " + span.error().message);
  b.keep_for = *span;
  return {};
}

}  // namespace

result<binding> read_binding(const json::object& target) {
  if (auto known = aws::only(
          "site", target, "",
          {"provider", "bucket", "prefix", "region", "endpoint_url", "account", "encryption", "kms_key",
           "directory", "cache", "types", "assets", "pages", "entry", "keep", "stale_lock", "connections"});
      !known)
    return known.error();
  binding b;
  b.bucket = members::text(target, "bucket");
  b.prefix = members::text(target, "prefix");
  b.region = members::text(target, "region");
  b.endpoint_url = members::text(target, "endpoint_url");
  b.account = members::text(target, "account");
  b.encryption = members::text(target, "encryption");
  b.kms_key = members::text(target, "kms_key");
  b.directory = members::text(target, "directory");
  if (b.bucket.empty()) return wrong("bucket is missing");
  if (!bucket_name(b.bucket)) return wrong("bucket must be the name of a bucket, not \"" + b.bucket + "\"");
  if (b.prefix.starts_with('/')) return wrong("prefix must not begin with /");
  if (!b.prefix.empty() && !b.prefix.ends_with('/')) b.prefix += '/';
  if (b.prefix.size() > 512) return wrong("prefix must have at most 512 bytes");
  if (!b.account.empty() &&
      (b.account.size() != 12 || b.account.find_first_not_of("0123456789") != std::string::npos))
    return wrong("account must be the 12 digits of an account, in quotes");
  if (!b.encryption.empty() && b.encryption != "aws:kms" && b.encryption != "AES256")
    return wrong("encryption must be aws:kms or AES256");
  if (!b.kms_key.empty() && b.encryption != "aws:kms") return wrong("kms_key needs `encryption: aws:kms`");
  if (auto ok = read_serving(target, b.serve); !ok) return ok.error();
  if (auto ok = read_keep(target, b); !ok) return ok.error();
  if (target.contains("stale_lock")) {
    const auto span = parse_duration(members::text(target, "stale_lock"));
    if (!span || *span < std::chrono::minutes(2))
      return wrong("stale_lock must be a duration of at least 2m");
    b.stale_lock = *span;
  }
  const auto connections = members::whole(target, "connections", b.connections);
  if (connections < 1 || connections > 256) return wrong("connections must be a whole number from 1 to 256");
  b.connections = static_cast<int>(connections);
  return b;
}

}  // namespace shipflow::site
