#include "world/aws/elb.hpp"

#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloud {
namespace {

constexpr std::size_t most_groups = 5;

std::string group_name(const std::string& arn) {
  const auto from = arn.find("targetgroup/");
  if (from == std::string::npos) return last_part(arn);
  const auto rest = arn.substr(from + 12);
  return rest.substr(0, rest.find('/'));
}

/// Target group -> weight, of one action.
std::map<std::string, int> groups_of(const json::object& action) {
  std::map<std::string, int> out;
  for (const auto& g : members::list(members::object(action, "ForwardConfig"), "TargetGroups")) {
    const auto& group = members::as_object(g);
    out[members::text(group, "TargetGroupArn")] = static_cast<int>(members::whole(group, "Weight", 1));
  }
  if (const auto one = members::text(action, "TargetGroupArn"); out.empty() && !one.empty()) out[one] = 1;
  return out;
}

json::object forward_to(const std::map<std::string, int>& groups, const json::object& before) {
  json::array list;
  for (const auto& [arn, weight] : groups)
    list.push_back(json::object{{"TargetGroupArn", arn}, {"Weight", weight}});
  json::object out = before;
  out["Type"] = "forward";
  auto configuration = members::object(before, "ForwardConfig");
  configuration["TargetGroups"] = std::move(list);
  // A form has texts only; what is shown is what was meant.
  auto sticky = members::object(configuration, "TargetGroupStickinessConfig");
  sticky["Enabled"] = members::truth(sticky, "Enabled");
  if (sticky.contains("DurationSeconds"))
    sticky["DurationSeconds"] = members::whole(sticky, "DurationSeconds");
  configuration["TargetGroupStickinessConfig"] = std::move(sticky);
  out["ForwardConfig"] = std::move(configuration);
  out.erase("TargetGroupArn");
  if (groups.size() == 1) out["TargetGroupArn"] = groups.begin()->first;
  return out;
}

}  // namespace

const std::map<std::string, elb::handler>& elb::handlers() {
  static const std::map<std::string, handler> all{{"DescribeListeners", &elb::describe_listeners},
                                                  {"ModifyListener", &elb::modify_listener},
                                                  {"DescribeRules", &elb::describe_rules},
                                                  {"ModifyRule", &elb::modify_rule},
                                                  {"CreateRule", &elb::create_rule},
                                                  {"DeleteRule", &elb::delete_rule},
                                                  {"DescribeTargetGroups", &elb::describe_target_groups},
                                                  {"DescribeTargetHealth", &elb::describe_target_health},
                                                  {"DescribeTags", &elb::describe_tags},
                                                  {"AddTags", &elb::add_tags},
                                                  {"RemoveTags", &elb::remove_tags}};
  return all;
}

elb::elb(ecs& tasks) : ecs_(tasks) {
  tasks.route = [this](const std::string& arn, const std::map<std::string, int>& weights) {
    set_weights(arn, weights);
  };
}

reply elb::ask(const std::string& operation, const json::object& input, time_point /*now*/) {
  const auto found = handlers().find(operation);
  if (found == handlers().end()) return refused("InvalidAction", operation + " is not modelled");
  return (this->*found->second)(input);
}

void elb::install(const std::string& listener, const std::vector<std::pair<std::string, int>>& forward) {
  const std::map<std::string, int> groups(forward.begin(), forward.end());
  listeners_[listener] = {forward_to(groups, {})};
}

void elb::install_rule(const std::string& arn, const std::vector<std::pair<std::string, int>>& forward) {
  const std::map<std::string, int> groups(forward.begin(), forward.end());
  rule r;
  r.arn = arn;
  r.listener = arn.substr(0, arn.find_last_of('/'));
  if (const auto at = r.listener.find(":listener-rule/"); at != std::string::npos)
    r.listener.replace(at, 15, ":listener/");
  r.priority = "10";
  r.conditions = {json::object{{"Field", "host-header"},
                               {"Values", json::array{"shop.example.com"}},
                               {"HostHeaderConfig", {{"Values", json::array{"shop.example.com"}}}}}};
  r.actions = {forward_to(groups, {})};
  if (!listeners_.contains(r.listener))
    listeners_[r.listener] = {
        json::object{{"Type", "fixed-response"}, {"FixedResponseConfig", {{"StatusCode", "404"}}}}};
  rules_.push_back(std::move(r));
}

const json::array* elb::actions_of(const std::string& arn) const {
  if (const auto found = listeners_.find(arn); found != listeners_.end()) return &found->second;
  for (const auto& r : rules_)
    if (r.arn == arn) return &r.actions;
  return nullptr;
}

