#include "aws/address.hpp"

#include "aws/settings.hpp"
#include "http/url.hpp"

#include <algorithm>

namespace shipflow::aws {
namespace {

bool is_host_label(std::string_view name) {
  const auto ends = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return name.size() >= 3 && name.size() <= 63 && ends(name.front()) && ends(name.back()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return ends(c) || c == '-'; });
}

// Global services stand in the first region of their partition.
std::string home_of(const service& s, const std::string& region) {
  if (s.where == reach::regional) return region;
  const auto suffix = dns_suffix(region);
  if (suffix == "amazonaws.com") return region.starts_with("us-gov-") ? "us-gov-west-1" : "us-east-1";
  return suffix == "amazonaws.com.cn" ? "cn-northwest-1" : std::string{};
}

std::string own_host(const service& s, const std::string& region) {
  auto host = std::string(s.host);
  if (s.where == reach::regional || region != "us-east-1") host += "." + region;
  return host + "." + std::string(dns_suffix(region));
}

std::string path_of(const wire_request& q, bool with_bucket) {
  auto path = q.path.starts_with('/') ? q.path : "/" + q.path;
  if (!with_bucket) return path;
  const auto bucket = "/" + http::percent_encoded(q.bucket);
  return path == "/" ? bucket : bucket + path;
}

}  // namespace

result<address> address_of(const aws_options& from, const service& s, const wire_request& q,
                           const std::string& endpoint, const std::string& region) {
  address out;
  out.endpoint = endpoint.empty() ? configured_endpoint(from, std::string(s.id)) : endpoint;
  while (out.endpoint.ends_with('/')) out.endpoint.pop_back();
  out.region = home_of(s, region);
  if (out.region.empty())
    return make_error(errc::unsupported, std::string(s.host) + " is not there for region " + region);
  bool in_path = !q.bucket.empty();
  if (out.endpoint.empty()) {
    auto host = own_host(s, out.region);
    if (is_host_label(q.bucket)) {
      host.insert(0, q.bucket + ".");
      in_path = false;
    }
    out.endpoint = "https://" + host;
  }
  out.url = out.endpoint + path_of(q, in_path) + query_text(q.query);
  return out;
}

}  // namespace shipflow::aws
