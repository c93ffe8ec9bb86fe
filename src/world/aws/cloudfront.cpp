#include "world/aws/cloudfront.hpp"

#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloud {
namespace {

/// The elements of a list that XML may have said as one.
std::vector<json::value*> items(json::value* of) {
  std::vector<json::value*> out;
  if (of == nullptr) return out;
  if (!of->is_array()) return {of};
  for (auto& v : of->get_array()) out.push_back(&v);
  return out;
}

json::value* member(json::value* of, const char* name) {
  auto* o = of == nullptr ? nullptr : of->if_object();
  return o == nullptr ? nullptr : o->if_contains(name);
}

json::object* origin_of(json::object& config, const std::string& id) {
  auto* list = member(member(config.if_contains("Origins"), "Items"), "Origin");
  for (auto* o : items(list))
    if (o->is_object() && (id.empty() || members::text(o->get_object(), "Id") == id)) return &o->get_object();
  return nullptr;
}

std::string etag_of(const distribution& d) { return "E" + std::to_string(d.version) + "ETAG"; }

json::object shown(const invalidation& i, bool whole) {
  json::object out{{"Id", i.id},
                   {"Status", i.complete ? "Completed" : "InProgress"},
                   {"CreateTime", format_time(i.created)}};
  if (whole)
    out["InvalidationBatch"] =
        json::object{{"Paths",
                      {{"Quantity", std::to_string(i.paths.size())},
                       {"Items", {{"Path", json::array(i.paths.begin(), i.paths.end())}}}}},
                     {"CallerReference", i.reference}};
  return out;
}

json::object shown(const distribution& d) {
  return {{"Id", d.id},
          {"ARN", "arn:aws:cloudfront::123456789012:distribution/" + d.id},
          {"Status", d.deploying ? "InProgress" : "Deployed"},
          {"LastModifiedTime", "2026-03-03T10:00:00Z"},
          {"InProgressInvalidationBatches",
           std::to_string(std::count_if(d.invalidations.begin(), d.invalidations.end(),
                                        [](const invalidation& i) { return !i.complete; }))},
          {"DomainName", cloudfront::domain_of(d.id)},
          {"DistributionConfig", d.config}};
}

bool wild(const std::string& path) { return path.ends_with('*'); }

}  // namespace

distribution& cloudfront::install(const std::string& id, const std::string& path) {
  distribution d;
  d.id = id;
  d.config = {
      {"CallerReference", "by-hand"},
      {"Aliases", {{"Quantity", "1"}, {"Items", {{"CNAME", "www.example.com"}}}}},
      {"DefaultRootObject", "index.html"},
      {"Origins",
       {{"Quantity", "1"},
        {"Items",
         {{"Origin",
           {{"Id", "site"},
            {"DomainName", "site.s3.eu-central-1.amazonaws.com"},
            {"OriginPath", path},
            {"S3OriginConfig", {{"OriginAccessIdentity", ""}}}}}}}}},
      {"DefaultCacheBehavior", {{"TargetOriginId", "site"}, {"ViewerProtocolPolicy", "redirect-to-https"}}},
      {"Comment", "a & b"},
      {"HttpVersion", "http2"},
      {"ContinuousDeploymentPolicyId", ""},
      {"Staging", "false"},
      {"Enabled", "true"}};
  return distributions_[id] = std::move(d);
}

distribution* cloudfront::find(const std::string& id) {
  const auto found = distributions_.find(id);
  return found == distributions_.end() ? nullptr : &found->second;
}

std::string cloudfront::origin_path(const distribution& d, const std::string& origin) {
  auto config = d.config;
  const auto* o = origin_of(config, origin);
  return o == nullptr ? std::string{} : members::text(*o, "OriginPath");
}

void cloudfront::set_origin_path(distribution& d, const std::string& path, const std::string& origin) {
  if (auto* o = origin_of(d.config, origin)) (*o)["OriginPath"] = path;
  ++d.version;
}

