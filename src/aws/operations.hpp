// Operations of REST services as names with a value, so that providers and models speak of them as of those of other
// services: {"DistributionId": "E1", "InvalidationBatch": {...}} for CreateInvalidation.
#pragma once

#include "aws/service.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace shipflow::aws {

struct rest_operation {
  std::string_view name;
  std::string_view method;
  std::string_view pattern;    ///< of the path; {Labels} are members of the input
  std::string_view payload{};  ///< member of the input that is the body, and its root element
  std::string_view result{};   ///< root element of the answer, which becomes a member
  bool if_match = false;       ///< "IfMatch" of the input is a header
  std::string_view header{};   ///< member of the input that is a header of its own name
  std::string_view query{};    ///< member of the input that stands in the query, if it is there
};
/// Those that are known of a service.
[[nodiscard]] const std::vector<rest_operation>& operations_of(const service& s);
/// nullptr: it is not known.
[[nodiscard]] const rest_operation* find_operation(const service& s, std::string_view name);
/// The one that a request is, with its labels. nullptr: none.
[[nodiscard]] const rest_operation* match_operation(const service& s, std::string_view method,
                                                    std::string_view path, json::object& labels);

/// Error: `unsupported`, the operation is not known; `invalid_argument`, a label is missing.
[[nodiscard]] result<wire_request> encode_rest(const service& s, const std::string& operation,
                                               const json::object& input);
/// {result: {...}, "ETag": ".."}. Error: it cannot be read.
[[nodiscard]] result<json::object> decode_rest(const service& s, const std::string& operation,
                                               const http::response& got);

inline constexpr std::string_view cloudfront_xmlns = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

}  // namespace shipflow::aws
