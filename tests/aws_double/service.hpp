// A service of the double: one file in services/, which registers itself and answers from a world model. RDS, whole:
//
//   const registered rds({.signing = "rds",
//                         .speaks = speech::query,
//                         .version = "2014-10-31",
//                         .items = {{"DBSnapshots", "DBSnapshot"}, {"Filters", "Filter"}, {"Values", "Value"}},
//                         .answers = [](const call& c) {
//                           return c.models.of<cloud::rds>().ask(c.operation, c.input, c.now);
//                         }});
//
// The double checks the signature, the protocol and the version before a service hears of a call, and makes the faults.
#pragma once

#include "models.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tests {

enum class speech {
  json,   ///< X-Amz-Target and a JSON body; the answer is JSON
  query,  ///< a form; the answer is XML
  rest,   ///< method and path; service and caller read and write bodies themselves
};

using header_list = std::vector<std::pair<std::string, std::string>>;

/// One call whose signature is right.
struct call {
  tests::models& models;
  shipflow::time_point now;      ///< of the models
  std::string operation;         ///< "UpdateService"; rest: what `names` said
  shipflow::json::object input;  ///< json and query; of query all leaves are texts
  std::string method, path;      ///< as sent: percent-encoded, without the query
  std::string query;             ///< what stands behind `?`
  std::string body;
  header_list headers;  ///< names in lower case
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// What a rest service says.
struct answered {
  int status = 200;
  std::string body;
  header_list headers{};  ///< Content-Length, Date and x-amzn-RequestId are added
};

struct aws_service {
  std::string signing;  ///< name in the credential's scope: calls are told apart by it and by the protocol
  speech speaks = speech::json;
  std::string version{};  ///< query: Version; json: what stands before the dot of X-Amz-Target
  /// query: the elements of a list are called otherwise than `member`. List -> element.
  std::map<std::string, std::string> items{};
  std::function<shipflow::cloud::reply(const call&)> answers{};  ///< json and query
  std::function<std::string(const call&)> names{};               ///< rest: the operation, "GetDistribution"
  std::function<answered(const call&)> rest{};
};

/// Makes the service known to every double of the program.
class registered {
 public:
  explicit registered(aws_service s);
};

/// nullptr: there is none.
[[nodiscard]] const aws_service* find_service(std::string_view signing, speech speaks);

}  // namespace tests
