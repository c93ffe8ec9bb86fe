#include "provider/rds/restored.hpp"

#include "aws/lists.hpp"
#include "base/members.hpp"

namespace shipflow::rds {

result<std::string> new_name(const session& s) {
  const auto as = members::text(s.q.inputs, "as");
  if (as.empty()) return copy_name(s.bound, s.q);
  if (as == s.bound.source)
    return make_error(errc::invalid_argument,
                      s.q.component + ": nothing is restored in place; `as` must be a new name");
  return as;
}

std::string origin_text(const session& s) {
  const auto at = members::text(s.q.inputs, "at");
  return at.empty() ? members::text(s.q.inputs, "snapshot") : s.bound.source + " at " + at;
}

aws::got<origin> origin_of(session& s) {
  origin out;
  out.snapshot = members::text(s.q.inputs, "snapshot");
  const auto at = members::text(s.q.inputs, "at");
  if (out.snapshot.empty() == at.empty())
    return s.refuse(errc::invalid_argument, "restore needs either `snapshot` or `at`");
  out.text = origin_text(s);
  out.latest = at == "latest";
  if (!at.empty() && !out.latest) {
    const auto when = parse_time(at);
    if (!when) return answer::failed(when.error());
    out.at = *when;
  }
  if (out.snapshot != "latest") return out;
  const auto newest = newest_own(s);
  if (!newest) return newest.error();
  out.snapshot = out.text = newest->id;
  return out;
}

aws::got<std::optional<instance>> find_instance(session& s, const std::string& id) {
  const auto said = s.attempt(service, "DescribeDBInstances", {{"DBInstanceIdentifier", id}});
  if (!said) {
    if (said.error().code == errc::not_found) return std::optional<instance>{};
    return aws::visit::not_read(said.error());
  }
  for (const auto* o : aws::listed(*said, "DBInstances", "DBInstance")) {
    const auto& endpoint = members::object(*o, "Endpoint");
    instance out;
    out.id = id;
    out.status = members::text(*o, "DBInstanceStatus");
    out.effect = aws::tag_in(aws::listed(*o, "TagList", "Tag"), effect_tag);
    out.kind = members::text(*o, "DBInstanceClass");
    out.address = members::text(endpoint, "Address");
    out.port = members::whole(endpoint, "Port");
    out.is_public = members::truth(*o, "PubliclyAccessible");
    for (const auto* g : aws::listed(*o, "DBParameterGroups", "DBParameterGroup"))
      out.parameters = members::text(*g, "DBParameterGroupName");
    return std::optional(std::move(out));
  }
  return std::optional<instance>{};
}

json::object network_of(const session& s, const source& from) {
  json::object in{{"Tags", own_tags(s.q)}};
  // A cluster names its group, an instance describes it.
  auto subnets = members::text(from.raw, "DBSubnetGroup");
  if (subnets.empty())
    subnets = members::text(members::object(from.raw, "DBSubnetGroup"), "DBSubnetGroupName");
  if (!subnets.empty()) in["DBSubnetGroupName"] = subnets;
  json::array groups;
  for (const auto* g : aws::listed(from.raw, "VpcSecurityGroups", "VpcSecurityGroupMembership"))
    groups.push_back(json::string(members::text(*g, "VpcSecurityGroupId")));
  if (!groups.empty()) in["VpcSecurityGroupIds"] = aws::numbered("VpcSecurityGroupId", groups);
  return in;
}

answer exists(const session& s, const std::string& kind, const std::string& id) {
  return answer::conflict(s.q.component + ": " + kind + " " + id + " exists, and this step did not make it");
}

}  // namespace shipflow::rds
