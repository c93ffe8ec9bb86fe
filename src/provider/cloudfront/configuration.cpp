#include "provider/cloudfront/configuration.hpp"

#include "base/members.hpp"

#include <array>
#include <cmath>
#include <cstdlib>

namespace shipflow::cloudfront {
namespace {

/// What may be changed while a policy is attached, and so what staging and primary may differ in.
constexpr std::array<const char*, 9> changeable{"Origins",
                                                "OriginGroups",
                                                "DefaultCacheBehavior",
                                                "CacheBehaviors",
                                                "CustomErrorResponses",
                                                "Restrictions",
                                                "DefaultRootObject",
                                                "Logging",
                                                "Comment"};

/// The configuration with its origin's path blanked out, to compare the rest.
json::object without_path(json::object config, const std::string& origin) {
  (void)put_path(config, origin, {});
  return config;
}

bool same(const json::value* a, const json::value* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return *a == *b;
}

std::string weight_text(int percent) {
  return percent < 10 ? "0.0" + std::to_string(percent) : "0." + std::to_string(percent);
}

}  // namespace

std::vector<json::object*> origins_of(json::object& config) {
  std::vector<json::object*> out;
  auto* list = config.if_contains("Origins");
  for (const char* name : {"Items", "Origin"}) {
    auto* o = list == nullptr ? nullptr : list->if_object();
    list = o == nullptr ? nullptr : o->if_contains(name);
  }
  if (list == nullptr) return out;
  if (list->is_object()) out.push_back(&list->get_object());
  if (list->is_array())
    for (auto& one : list->get_array())
      if (one.is_object()) out.push_back(&one.get_object());
  return out;
}

bool put_path(json::object& config, const std::string& origin, const std::string& path) {
  const auto all = origins_of(config);
  for (auto* o : all) {
    if (members::text(*o, "Id") != origin && !(origin.empty() && all.size() == 1)) continue;
    (*o)["OriginPath"] = path;
    return true;
  }
  return false;
}

std::string path_in(json::object config, const std::string& origin) {
  const auto all = origins_of(config);
  for (const auto* o : all)
    if (members::text(*o, "Id") == origin || (origin.empty() && all.size() == 1))
      return members::text(*o, "OriginPath");
  return {};
}

bool is_origin_path(const std::string& path) {
  return path.empty() || (path.starts_with('/') && !path.ends_with('/') && path.size() <= 255 &&
                          path.find_first_of(" *?#\"<>\\") == std::string::npos);
}

json::object staged(const json::object& primary, json::object staging, const std::string& origin,
                    const std::string& path) {
  for (const auto* name : changeable) {
    if (const auto* v = members::find(primary, name))
      staging[name] = *v;
    else
      staging.erase(name);
  }
  (void)put_path(staging, origin, path);
  return staging;
}

std::vector<std::string> differences(const json::object& primary, const json::object& staging,
                                     const std::string& origin) {
  const auto a = without_path(primary, origin);
  const auto b = without_path(staging, origin);
  std::vector<std::string> out;
  for (const auto* name : changeable)
    if (!same(members::find(a, name), members::find(b, name))) out.emplace_back(name);
  return out;
}

std::string obstacle_in(const json::object& config) {
  if (members::truth(config, "Staging"))
    return "it is a staging distribution itself; name the one it belongs to as `distribution`";
  const auto version = members::text(config, "HttpVersion");
  if (version.find('3') != std::string::npos)
    return "CloudFront has no canary of distributions with HTTP/3; set HttpVersion to http2, or use "
           "switch_origin";
  if (members::text(config, "ConnectionMode") == "tenant-only")
    return "CloudFront has no canary of distributions for tenants; use switch_origin";
  return {};
}

share share_in(const json::object& policy) {
  share out;
  const auto& traffic = members::object(policy, "TrafficConfig");
  const bool on = members::truth(policy, "Enabled");
  const auto type = members::text(traffic, "Type");
  if (type == "SingleHeader") {
    const auto& rule = members::object(traffic, "SingleHeaderConfig");
    out.header = members::text(rule, "Header");
    out.value = members::text(rule, "Value");
    out.stopped = !on;
    return out;
  }
  const auto weight = members::text(members::object(traffic, "SingleWeightConfig"), "Weight");
  out.percent = static_cast<int>(std::lround(std::strtod(weight.c_str(), nullptr) * 100));
  out.stopped = !on && out.percent > 0;
  return out;
}

json::object with_share(json::object policy, const share& wanted, const stickiness& sticky) {
  policy["Enabled"] = (wanted.percent > 0 || !wanted.header.empty()) && !wanted.stopped ? "true" : "false";
  if (!wanted.header.empty()) {
    policy["TrafficConfig"] =
        json::object{{"SingleHeaderConfig", {{"Header", wanted.header}, {"Value", wanted.value}}},
                     {"Type", "SingleHeader"}};
    return policy;
  }
  json::object weight{{"Weight", weight_text(wanted.percent)}};
  if (sticky.idle > 0)
    weight["SessionStickinessConfig"] =
        json::object{{"IdleTTL", std::to_string(sticky.idle)}, {"MaximumTTL", std::to_string(sticky.most)}};
  policy["TrafficConfig"] = json::object{{"SingleWeightConfig", std::move(weight)}, {"Type", "SingleWeight"}};
  return policy;
}

json::object to_json(const share& s) {
  json::object out;
  if (s.header.empty())
    out["percent"] = s.percent;
  else
    out = json::object{{"header", s.header}, {"value", s.value}};
  if (s.stopped) out["stopped"] = true;
  return out;
}

share share_from(const json::object& o) {
  return {static_cast<int>(members::whole(o, "percent")), members::text(o, "header"),
          members::text(o, "value"), members::truth(o, "stopped")};
}

std::string text_of(const share& s) {
  std::string out = s.percent == 0 ? "nobody" : std::to_string(s.percent) + "% of the viewers";
  if (!s.header.empty()) out = "viewers who send " + s.header + ": " + s.value;
  return s.stopped ? out + ", but switched off" : out;
}

}  // namespace shipflow::cloudfront
