// Calls as requests, and answers as values, per wire protocol. An operation needs no code of its own:
//
//   inline constexpr service sts{"STS", "sts", "sts", protocol::query, "2011-06-15"};
//   client.call(sts, "GetCallerIdentity", {}, {}, [](outcome o) { ... o->at("Account") ... });
#pragma once

#include "http/client.hpp"

#include <shipflow/json.hpp>

#include <string>
#include <string_view>

namespace shipflow::aws {

enum class protocol {
  json_1_0,
  json_1_1,
  query,  ///< form in, XML out
};

struct service {
  std::string_view id;       ///< in variables: AWS_ENDPOINT_URL_<id>
  std::string_view host;     ///< first label of the host name
  std::string_view signing;  ///< name in the signature
  protocol speaks = protocol::json_1_1;
  std::string_view version;  ///< json: prefix of X-Amz-Target; query: Version
};

inline constexpr service cloudwatch{"CLOUDWATCH", "monitoring", "monitoring", protocol::json_1_0,
                                    "GraniteServiceVersion20100801"};
inline constexpr service ecs{"ECS", "ecs", "ecs", protocol::json_1_1, "AmazonEC2ContainerServiceV20141113"};
inline constexpr service elbv2{"ELASTIC_LOAD_BALANCING_V2", "elasticloadbalancing", "elasticloadbalancing",
                               protocol::query, "2015-12-01"};
inline constexpr service logs{"CLOUDWATCH_LOGS", "logs", "logs", protocol::json_1_1, "Logs_20140328"};
inline constexpr service sts{"STS", "sts", "sts", protocol::query, "2011-06-15"};

/// Method, path, headers and body; not signed yet.
[[nodiscard]] http::request encode(const service& s, const std::string& endpoint,
                                   const std::string& operation, const json::object& input);
/// "Action=..&Version=..&A.member.1=..": structures by dot, lists by `member.N`, an empty list as "A=". Pure.
[[nodiscard]] std::string form_of(const service& s, const std::string& operation, const json::object& input);

/// A good answer. Query: the content of <OperationResult>; elements are members, elements that only hold
/// `member` are lists, leaves are texts. Error: it cannot be read.
[[nodiscard]] result<json::object> decode(const service& s, const std::string& operation,
                                          std::string_view body);

/// What a bad answer says, as far as it can be read. Pure.
struct refusal {
  std::string code;     ///< "AccessDenied", without name space and suffix; or empty
  std::string message;  ///< one line
};
[[nodiscard]] refusal refusal_of(const service& s, const http::response& got);

/// XML with bounded depth. Error: it cannot be read.
[[nodiscard]] result<json::object> xml_to_json(std::string_view text);

}  // namespace shipflow::aws
