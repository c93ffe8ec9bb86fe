#include "provider/ecs/traffic.hpp"

#include "base/members.hpp"

#include <charconv>
#include <sstream>

namespace shipflow::ecs {
namespace {

constexpr const char* note_tag = "shipflow:traffic";

const std::string& arn_of(const binding& b) { return b.listener.empty() ? b.rule : b.listener; }

bool is_forward(const json::value& action) {
  return members::text(members::as_object(action), "Type") == "forward";
}

// One group may come back alone, or as a list of one.
std::map<std::string, int> weights_in(const json::object& forward) {
  std::map<std::string, int> out;
  for (const auto& g : members::list(members::object(forward, "ForwardConfig"), "TargetGroups")) {
    const auto& group = members::as_object(g);
    out[members::text(group, "TargetGroupArn")] = static_cast<int>(members::whole(group, "Weight", 1));
  }
  if (const auto one = members::text(forward, "TargetGroupArn"); out.empty() && !one.empty()) out[one] = 1;
  return out;
}

got<std::string> memory_of(session& s) {
  const auto tags =
      s.read(aws::elbv2, "DescribeTags", {{"ResourceArns", json::array{json::string(arn_of(s.bound))}}});
  if (!tags) return tags.error();
  for (const auto& d : members::list(*tags, "TagDescriptions"))
    for (const auto& t : members::list(members::as_object(d), "Tags"))
      if (members::text(members::as_object(t), "Key") == note_tag)
        return members::text(members::as_object(t), "Value");
  return std::string{};
}

// The secret of an OIDC client is not told, and asked to stay.
void keep_secret(json::object& action) {
  auto* oidc = action.if_contains("AuthenticateOidcConfig");
  if (oidc == nullptr || !oidc->is_object() || oidc->get_object().contains("ClientSecret")) return;
  oidc->get_object()["UseExistingClientSecret"] = true;
}

// "90/10", blue first.
std::optional<per_colour<int>> pair_from(const std::string& text) {
  per_colour<int> out;
  const auto* end = text.data() + text.size();
  const auto blue = std::from_chars(text.data(), end, out[colour::blue]);
  if (blue.ec != std::errc{} || blue.ptr == end || *blue.ptr != '/') return std::nullopt;
  const auto green = std::from_chars(blue.ptr + 1, end, out[colour::green]);
  if (green.ec != std::errc{} || green.ptr != end) return std::nullopt;
  return out;
}

}  // namespace

got<route> read_route(session& s) {
  const auto& b = s.bound;
  const bool listener = !b.listener.empty();
  const auto seen =
      listener
          ? s.read(aws::elbv2, "DescribeListeners", {{"ListenerArns", json::array{json::string(b.listener)}}})
          : s.read(aws::elbv2, "DescribeRules", {{"RuleArns", json::array{json::string(b.rule)}}});
  if (!seen) return seen.error();
  route r;
  for (const auto& one : members::list(*seen, listener ? "Listeners" : "Rules"))
    r.actions = members::list(members::as_object(one), listener ? "DefaultActions" : "Actions");
  for (const auto& a : r.actions)
    if (is_forward(a)) r.weights = weights_in(a.get_object());
  auto memory = memory_of(s);
  if (!memory) return memory.error();
  r.memory = std::move(*memory);
  return r;
}

got<per_colour<std::string>> groups_of(session& s, const per_colour<json::object>& services) {
  auto out = s.bound.groups;
  for (const auto c : both_colours) {
    if (!out[c].empty()) continue;
    for (const auto& b : members::list(services[c], "loadBalancers"))
      if (out[c].empty()) out[c] = members::text(members::as_object(b), "targetGroupArn");
    if (out[c].empty())
      return s.refuse(errc::invalid_argument,
                      "service " + s.at(c) +
                          " registers in no target group; name both in `target_groups` "
                          "of blue_green");
  }
  if (out[colour::blue] == out[colour::green])
    return s.refuse(errc::invalid_argument, "both services register in target group " + out[colour::blue]);
  return out;
}

per_colour<int> share_of(const route& r, const per_colour<std::string>& groups) {
  per_colour<int> weight;
  int all = 0;
  for (const auto c : both_colours) {
    const auto found = r.weights.find(groups[c]);
    weight[c] = found == r.weights.end() ? 0 : found->second;
    all += weight[c];
  }
  if (all == 0) return weight;
  per_colour<int> share;
  share[colour::blue] = (weight[colour::blue] * 100 + all / 2) / all;
  share[colour::green] = 100 - share[colour::blue];
  return share;
}

result<json::array> with_weights(const json::array& actions, const per_colour<std::string>& groups,
                                 const per_colour<int>& share) {
  json::array out = actions;
  bool found = false;
  for (auto& a : out) {
    if (!a.is_object()) continue;
    keep_secret(a.get_object());
    if (!is_forward(a)) continue;
    found = true;
    json::array list;
    for (const auto c : both_colours)
      list.push_back(json::object{{"TargetGroupArn", groups[c]}, {"Weight", share[c]}});
    auto configuration = members::object(a.get_object(), "ForwardConfig");
    configuration["TargetGroups"] = std::move(list);
    a.get_object()["ForwardConfig"] = std::move(configuration);
    a.get_object().erase("TargetGroupArn");
  }
  if (!found)
    return make_error(errc::conflict, "there is no forward among the actions: " + json::serialize(actions));
  return out;
}

got<json::object> write_actions(session& s, const json::array& actions) {
  if (!s.bound.listener.empty())
    return s.write(aws::elbv2, "ModifyListener",
                   {{"ListenerArn", s.bound.listener}, {"DefaultActions", actions}});
  return s.write(aws::elbv2, "ModifyRule", {{"RuleArn", s.bound.rule}, {"Actions", actions}});
}

std::string short_id(const std::string& id) { return sha256_hex(id).substr(0, 16); }

std::string to_text(const note& n) {
  const auto pair = [](const per_colour<int>& v) {
    return std::to_string(v[colour::blue]) + "/" + std::to_string(v[colour::green]);
  };
  return "run=" + n.run + ":effect=" + n.effect + ":set=" + pair(n.set) + ":was=" + pair(n.was);
}

std::optional<note> note_from(const std::string& text) {
  std::istringstream in(text);
  std::map<std::string, std::string> words;
  for (std::string word; std::getline(in, word, ':');)
    if (const auto equals = word.find('='); equals != std::string::npos)
      words[word.substr(0, equals)] = word.substr(equals + 1);
  const auto set = pair_from(words["set"]);
  const auto was = pair_from(words["was"]);
  if (!set || !was || words["run"].empty()) return std::nullopt;
  return note{words["run"], words["effect"], *set, *was};
}

got<json::object> write_note(session& s, const note& n) {
  return s.write(aws::elbv2, "AddTags",
                 {{"ResourceArns", json::array{json::string(arn_of(s.bound))}},
                  {"Tags", json::array{json::object{{"Key", note_tag}, {"Value", to_text(n)}}}}});
}

got<health> read_health(session& s, const std::string& group) {
  const auto seen = s.read(aws::elbv2, "DescribeTargetHealth", {{"TargetGroupArn", group}});
  if (!seen) return seen.error();
  health h;
  std::map<std::string, int> states;
  for (const auto& d : members::list(*seen, "TargetHealthDescriptions"))
    ++states[members::text(members::object(members::as_object(d), "TargetHealth"), "State")];
  for (const auto& [state, count] : states) {
    if (state == "healthy") {
      h.healthy = count;
      continue;
    }
    h.others += count;
    h.unused = h.unused || state == "unused";
    h.states += (h.states.empty() ? "" : ", ") + std::to_string(count) + " " + state;
  }
  return h;
}

}  // namespace shipflow::ecs
