// Maintenance: a rule in front of what is there answers by itself. What was there is never touched, so it is
// whole again as soon as the rule is gone.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"

#include <algorithm>

namespace shipflow::ecs {
namespace {

constexpr const char* tag = "shipflow:maintenance";
constexpr std::size_t tags_at_once = 20;

// "listener-rule/app/name/lb/listener/rule" belongs to "listener/app/name/lb/listener".
std::string listener_of(const binding& b) {
  if (!b.listener.empty()) return b.listener;
  auto arn = b.rule.substr(0, b.rule.find_last_of('/'));
  if (const auto at = arn.find(":listener-rule/"); at != std::string::npos) arn.replace(at, 15, ":listener/");
  return arn;
}

got<json::array> rules_of(session& s) {
  const auto seen = s.read(aws::elbv2, "DescribeRules", {{"ListenerArn", listener_of(s.bound)}});
  if (!seen) return seen.error();
  return members::list(*seen, "Rules");
}

bool answers_itself(const json::object& rule) {
  const auto& actions = members::list(rule, "Actions");
  return actions.size() == 1 && members::text(members::as_object(actions.at(0)), "Type") == "fixed-response";
}

got<std::string> tagged_among(session& s, const json::array& arns) {
  const auto seen = s.read(aws::elbv2, "DescribeTags", {{"ResourceArns", arns}});
  if (!seen) return seen.error();
  for (const auto& d : members::list(*seen, "TagDescriptions"))
    for (const auto& t : members::list(members::as_object(d), "Tags"))
      if (members::text(members::as_object(t), "Key") == tag &&
          members::text(members::as_object(t), "Value") == s.q.component)
        return members::text(members::as_object(d), "ResourceArn");
  return std::string{};
}

/// Conditions may come back in two forms and are taken in one.
json::array conditions_for(const session& s, const json::array& rules) {
  for (const auto& r : rules) {
    const auto& rule = members::as_object(r);
    if (s.bound.rule.empty() || members::text(rule, "RuleArn") != s.bound.rule) continue;
    auto out = members::list(rule, "Conditions");
    for (auto& c : out)
      if (c.is_object() && c.get_object().size() > 2) c.get_object().erase("Values");
    return out;
  }
  return {json::object{{"Field", "path-pattern"}, {"PathPatternConfig", {{"Values", json::array{"/*"}}}}}};
}

std::int64_t first_priority(const json::array& rules) {
  std::int64_t least = 2;
  bool any = false;
  for (const auto& r : rules) {
    const auto n = members::whole(members::as_object(r), "Priority", 0);
    if (n == 0) continue;
    least = any ? std::min(least, n) : n;
    any = true;
  }
  return least - 1;
}

answer set_on(session& s) {
  const auto rules = rules_of(s);
  if (!rules) return rules.error();
  const auto priority = first_priority(*rules);
  if (priority < 1)
    return s.refuse(errc::conflict,
                    "a rule has priority 1, so none can stand before it; give it a higher number");
  auto page = members::text(s.q.inputs, "page");
  if (page.empty()) page = "We will be back soon.";
  if (page.size() > longest_page)
    return s.refuse(errc::invalid_argument,
                    "page has more than 1024 bytes, which a load balancer cannot keep");
  const bool html = page.starts_with("<");
  const json::object fixed{
      {"Type", "fixed-response"},
      {"Order", 1},
      {"FixedResponseConfig",
       {{"StatusCode", "503"}, {"ContentType", html ? "text/html" : "text/plain"}, {"MessageBody", page}}}};
  const auto made = s.write(aws::elbv2, "CreateRule",
                            {{"ListenerArn", listener_of(s.bound)},
                             {"Priority", priority},
                             {"Conditions", conditions_for(s, *rules)},
                             {"Actions", json::array{fixed}},
                             {"Tags", json::array{json::object{{"Key", tag}, {"Value", s.q.component}}}}},
                            cloud::again::no);
  if (!made) return made.error();
  return answer::done({{"on", true}});
}

answer set_off(session& s, const std::string& rule) {
  const auto gone = s.write(aws::elbv2, "DeleteRule", {{"RuleArn", rule}});
  if (!gone && gone.error().problem.code != errc::not_found) return gone.error();
  return answer::done({{"on", false}});
}

}  // namespace

got<std::string> maintenance_rule(session& s) {
  const auto rules = rules_of(s);
  if (!rules) return rules.error();
  json::array arns;
  for (const auto& r : *rules) {
    const auto& rule = members::as_object(r);
    if (!answers_itself(rule)) continue;
    arns.push_back(json::string(members::text(rule, "RuleArn")));
    if (arns.size() < tags_at_once) continue;
    auto found = tagged_among(s, arns);
    if (!found || !found->empty()) return found;
    arns.clear();
  }
  if (arns.empty()) return std::string{};
  return tagged_among(s, arns);
}

answer maintenance(session& s, const picture& base) {
  if (!s.bound.routed())
    return s.refuse(errc::invalid_argument,
                    "maintenance needs `listener` or `rule` in blue_green of the binding");
  if (s.q.what == verb::ready) return answer::done();
  const auto rule = maintenance_rule(s);
  if (!rule) return rule.error();
  const bool is = !rule->empty();
  const bool wanted = s.q.what == verb::undo ? base.maintenance : members::truth(s.q.inputs, "on");
  if (s.q.what == verb::resolve && is != wanted) return answer::not_applied();
  if (is == wanted) return answer::done({{"on", wanted}});
  return wanted ? set_on(s) : set_off(s, *rule);
}

}  // namespace shipflow::ecs
