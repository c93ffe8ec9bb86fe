#include "provider/ecs/binding.hpp"

#include "aws/target.hpp"
#include "base/members.hpp"

#include <algorithm>

namespace shipflow::ecs {
namespace {

error wrong(const std::string& what) { return aws::wrong_binding("ecs", what); }

result<int> number(const json::object& o, const char* name, int fallback, int least, int most) {
  if (!o.contains(name)) return fallback;
  const auto n = members::whole(o, name, -1);
  if (n < least || n > most)
    return wrong(std::string(name) + " must be a whole number from " + std::to_string(least) + " to " +
                 std::to_string(most));
  return static_cast<int>(n);
}

// An ARN has six parts; the last ones say what it names.
bool names_a(const std::string& arn, std::string_view kind) {
  return arn.starts_with("arn:") && arn.find(kind) != std::string::npos &&
         std::count(arn.begin(), arn.end(), ':') >= 5;
}

result<void> read_traffic(const json::object& from, binding& b) {
  b.listener = members::text(from, "listener");
  b.rule = members::text(from, "rule");
  if (!b.listener.empty() && !b.rule.empty()) return wrong("blue_green has either `listener` or `rule`");
  if (!b.listener.empty() && !names_a(b.listener, ":listener/"))
    return wrong("blue_green: listener must be the ARN of a listener, not \"" + b.listener + "\"");
  if (!b.rule.empty() && !names_a(b.rule, ":listener-rule/"))
    return wrong("blue_green: rule must be the ARN of a listener's rule, not \"" + b.rule + "\"");
  const auto& groups = members::object(from, "target_groups");
  if (auto known = aws::only("ecs", groups, "target_groups: ", {"blue", "green"}); !known) return known;
  for (const auto c : both_colours) {
    b.groups[c] = members::text(groups, name_of(c));
    if (!b.groups[c].empty() && !names_a(b.groups[c], ":targetgroup/"))
      return wrong("target_groups: " + std::string(name_of(c)) + " must be the ARN of a target group");
  }
  if (b.groups[colour::blue].empty() != b.groups[colour::green].empty())
    return wrong("target_groups needs both blue and green");
  return {};
}

/// Another component's traffic, which says what is live.
result<void> read_leader(const json::value& leader, const json::object& beside, binding& b) {
  if (!leader.is_object()) return wrong("blue_green: follows must be a mapping");
  if (auto known = aws::only("ecs", leader.get_object(), "follows: ", {"listener", "rule", "target_groups"});
      !known)
    return known;
  if (beside.contains("listener") || beside.contains("rule") || beside.contains("target_groups"))
    return wrong("blue_green has either traffic of its own or `follows`");
  b.follows = true;
  if (auto read = read_traffic(leader.get_object(), b); !read) return read;
  if (!b.told() || b.groups[colour::blue].empty())
    return wrong("follows needs `listener` or `rule`, and `target_groups`");
  return {};
}

result<void> read_colours(const json::object& target, const json::object& from, binding& b) {
  if (auto known = aws::only("ecs", from, "blue_green: ",
                             {"by", "blue", "green", "listener", "rule", "target_groups", "follows"});
      !known)
    return known;
  const auto by = members::text(from, "by");
  if (by != "cluster" && by != "service") return wrong("blue_green: by must be cluster or service");
  const auto* shared = by == "cluster" ? "service" : "cluster";
  const auto common = members::text(target, shared);
  if (common.empty()) return wrong("blue_green by " + by + " needs `" + shared + "` beside it");
  if (target.contains(by)) return wrong("`" + by + "` stands in blue_green, as blue and green");
  for (const auto c : both_colours) {
    const auto own = members::text(from, name_of(c));
    if (own.empty()) return wrong("blue_green: " + std::string(name_of(c)) + " is missing");
    b.at[c] = by == "cluster" ? place{own, common} : place{common, own};
  }
  if (b.at[colour::blue] == b.at[colour::green]) return wrong("blue_green: blue and green are the same");
  b.two = true;
  const auto* leader = members::find(from, "follows");
  return leader == nullptr ? read_traffic(from, b) : read_leader(*leader, from, b);
}

result<native_strategy> read_native(const json::object& from) {
  if (auto known = aws::only("ecs", from, "native: ", {"strategy", "percent", "pause_minutes"}); !known)
    return known.error();
  native_strategy out;
  const auto name = members::text(from, "strategy");
  if (name == "blue_green") out.name = "BLUE_GREEN";
  if (name == "linear") out.name = "LINEAR";
  if (name == "canary") out.name = "CANARY";
  if (out.name.empty()) return wrong("native: strategy must be blue_green, linear or canary");
  if (name == "blue_green" && from.contains("percent"))
    return wrong("native: blue_green shifts everything at once and has no percent");
  const auto percent =
      name == "blue_green" ? result<int>(100) : number(from, "percent", 10, name == "linear" ? 3 : 1, 99);
  const auto pause = number(from, "pause_minutes", out.pause_minutes, 1, 20'160);
  if (!percent) return wrong("native: " + percent.error().message);
  if (!pause) return wrong("native: " + pause.error().message);
  out.percent = *percent;
  out.pause_minutes = *pause;
  return out;
}

}  // namespace

result<binding> read_binding(const json::object& target) {
  binding b;
  auto where = aws::read_target(
      "ecs", target,
      {"container", "cluster", "service", "blue_green", "native", "instances", "enough", "failed_tasks"});
  if (!where) return where.error();
  static_cast<aws::destination&>(b) = std::move(*where);
  b.container = members::text(target, "container");
  const auto instances = number(target, "instances", 0, 1, most_tasks);
  const auto enough = number(target, "enough", 100, 1, 100);
  const auto failed = number(target, "failed_tasks", 0, 1, 1000);
  for (const auto* n : {&instances, &enough, &failed})
    if (!*n) return n->error();
  b.instances = *instances;
  b.enough = *enough;
  b.failed_tasks = *failed;
  if (const auto* two = members::find(target, "blue_green"); two != nullptr) {
    if (!two->is_object()) return wrong("blue_green must be a mapping");
    if (target.contains("native"))
      return wrong("native is for one service and does not stand beside blue_green");
    if (auto read = read_colours(target, two->get_object(), b); !read) return read.error();
    return b;
  }
  if (const auto* native = members::find(target, "native"); native != nullptr) {
    if (!native->is_object()) return wrong("native must be a mapping");
    auto read = read_native(native->get_object());
    if (!read) return read.error();
    b.native = std::move(*read);
  }
  b.at[colour::blue] = {members::text(target, "cluster"), members::text(target, "service")};
  if (b.at[colour::blue].cluster.empty()) return wrong("cluster is missing");
  if (b.at[colour::blue].service.empty()) return wrong("service is missing");
  return b;
}

}  // namespace shipflow::ecs
