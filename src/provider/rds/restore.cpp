// New instances from backups, and their end. Nothing is restored in place.
#include "aws/lists.hpp"
#include "base/members.hpp"
#include "provider/rds/actions.hpp"

#include <algorithm>

namespace shipflow::rds {
namespace {

struct instance {
  std::string id, status, effect, address;
  std::int64_t port = 0;
};

aws::got<std::optional<instance>> find(session& s, const std::string& id) {
  const auto said = s.attempt(service, "DescribeDBInstances", {{"DBInstanceIdentifier", id}});
  if (!said) {
    if (said.error().code == errc::not_found) return std::optional<instance>{};
    return aws::visit::not_read(said.error());
  }
  for (const auto* o : aws::listed(*said, "DBInstances", "DBInstance")) {
    const auto& endpoint = members::object(*o, "Endpoint");
    return std::optional(instance{id, members::text(*o, "DBInstanceStatus"),
                                  aws::tag_in(aws::listed(*o, "TagList", "Tag"), effect_tag),
                                  members::text(endpoint, "Address"), members::whole(endpoint, "Port")});
  }
  return std::optional<instance>{};
}

answer started(const session& s, const std::string& id, const std::string& from) {
  return answer::started({{"instance", id}, {"made_from", from}, {"begun", to_ms(s.on.now())}},
                         look_again(duration{0}));
}

/// What a new instance has of the source.
json::object like_source(const session& s, const source& from) {
  json::object in{{"PubliclyAccessible", members::truth(from.raw, "PubliclyAccessible")},
                  {"Tags", own_tags(s.q)}};
  auto kind = members::text(s.q.inputs, "class");
  if (kind.empty()) kind = members::text(from.raw, "DBInstanceClass");
  in["DBInstanceClass"] = kind;
  const auto subnets = members::text(members::object(from.raw, "DBSubnetGroup"), "DBSubnetGroupName");
  if (!subnets.empty()) in["DBSubnetGroupName"] = subnets;
  json::array groups;
  for (const auto* g : aws::listed(from.raw, "VpcSecurityGroups", "VpcSecurityGroupMembership"))
    groups.push_back(json::string(members::text(*g, "VpcSecurityGroupId")));
  if (!groups.empty()) in["VpcSecurityGroupIds"] = aws::numbered("VpcSecurityGroupId", groups);
  return in;
}

result<std::string> new_name(const session& s) {
  const auto as = members::text(s.q.inputs, "as");
  if (as.empty())
    return make_error(errc::invalid_argument, s.q.component + ": restore needs `as`, a new name");
  if (as == s.bound.source)
    return make_error(errc::invalid_argument,
                      s.q.component + ": nothing is restored in place; `as` must be a new name");
  return as;
}

answer asked(session& s, const std::string& as, const std::string& operation, json::object in,
             const std::string& from) {
  const auto said = s.attempt(service, operation, std::move(in));
  if (said) return started(s, as, from);
  if (!said.error().aws_code.starts_with("DBInstanceAlreadyExists"))
    return aws::visit::not_written(said.error());
  return answer::conflict(s.q.component + ": instance " + as + " exists, and this step did not make it");
}

answer begin(session& s, const std::string& as) {
  auto snapshot = members::text(s.q.inputs, "snapshot");
  const auto at = members::text(s.q.inputs, "at");
  if (snapshot.empty() == at.empty())
    return s.refuse(errc::invalid_argument, "restore needs either `snapshot` or `at`");
  const auto when = at == "latest" ? result<time_point>(time_point{}) : parse_time(at);
  if (!at.empty() && !when) return answer::failed(when.error());
  const auto from = look_at_source(s);
  if (!from) return from.error();
  auto in = like_source(s, *from);
  if (!at.empty()) {
    in["SourceDBInstanceIdentifier"] = s.bound.source;
    in["TargetDBInstanceIdentifier"] = as;
    if (at == "latest")
      in["UseLatestRestorableTime"] = true;
    else
      in["RestoreTime"] = format_time(*when);
    return asked(s, as, "RestoreDBInstanceToPointInTime", std::move(in), s.bound.source + " at " + at);
  }
  if (snapshot == "latest") {
    const auto newest = newest_own(s);
    if (!newest) return newest.error();
    snapshot = newest->id;
  }
  in["DBInstanceIdentifier"] = as;
  in["DBSnapshotIdentifier"] = snapshot;
  return asked(s, as, "RestoreDBInstanceFromDBSnapshot", std::move(in), snapshot);
}

answer settle_restore(session& s) {
  const auto& handle = members::as_object(s.q.handle);
  const auto id = members::text(handle, "instance");
  if (id.empty()) return s.refuse(errc::invalid_argument, "the handle is not one of a restore");
  if (s.q.stop.stop_requested())
    return s.refuse(errc::cancelled,
                    "instance " + id + " is not waited for any more; RDS finishes and keeps it");
  const auto since = s.on.now() - from_ms(members::whole(handle, "begun"));
  const auto seen = find(s, id);
  if (!seen) return seen.error();
  if (!*seen) return s.refuse(errc::not_found, "instance " + id + " is gone; somebody deleted it");
  const auto& i = **seen;
  if (i.status == "available")
    return answer::done({{"instance", id},
                         {"address", i.address},
                         {"port", i.port},
                         {"made_from", members::text(handle, "made_from")}});
  if (is_stuck(i.status)) return s.refuse(errc::failed, "instance " + id + " is " + i.status);
  return answer::in_progress(-1, "instance " + id + " is " + i.status, look_again(since));
}

answer settle_discard(session& s) {
  const auto& handle = members::as_object(s.q.handle);
  const auto id = members::text(handle, "instance");
  const auto seen = find(s, id);
  if (!seen) return seen.error();
  if (!*seen) return answer::done({{"instance", id}});
  return answer::in_progress(-1, "instance " + id + " is " + (*seen)->status,
                             look_again(s.on.now() - from_ms(members::whole(handle, "begun"))));
}

}  // namespace

answer restore(session& s) {
  if (s.q.what == verb::settle) return settle_restore(s);
  if (s.q.what != verb::apply && s.q.what != verb::resolve) return answer::done();
  const auto as = new_name(s);
  if (!as) return answer::failed(as.error());
  const auto seen = find(s, *as);
  if (!seen) return seen.error();
  if (*seen && (*seen)->effect == s.q.effect_key)
    return started(s, *as, members::text(s.q.inputs, "snapshot") + members::text(s.q.inputs, "at"));
  if (*seen)
    return answer::conflict(s.q.component + ": instance " + *as + " exists, and this step did not make it");
  if (s.q.what == verb::resolve) return answer::not_applied();
  return begin(s, *as);
}

answer discard(session& s) {
  if (s.q.what == verb::settle) return settle_discard(s);
  if (s.q.what != verb::apply && s.q.what != verb::resolve) return answer::done();
  const auto id = members::text(s.q.inputs, "instance");
  if (id.empty()) return s.refuse(errc::invalid_argument, "discard needs `instance`");
  const auto seen = find(s, id);
  if (!seen) return seen.error();
  if (!*seen) return answer::done({{"instance", id}});
  if ((*seen)->effect.empty() || id == s.bound.source)
    return s.refuse(errc::denied, "instance " + id + " is not one that `restore` made; it is kept");
  const json::object handle{{"instance", id}, {"begun", to_ms(s.on.now())}};
  if ((*seen)->status == "deleting") return answer::started(handle, look_again(duration{0}));
  if (s.q.what == verb::resolve) return answer::not_applied();
  const auto said =
      s.write(service, "DeleteDBInstance", {{"DBInstanceIdentifier", id}, {"SkipFinalSnapshot", true}});
  if (!said) return said.error();
  return answer::started(handle, look_again(duration{0}));
}

}  // namespace shipflow::rds