std::map<std::string, int> elb::weights(const std::string& arn) const {
  const auto* actions = actions_of(arn);
  if (actions == nullptr) return {};
  for (const auto& a : *actions)
    if (members::text(members::as_object(a), "Type") == "forward") return groups_of(members::as_object(a));
  return {};
}

void elb::set_weights(const std::string& arn, const std::map<std::string, int>& to) {
  auto* actions = const_cast<json::array*>(actions_of(arn));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  if (actions == nullptr) return;
  for (auto& a : *actions)
    if (members::text(members::as_object(a), "Type") == "forward") a = forward_to(to, members::as_object(a));
}

bool elb::answers_itself(const std::string& listener) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const rule& r) {
    return r.listener == listener && !r.actions.empty() &&
           members::text(members::as_object(r.actions.at(0)), "Type") == "fixed-response";
  });
}

bool elb::forwarded_to(const std::string& group) const {
  const auto names = [&](const json::array& actions) {
    return std::any_of(actions.begin(), actions.end(),
                       [&](const auto& a) { return groups_of(members::as_object(a)).contains(group); });
  };
  return std::any_of(listeners_.begin(), listeners_.end(), [&](const auto& l) { return names(l.second); }) ||
         std::any_of(rules_.begin(), rules_.end(), [&](const rule& r) { return names(r.actions); });
}

// What is stored is what comes back: forwards in both forms.
boost::system::result<json::array, refusal> elb::checked(const json::array& actions) const {
  if (actions.empty()) return refused("ValidationError", "Actions must not be empty");
  json::array out;
  for (const auto& a : actions) {
    const auto& action = members::as_object(a);
    const auto type = members::text(action, "Type");
    if (type == "fixed-response" && members::object(action, "FixedResponseConfig").empty())
      return refused("InvalidLoadBalancerAction", "A fixed-response action needs FixedResponseConfig");
    if (type != "forward") {
      out.push_back(action);
      continue;
    }
    const auto groups = groups_of(action);
    if (groups.empty() || groups.size() > most_groups)
      return refused("InvalidLoadBalancerAction", "A forward action needs 1 to 5 target groups");
    for (const auto& [arn, weight] : groups) {
      if (ecs_.in_target_group(arn).empty())
        return refused("TargetGroupNotFound", "One or more target groups not found");
      if (weight < 0 || weight > 999)
        return refused("InvalidLoadBalancerAction", "A weight must be between 0 and 999");
    }
    out.push_back(forward_to(groups, action));
  }
  return out;
}

reply elb::describe_listeners(const json::object& in) {
  json::array found;
  for (const auto& arn : members::texts(in, "ListenerArns")) {
    const auto l = listeners_.find(arn);
    if (l == listeners_.end()) return refused("ListenerNotFound", "One or more listeners not found");
    found.push_back(json::object{
        {"ListenerArn", arn}, {"Port", 443}, {"Protocol", "HTTPS"}, {"DefaultActions", l->second}});
  }
  return json::object{{"Listeners", std::move(found)}};
}

reply elb::modify_listener(const json::object& in) {
  const auto arn = members::text(in, "ListenerArn");
  const auto l = listeners_.find(arn);
  if (l == listeners_.end()) return refused("ListenerNotFound", "One or more listeners not found");
  auto actions = checked(members::list(in, "DefaultActions"));
  if (!actions) return actions.error();
  if (l->second != *actions) ++changes_;
  l->second = std::move(*actions);
  return describe_listeners({{"ListenerArns", json::array{json::string(arn)}}});
}

json::object elb::shown(const rule& r) const {
  return {{"RuleArn", r.arn},
          {"Priority", r.priority},
          {"Conditions", r.conditions},
          {"Actions", r.actions},
          {"IsDefault", false}};
}

reply elb::describe_rules(const json::object& in) {
  json::array found;
  const auto listener = members::text(in, "ListenerArn");
  if (!listener.empty()) {
    const auto l = listeners_.find(listener);
    if (l == listeners_.end()) return refused("ListenerNotFound", "One or more listeners not found");
    for (const auto& r : rules_)
      if (r.listener == listener) found.push_back(shown(r));
    found.push_back(json::object{{"RuleArn", listener + "/default"},
                                 {"Priority", "default"},
                                 {"Conditions", json::array{}},
                                 {"Actions", l->second},
                                 {"IsDefault", true}});
  }
  for (const auto& arn : members::texts(in, "RuleArns")) {
    const auto r =
        std::find_if(rules_.begin(), rules_.end(), [&](const rule& one) { return one.arn == arn; });
    if (r == rules_.end()) return refused("RuleNotFound", "One or more rules not found");
    found.push_back(shown(*r));
  }
  return json::object{{"Rules", std::move(found)}};
}