bool cloudfront::stall(distribution& d) {
  bool any = d.deploying;
  d.deployed.reset();
  for (auto& i : d.invalidations) {
    any = any || i.completes.has_value();
    i.completes.reset();
  }
  return any;
}

void cloudfront::name_origin(distribution& d, const std::string& origin) {
  if (auto* o = origin_of(d.config, {})) (*o)["Id"] = origin;
}

reply cloudfront::ask(const std::string& operation, const json::object& input, time_point now) {
  static const std::map<std::string, handler> all{
      {"CreateInvalidation", &cloudfront::create_invalidation},
      {"GetInvalidation", &cloudfront::get_invalidation},
      {"ListInvalidations", &cloudfront::list_invalidations},
      {"GetDistribution", &cloudfront::get},
      {"GetDistributionConfig", &cloudfront::get_config},
      {"UpdateDistribution", &cloudfront::update},
      {"UpdateDistributionWithStagingConfig", &cloudfront::promote},
      {"CopyDistribution", &cloudfront::copy}};
  static const std::map<std::string, account_handler> of_account{
      {"ListDistributions", &cloudfront::list},
      {"CreateContinuousDeploymentPolicy", &cloudfront::create_policy},
      {"GetContinuousDeploymentPolicy", &cloudfront::get_policy},
      {"ListContinuousDeploymentPolicies", &cloudfront::list_policies},
      {"UpdateContinuousDeploymentPolicy", &cloudfront::update_policy}};
  advance(now);
  if (const auto one = of_account.find(operation); one != of_account.end())
    return (this->*one->second)(input);
  const auto found = all.find(operation);
  if (found == all.end()) return refused("InvalidAction", operation + " is not modelled");
  const bool of_invalidation = operation.ends_with("Invalidation") || operation.ends_with("Invalidations");
  const auto* label = of_invalidation                   ? "DistributionId"
                      : operation == "CopyDistribution" ? "PrimaryDistributionId"
                                                        : "Id";
  auto* d = find(members::text(input, label));
  if (d == nullptr) return refused("NoSuchDistribution", "The specified distribution does not exist.");
  return (this->*found->second)(*d, input);
}

void cloudfront::advance(time_point now) {
  now_ = std::max(now_, now);
  for (auto& [id, d] : distributions_) {
    if (d.deployed && *d.deployed <= now_) {
      d.deployed.reset();
      d.deploying = false;
    }
    for (auto& i : d.invalidations)
      if (i.completes && *i.completes <= now_) {
        i.completes.reset();
        i.complete = true;
      }
  }
}

std::optional<time_point> cloudfront::next_change() const {
  std::optional<time_point> first;
  const auto look = [&](const std::optional<time_point>& at) {
    if (at && (!first || *at < *first)) first = at;
  };
  for (const auto& [id, d] : distributions_) {
    look(d.deployed);
    for (const auto& i : d.invalidations) look(i.completes);
  }
  return first;
}

