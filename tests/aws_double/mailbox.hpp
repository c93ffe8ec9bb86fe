// What SNS and SES of the double were given.
#pragma once

#include <shipflow/json.hpp>

#include <set>
#include <string>
#include <vector>

namespace tests {

struct mailbox {
  std::set<std::string> topics, verified;  ///< what is there
  std::vector<shipflow::json::object> published, mailed;
};

}  // namespace tests
