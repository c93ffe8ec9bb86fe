// Alarms of Amazon CloudWatch in memory: each has the state it was set to. No metric is looked at, no rule is evaluated.
//
// Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference: PutMetricAlarm, PutCompositeAlarm, SetAlarmState,
// DescribeAlarms.
#pragma once

#include "world/aws/answers.hpp"

#include <map>
#include <string>

namespace shipflow::cloud {

struct alarm {
  bool composite = false;
  std::string state = "INSUFFICIENT_DATA", reason = "Unchecked: Initial alarm creation";
  json::object as_put;  ///< what it was made of
  time_point changed{};
};

class alarms {
 public:
  [[nodiscard]] reply ask(const std::string& operation, const json::object& input, time_point now);

 private:
  reply put(const json::object& in, bool composite, time_point now);
  reply set_state(const json::object& in, time_point now);
  [[nodiscard]] reply describe(const json::object& in) const;

  std::map<std::string, alarm> all_;
};

}  // namespace shipflow::cloud
