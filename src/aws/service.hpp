// Services, calls as requests, and answers as values, per wire protocol. An operation needs no code of its own:
//
//   inline constexpr service sts{"STS", "sts", "sts", protocol::query, "2011-06-15"};
//   client.call(sts, "GetCallerIdentity", {}, {}, [](outcome o) { ... o->at("Account") ... });
#pragma once

#include "aws/wire_request.hpp"
#include "aws/xml.hpp"

#include <shipflow/json.hpp>

#include <string>
#include <string_view>

namespace shipflow::aws {

enum class protocol {
  json_1_0,
  json_1_1,
  query,      ///< form in, XML out
  rest_xml,   ///< methods, paths, headers and bytes; refusals in XML
  rest_json,  ///< the same, refusals in JSON
};

/// How a signature reads path and body.
enum class signing_rules {
  standard,  ///< the path is normalised and encoded once more
  s3,        ///< the path is taken as it is sent, the body's hash goes along as a header
};

/// How many of a service there are.
enum class reach {
  regional,
  global,  ///< one for a partition, signed for the region it stands in
};

struct service {
  std::string_view id;       ///< in variables: AWS_ENDPOINT_URL_<id>
  std::string_view host;     ///< first label of the host name
  std::string_view signing;  ///< name in the signature; empty: what is asked needs none
  protocol speaks = protocol::json_1_1;
  std::string_view version;  ///< json: prefix of X-Amz-Target; query: Version; empty for REST
  signing_rules rules = signing_rules::standard;
  reach where = reach::regional;
};

inline constexpr service cloudwatch{"CLOUDWATCH", "monitoring", "monitoring", protocol::json_1_0,
                                    "GraniteServiceVersion20100801"};
inline constexpr service ecr{"ECR", "api.ecr", "ecr", protocol::json_1_1,
                             "AmazonEC2ContainerRegistry_V20150921"};
inline constexpr service ecs{"ECS", "ecs", "ecs", protocol::json_1_1, "AmazonEC2ContainerServiceV20141113"};
inline constexpr service elbv2{"ELASTIC_LOAD_BALANCING_V2", "elasticloadbalancing", "elasticloadbalancing",
                               protocol::query, "2015-12-01"};
inline constexpr service logs{"CLOUDWATCH_LOGS", "logs", "logs", protocol::json_1_1, "Logs_20140328"};
inline constexpr service s3{"S3", "s3", "s3", protocol::rest_xml, "", signing_rules::s3};
/// Paths begin with "/2020-05-31/", bodies are of http://cloudfront.amazonaws.com/doc/2020-05-31/.
inline constexpr service cloudfront{
    "CLOUDFRONT", "cloudfront", "cloudfront", protocol::rest_xml, "", signing_rules::standard, reach::global};
inline constexpr service sts{"STS", "sts", "sts", protocol::query, "2011-06-15"};

/// An operation of a JSON or query service. Pure.
[[nodiscard]] wire_request encode(const service& s, std::string operation, const json::object& input);
/// "Action=..&Version=..&A.member.1=..": structures by dot, lists by `member.N`, an empty list as "A=". Pure.
[[nodiscard]] std::string form_of(const service& s, const std::string& operation, const json::object& input);

/// A good answer of a JSON or query service. Query: the content of <OperationResult>, read like `xml_to_json`.
/// Error: it cannot be read.
[[nodiscard]] result<json::object> decode(const service& s, const std::string& operation,
                                          std::string_view body);

/// What a bad answer says, as far as it can be read; an answer to HEAD says nothing. Pure.
struct refusal {
  std::string code;     ///< "AccessDenied", without name space and suffix; or empty
  std::string message;  ///< one line
  /// S3: the bucket is in this region, ask there. Or empty.
  std::string region{};
};
[[nodiscard]] refusal refusal_of(const service& s, const http::response& got);

}  // namespace shipflow::aws
