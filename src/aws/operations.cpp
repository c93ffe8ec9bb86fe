#include "aws/operations.hpp"

#include "base/members.hpp"
#include "http/url.hpp"

#include <algorithm>

namespace shipflow::aws {
namespace {

const std::vector<rest_operation> of_cloudfront{
    {"CreateInvalidation", "POST", "/2020-05-31/distribution/{DistributionId}/invalidation",
     "InvalidationBatch", "Invalidation"},
    {"GetInvalidation", "GET", "/2020-05-31/distribution/{DistributionId}/invalidation/{Id}", "",
     "Invalidation"},
    {"ListInvalidations", "GET", "/2020-05-31/distribution/{DistributionId}/invalidation", "",
     "InvalidationList"},
    {"GetDistribution", "GET", "/2020-05-31/distribution/{Id}", "", "Distribution"},
    {"GetDistributionConfig", "GET", "/2020-05-31/distribution/{Id}/config", "", "DistributionConfig"},
    {"UpdateDistribution", "PUT", "/2020-05-31/distribution/{Id}/config", "DistributionConfig",
     "Distribution", true},
    {"ListDistributions", "GET", "/2020-05-31/distribution", "", "DistributionList", false, "", "Marker"},
    {"CopyDistribution", "POST", "/2020-05-31/distribution/{PrimaryDistributionId}/copy",
     "CopyDistributionRequest", "Distribution", true, "Staging"},
    {"UpdateDistributionWithStagingConfig", "PUT", "/2020-05-31/distribution/{Id}/promote-staging-config", "",
     "Distribution", true, "", "StagingDistributionId"},
    {"CreateContinuousDeploymentPolicy", "POST", "/2020-05-31/continuous-deployment-policy",
     "ContinuousDeploymentPolicyConfig", "ContinuousDeploymentPolicy"},
    {"GetContinuousDeploymentPolicy", "GET", "/2020-05-31/continuous-deployment-policy/{Id}", "",
     "ContinuousDeploymentPolicy"},
    {"ListContinuousDeploymentPolicies", "GET", "/2020-05-31/continuous-deployment-policy", "",
     "ContinuousDeploymentPolicyList", false, "", "Marker"},
    {"UpdateContinuousDeploymentPolicy", "PUT", "/2020-05-31/continuous-deployment-policy/{Id}",
     "ContinuousDeploymentPolicyConfig", "ContinuousDeploymentPolicy", true}};

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    out.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return out;
}

bool is_label(std::string_view part) { return part.starts_with('{') && part.ends_with('}'); }

bool fits(std::string_view pattern, std::string_view path, json::object& labels) {
  const auto a = parts_of(pattern);
  const auto b = parts_of(path);
  if (a.size() != b.size()) return false;
  json::object found;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (is_label(a[i]))
      found[a[i].substr(1, a[i].size() - 2)] = std::string(b[i]);
    else if (a[i] != b[i])
      return false;
  }
  labels = std::move(found);
  return true;
}

}  // namespace

const std::vector<rest_operation>& operations_of(const service& s) {
  static const std::vector<rest_operation> none;
  return s.id == cloudfront.id ? of_cloudfront : none;
}

const rest_operation* find_operation(const service& s, std::string_view name) {
  for (const auto& o : operations_of(s))
    if (o.name == name) return &o;
  return nullptr;
}

const rest_operation* match_operation(const service& s, std::string_view method, std::string_view path,
                                      json::object& labels) {
  for (const auto& o : operations_of(s))
    if (o.method == method && fits(o.pattern, path, labels)) return &o;
  return nullptr;
}

result<wire_request> encode_rest(const service& s, const std::string& operation, const json::object& input) {
  const auto* o = find_operation(s, operation);
  if (o == nullptr)
    return make_error(errc::unsupported, std::string(s.host) + " has no operation " + operation + " here");
  wire_request q;
  q.operation = operation;
  q.method = std::string(o->method);
  q.path.clear();
  for (const auto part : parts_of(o->pattern.substr(1))) {
    const auto label = is_label(part) ? part.substr(1, part.size() - 2) : std::string_view{};
    const auto value = label.empty() ? std::string(part) : members::text(input, label);
    if (value.empty()) return make_error(errc::invalid_argument, operation + " needs " + std::string(label));
    q.path += "/" + http::percent_encoded(value);
  }
  if (o->if_match) q.headers.push_back({"If-Match", members::text(input, "IfMatch")});
  if (!o->header.empty()) q.headers.push_back({std::string(o->header), members::text(input, o->header)});
  if (const auto asked = members::text(input, o->query); !o->query.empty() && !asked.empty())
    q.query.emplace_back(std::string(o->query), asked);
  const auto* body = o->payload.empty() ? nullptr : members::find(input, o->payload);
  if (body == nullptr) return q;
  q.headers.push_back({"Content-Type", "application/xml"});
  q.body = xml_text(o->payload, *body, cloudfront_xmlns);
  return q;
}

result<json::object> decode_rest(const service& s, const std::string& operation, const http::response& got) {
  const auto* o = find_operation(s, operation);
  json::object out;
  if (o != nullptr && !o->result.empty()) {
    auto read = xml_to_json(got.body);
    if (!read) return read;
    const auto* found = members::find(*read, o->result);
    if (found == nullptr) return make_error(errc::failed, "the answer is not one to " + operation);
    out[o->result] = *found;
  }
  if (const auto* etag = http::find(got.headers, "ETag")) out["ETag"] = *etag;
  return out;
}

}  // namespace shipflow::aws
