#include "world/aws/alarms.hpp"

#include "base/members.hpp"

#include <algorithm>
#include <array>

namespace shipflow::cloud {
namespace {

constexpr std::int64_t usual_page = 50;
constexpr std::int64_t most_in_page = 100;
constexpr std::size_t most_names = 100;
constexpr const char* arn_of_alarms = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:";

bool is_state(const std::string& s) {
  constexpr std::array<std::string_view, 3> known{"OK", "ALARM", "INSUFFICIENT_DATA"};
  return std::find(known.begin(), known.end(), s) != known.end();
}

refusal invalid(const std::string& why) { return refused("ValidationError", why); }

bool among(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// Metric alarms alone are shown to those who name no type.
bool is_asked_for(const json::object& in, const std::string& name, const alarm& a) {
  const auto types = members::texts(in, "AlarmTypes");
  if (types.empty() ? a.composite : !among(types, a.composite ? "CompositeAlarm" : "MetricAlarm"))
    return false;
  const auto names = members::texts(in, "AlarmNames");
  if (!names.empty() && !among(names, name)) return false;
  const auto state = members::text(in, "StateValue");
  return name.starts_with(members::text(in, "AlarmNamePrefix")) && (state.empty() || state == a.state);
}

json::object shown(const std::string& name, const alarm& a) {
  auto out = a.as_put;
  out["AlarmName"] = name;
  out["AlarmArn"] = arn_of_alarms + name;
  out["StateValue"] = a.state;
  out["StateReason"] = a.reason;
  out["StateUpdatedTimestamp"] = seconds_of(a.changed);
  return out;
}

/// What is wrong with a metric alarm, or nothing.
std::string wrong_with(const json::object& in) {
  for (const auto* needed : {"EvaluationPeriods", "ComparisonOperator"})
    if (members::text(in, needed).empty()) return std::string("The parameter ") + needed + " is required.";
  if (!in.contains("MetricName") && !in.contains("Metrics"))
    return "MetricName or Metrics must be specified.";
  return {};
}

}  // namespace

reply alarms::put(const json::object& in, bool composite, time_point now) {
  const auto name = members::text(in, "AlarmName");
  if (name.empty()) return invalid("The parameter AlarmName is required.");
  if (composite && members::text(in, "AlarmRule").empty())
    return invalid("The parameter AlarmRule is required.");
  if (const auto wrong = wrong_with(in); !composite && !wrong.empty()) return invalid(wrong);
  const auto [at, fresh] = all_.try_emplace(name);
  if (!fresh && at->second.composite != composite)
    return invalid("An alarm of the other type has this name.");
  at->second.composite = composite;
  at->second.as_put = in;
  if (fresh) at->second.changed = now;
  return json::object{};
}

reply alarms::set_state(const json::object& in, time_point now) {
  const auto found = all_.find(members::text(in, "AlarmName"));
  const auto state = members::text(in, "StateValue");
  if (found == all_.end()) return refused("ResourceNotFound", "Alarm does not exist");
  if (!is_state(state)) return invalid("StateValue is OK, ALARM or INSUFFICIENT_DATA.");
  if (members::text(in, "StateReason").empty()) return invalid("The parameter StateReason is required.");
  found->second.state = state;
  found->second.reason = members::text(in, "StateReason");
  found->second.changed = now;
  return json::object{};
}

reply alarms::describe(const json::object& in) const {
  const auto most = members::whole(in, "MaxRecords", usual_page);
  if (most < 1 || most > most_in_page) return invalid("MaxRecords is between 1 and 100.");
  const auto names = members::list(in, "AlarmNames").size();
  if (names > most_names) return invalid("At most 100 AlarmNames can be given.");
  if (names > 0 && in.contains("AlarmNamePrefix"))
    return invalid("AlarmNames and AlarmNamePrefix cannot be given together.");
  json::array metric;
  json::array composite;
  json::object out;
  // The token is the name that the page before ended with.
  for (auto a = all_.upper_bound(members::text(in, "NextToken")); a != all_.end(); ++a) {
    if (!is_asked_for(in, a->first, a->second)) continue;
    if (static_cast<std::int64_t>(metric.size() + composite.size()) == most) {
      out["NextToken"] = std::prev(a)->first;
      break;
    }
    (a->second.composite ? composite : metric).push_back(shown(a->first, a->second));
  }
  out["MetricAlarms"] = std::move(metric);
  out["CompositeAlarms"] = std::move(composite);
  return out;
}

reply alarms::ask(const std::string& operation, const json::object& input, time_point now) {
  if (operation == "PutMetricAlarm") return put(input, false, now);
  if (operation == "PutCompositeAlarm") return put(input, true, now);
  if (operation == "SetAlarmState") return set_state(input, now);
  if (operation == "DescribeAlarms") return describe(input);
  return refused("InvalidAction", operation + " is not modelled");
}

}  // namespace shipflow::cloud