reply elb::modify_rule(const json::object& in) {
  for (auto& r : rules_) {
    if (r.arn != members::text(in, "RuleArn")) continue;
    if (in.contains("Actions")) {
      auto actions = checked(members::list(in, "Actions"));
      if (!actions) return actions.error();
      if (r.actions != *actions) ++changes_;
      r.actions = std::move(*actions);
    }
    return json::object{{"Rules", json::array{shown(r)}}};
  }
  return refused("RuleNotFound", "One or more rules not found");
}

reply elb::create_rule(const json::object& in) {
  rule r;
  r.listener = members::text(in, "ListenerArn");
  if (!listeners_.contains(r.listener)) return refused("ListenerNotFound", "One or more listeners not found");
  const auto priority = members::whole(in, "Priority", 0);
  if (priority < 1 || priority > 50'000)
    return refused("ValidationError", "Priority must be between 1 and 50000");
  r.priority = std::to_string(priority);
  for (const auto& other : rules_)
    if (other.listener == r.listener && other.priority == r.priority)
      return refused("PriorityInUse", "Priority '" + r.priority + "' is currently in use");
  auto actions = checked(members::list(in, "Actions"));
  if (!actions) return actions.error();
  r.actions = std::move(*actions);
  r.conditions = members::list(in, "Conditions");
  if (r.conditions.empty()) return refused("ValidationError", "A rule needs conditions");
  r.arn = r.listener;
  if (const auto at = r.arn.find(":listener/"); at != std::string::npos)
    r.arn.replace(at, 10, ":listener-rule/");
  r.arn += "/" + std::to_string(++ids_);
  for (const auto& t : members::list(in, "Tags"))
    tags_[r.arn][members::text(members::as_object(t), "Key")] = members::text(members::as_object(t), "Value");
  rules_.push_back(r);
  ++changes_;
  return json::object{{"Rules", json::array{shown(r)}}};
}

reply elb::delete_rule(const json::object& in) {
  const auto r = std::find_if(rules_.begin(), rules_.end(),
                              [&](const rule& one) { return one.arn == members::text(in, "RuleArn"); });
  if (r == rules_.end()) return refused("RuleNotFound", "One or more rules not found");
  tags_.erase(r->arn);
  rules_.erase(r);
  ++changes_;
  return json::object{};
}

reply elb::describe_target_groups(const json::object& in) {
  json::array found;
  for (const auto& arn : members::texts(in, "TargetGroupArns")) {
    if (ecs_.in_target_group(arn).empty())
      return refused("TargetGroupNotFound", "One or more target groups not found");
    found.push_back(
        json::object{{"TargetGroupArn", arn}, {"TargetGroupName", group_name(arn)}, {"TargetType", "ip"}});
  }
  return json::object{{"TargetGroups", std::move(found)}};
}

reply elb::describe_target_health(const json::object& in) {
  const auto arn = members::text(in, "TargetGroupArn");
  const auto services = ecs_.in_target_group(arn);
  if (services.empty()) return refused("TargetGroupNotFound", "One or more target groups not found");
  const bool used = forwarded_to(arn);
  json::array all;
  for (const auto* s : services)
    for (const auto& t : ecs_.tasks()) {
      if (t.service != s->name || t.cluster != s->cluster) continue;
      if (t.at != task::stage::running && t.at != task::stage::draining) continue;
      if (!t.group.empty() && t.group != arn) continue;
      const auto* state = !used                           ? "unused"
                          : t.at == task::stage::draining ? "draining"
                          : t.healthy                     ? "healthy"
                                                          : "initial";
      all.push_back(json::object{{"Target", {{"Id", "task-" + t.id}, {"Port", 3000}}},
                                 {"TargetHealth", {{"State", state}}}});
    }
  return json::object{{"TargetHealthDescriptions", std::move(all)}};
}

reply elb::describe_tags(const json::object& in) {
  json::array all;
  for (const auto& arn : members::texts(in, "ResourceArns")) {
    json::array tags;
    for (const auto& [key, value] : tags_[arn]) tags.push_back(json::object{{"Key", key}, {"Value", value}});
    all.push_back(json::object{{"ResourceArn", arn}, {"Tags", std::move(tags)}});
  }
  return json::object{{"TagDescriptions", std::move(all)}};
}

reply elb::add_tags(const json::object& in) {
  for (const auto& arn : members::texts(in, "ResourceArns"))
    for (const auto& t : members::list(in, "Tags"))
      tags_[arn][members::text(members::as_object(t), "Key")] = members::text(members::as_object(t), "Value");
  return json::object{};
}

reply elb::remove_tags(const json::object& in) {
  for (const auto& arn : members::texts(in, "ResourceArns"))
    for (const auto& key : members::texts(in, "TagKeys")) tags_[arn].erase(key);
  return json::object{};
}

}  // namespace shipflow::cloud