reply cloudfront::create_invalidation(distribution& d, const json::object& in) {
  const auto& batch = members::object(in, "InvalidationBatch");
  invalidation made;
  made.reference = members::text(batch, "CallerReference");
  const auto* list = members::find(members::object(members::object(batch, "Paths"), "Items"), "Path");
  auto copy = list == nullptr ? json::value(json::array{}) : *list;
  for (const auto* p : items(&copy)) made.paths.emplace_back(p->is_string() ? p->get_string() : "");
  if (made.reference.empty() || made.paths.empty()) return refused("MissingBody", "The batch is empty.");
  if (members::whole(members::object(batch, "Paths"), "Quantity") !=
      static_cast<std::int64_t>(made.paths.size()))
    return refused("InconsistentQuantities", "The value of Quantity and the size of Items don't match.");
  for (const auto& p : made.paths)
    if (!p.starts_with('/') || p.size() > 4'000) return refused("InvalidArgument", "Invalid path " + p);
  for (const auto& i : d.invalidations) {
    if (i.reference != made.reference) continue;
    if (i.paths != made.paths)
      return refused("InvalidationBatchAlreadyExists", "The caller reference was used for other paths.");
    return json::object{{"Invalidation", shown(i, true)}};
  }
  std::size_t paths = 0;
  std::size_t wildcards = 0;
  const auto count = [&](const std::vector<std::string>& of) {
    for (const auto& p : of) ++(wild(p) ? wildcards : paths);
  };
  for (const auto& i : d.invalidations)
    if (!i.complete) count(i.paths);
  count(made.paths);
  if (paths > options_.most_paths || wildcards > options_.most_wildcards)
    return refused("TooManyInvalidationsInProgress",
                   "Processing your request will cause you to exceed the "
                   "maximum number of in-progress invalidations.");
  made.id = "I" + std::to_string(++ids_);
  made.created = now_;
  made.completes = now_ + options_.invalidates;
  ++changes_;
  d.invalidations.push_front(made);
  return json::object{{"Invalidation", shown(made, true)}};
}

reply cloudfront::get_invalidation(distribution& d, const json::object& in) {
  for (const auto& i : d.invalidations)
    if (i.id == members::text(in, "Id")) return json::object{{"Invalidation", shown(i, true)}};
  return refused("NoSuchInvalidation", "The specified invalidation does not exist.");
}

reply cloudfront::list_invalidations(distribution& d, const json::object& /*in*/) {
  json::array all;
  for (const auto& i : d.invalidations)
    if (all.size() < 100) all.push_back(shown(i, false));
  json::object list{{"IsTruncated", d.invalidations.size() > 100 ? "true" : "false"},
                    {"Marker", ""},
                    {"MaxItems", "100"},
                    {"Quantity", std::to_string(all.size())}};
  if (!all.empty()) list["Items"] = json::object{{"InvalidationSummary", std::move(all)}};
  return json::object{{"InvalidationList", std::move(list)}};
}

reply cloudfront::get(distribution& d, const json::object& /*in*/) {
  return json::object{{"Distribution", shown(d)}, {"ETag", etag_of(d)}};
}

reply cloudfront::get_config(distribution& d, const json::object& /*in*/) {
  return json::object{{"DistributionConfig", d.config}, {"ETag", etag_of(d)}};
}

reply cloudfront::update(distribution& d, const json::object& in) {
  const auto match = members::text(in, "IfMatch");
  if (match.empty()) return refused("InvalidIfMatchVersion", "The If-Match version is missing or not valid.");
  if (match != etag_of(d))
    return refused("PreconditionFailed", "The request failed because it didn't meet the preconditions.");
  const auto& config = members::object(in, "DistributionConfig");
  if (members::text(config, "CallerReference") != members::text(d.config, "CallerReference"))
    return refused("IllegalUpdate", "The update contains modifications that are not allowed.");
  auto copy = config;
  const auto* origin = origin_of(copy, {});
  if (origin == nullptr) return refused("InvalidOrigin", "There is no origin.");
  const auto path = members::text(*origin, "OriginPath");
  if (!path.empty() && (!path.starts_with('/') || path.ends_with('/')))
    return refused("InvalidArgument", "The parameter Origin Path is not valid.");
  if (auto why = illegal(d, config)) return *why;
  auto former = members::text(d.config, "ContinuousDeploymentPolicyId");
  d.config = config;
  // What is left out there stays as it was; only an empty text takes the policy off.
  if (!config.contains("ContinuousDeploymentPolicyId")) d.config["ContinuousDeploymentPolicyId"] = former;
  deploy(d);
  return get(d, in);
}

void cloudfront::deploy(distribution& d) {
  ++d.version;
  ++changes_;
  d.deploying = true;
  d.deployed = now_ + options_.deploys;
}

}  // namespace shipflow::cloud
