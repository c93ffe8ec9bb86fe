// Who is asking, and whether all is quiet. Nothing is changed.
#include "aws/paging.hpp"
#include "base/members.hpp"
#include "provider/aws/actions.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace shipflow::aws_checks {
namespace {

constexpr int most_pages = 20;

// "arn:aws:sts::1:assumed-role/deploy/session", "arn:aws:iam::1:user/team/me": deploy, me.
std::string name_in(const std::string& arn) {
  const auto slash = arn.find('/');
  if (slash == std::string::npos) return {};
  const auto rest = arn.substr(slash + 1);
  if (arn.find(":assumed-role/") != std::string::npos) return rest.substr(0, rest.find('/'));
  const auto last = rest.rfind('/');
  return last == std::string::npos ? rest : rest.substr(last + 1);
}

using states = std::map<std::string, std::string>;

void take(const json::object& page, states& into) {
  for (const auto* kind : {"MetricAlarms", "CompositeAlarms"})
    for (const auto& a : members::list(page, kind))
      into[members::text(members::as_object(a), "AlarmName")] =
          members::text(members::as_object(a), "StateValue");
}

aws::got<states> read_states(visit& v, const json::object& which) {
  states out;
  json::object input = which;
  input["AlarmTypes"] = json::array{"MetricAlarm", "CompositeAlarm"};
  input["MaxRecords"] = most_names;
  const auto all = aws::read_pages(v, {aws::cloudwatch, "DescribeAlarms", "NextToken", most_pages},
                                   std::move(input), [&](const json::object& page) {
                                     take(page, out);
                                     return members::text(page, "NextToken");
                                   });
  if (!all) return all.error();
  if (*all) return out;
  return v.refuse(errc::unsupported, "more than 2000 alarms; give a longer prefix");
}

// The names that are asked for, or all there are.
std::vector<std::string> meant(const std::vector<std::string>& names, const states& seen) {
  if (!names.empty()) return names;
  std::vector<std::string> out;
  for (const auto& [name, state] : seen) out.push_back(name);
  return out;
}

}  // namespace

answer identity(visit& v) {
  const auto said = v.read(aws::sts, "GetCallerIdentity", {});
  if (!said) return said.error();
  const auto account = members::text(*said, "Account");
  const auto arn = members::text(*said, "Arn");
  const json::object seen{{"account", account}, {"arn", arn}};
  auto wanted = members::text(v.q.inputs, "account");
  if (wanted.empty()) wanted = v.where.account;
  if (!wanted.empty() && wanted != account)
    return v.refuse(errc::denied, "the credentials are of account " + account + ", not of " + wanted, seen);
  const auto role = members::text(v.q.inputs, "role");
  if (!role.empty() && role != name_in(arn))
    return v.refuse(errc::denied, "the credentials are those of " + arn + ", not of " + role, seen);
  return answer::done(seen);
}

answer alarms(visit& v) {
  const auto names = members::texts(v.q.inputs, "names");
  const auto prefix = members::text(v.q.inputs, "prefix");
  const auto few = members::text(v.q.inputs, "insufficient");
  if (names.empty() == prefix.empty())
    return v.refuse(errc::invalid_argument,
                    "alarms are named by `names` or by `prefix`, not by both or neither");
  if (names.size() > most_names)
    return v.refuse(errc::invalid_argument, "at most " + std::to_string(most_names) + " names of alarms");
  if (!few.empty() && few != "ok" && few != "failed")
    return v.refuse(errc::invalid_argument, "`insufficient` is ok or failed, not " + few);
  json::object which;
  if (prefix.empty())
    which["AlarmNames"] = json::array(names.begin(), names.end());
  else
    which["AlarmNamePrefix"] = prefix;
  const auto seen = read_states(v, which);
  if (!seen) return seen.error();
  if (names.empty() && seen->empty())
    return v.refuse(errc::not_found, "there is no alarm whose name begins with " + prefix);
  json::array looked_at;
  for (const auto& name : meant(names, *seen)) {
    const auto found = seen->find(name);
    if (found == seen->end()) return v.refuse(errc::not_found, "there is no alarm " + name);
    const bool quiet = found->second == "OK" || (found->second == "INSUFFICIENT_DATA" && few == "ok");
    if (!quiet)
      return v.refuse(errc::failed, "alarm " + name + " is " + found->second, json::object{{"alarm", name}});
    looked_at.emplace_back(name);
  }
  return answer::done({{"alarms", std::move(looked_at)}});
}

}  // namespace shipflow::aws_checks
