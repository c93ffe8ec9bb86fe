// Instances: how they look, and new ones from backups.
#include "base/members.hpp"
#include "world/aws/rds.hpp"

namespace shipflow::cloud {

json::object rds::shown(const database& d) const {
  json::array tags;
  for (const auto& [key, value] : d.tags) tags.push_back(json::object{{"Key", key}, {"Value", value}});
  json::object out{{"Engine", d.engine},
                   {"EngineVersion", d.version},
                   {"AllocatedStorage", d.size_gb},
                   {"StorageEncrypted", d.encrypted},
                   {"BackupRetentionPeriod", d.retention},
                   {"TagList", std::move(tags)}};
  if (d.retention > 0) out["LatestRestorableTime"] = format_time(now_ - d.behind);
  if (d.cluster) {
    out["DBClusterIdentifier"] = d.id;
    out["Status"] = d.status;
    out["Endpoint"] = d.id + ".cluster-c1." + options_.region + ".rds.amazonaws.com";
    return out;
  }
  out["DBInstanceIdentifier"] = d.id;
  out["DBInstanceStatus"] = d.status;
  out["DBInstanceClass"] = d.kind;
  out["DBInstanceArn"] = arn("db:" + d.id);
  out["PubliclyAccessible"] = false;
  out["MultiAZ"] = false;
  out["DBSubnetGroup"] = json::object{{"DBSubnetGroupName", "private"}};
  out["VpcSecurityGroups"] = json::array{json::object{{"VpcSecurityGroupId", "sg-1"}, {"Status", "active"}}};
  if (d.status != "creating")
    out["Endpoint"] =
        json::object{{"Address", d.id + ".c1." + options_.region + ".rds.amazonaws.com"}, {"Port", 5432}};
  return out;
}

reply rds::restored(const json::object& in, const database& like, const std::string& name) {
  if (find(name, false) != nullptr) return refused("DBInstanceAlreadyExists", "DB instance already exists");
  database d = like;
  d.id = name;
  d.status = "creating";
  d.next = now_ + options_.restores;
  d.tags.clear();
  for (const auto& t : members::list(in, "Tags"))
    d.tags[members::text(members::as_object(t), "Key")] = members::text(members::as_object(t), "Value");
  if (const auto kind = members::text(in, "DBInstanceClass"); !kind.empty()) d.kind = kind;
  ++changes_;
  databases_.push_back(std::move(d));
  return json::object{{"DBInstance", shown(databases_.back())}};
}

reply rds::restore_snapshot(const json::object& in, bool /*cluster*/) {
  const auto id = members::text(in, "DBSnapshotIdentifier");
  const auto* s = find_snapshot(id, false);
  if (s == nullptr) return refused("DBSnapshotNotFound", "DBSnapshot " + id + " not found.");
  if (s->status != "available")
    return refused("InvalidDBSnapshotState", "The snapshot is in state " + s->status + ".");
  database like;
  like.engine = s->engine;
  like.version = s->version;
  like.size_gb = s->size_gb;
  like.encrypted = s->encrypted;
  return restored(in, like, members::text(in, "DBInstanceIdentifier"));
}

reply rds::restore_time(const json::object& in, bool /*cluster*/) {
  const auto id = members::text(in, "SourceDBInstanceIdentifier");
  const auto* d = find(id, false);
  if (d == nullptr) return refused("DBInstanceNotFound", "DBInstance " + id + " not found.");
  if (d->retention == 0)
    return refused("PointInTimeRestoreNotEnabled", "DBInstance " + id + " has no automated backups.");
  const auto at = members::text(in, "RestoreTime");
  if (at.empty() != members::truth(in, "UseLatestRestorableTime"))
    return refused("InvalidParameterCombination", "Either RestoreTime or UseLatestRestorableTime.");
  if (const auto when = parse_time(at); !at.empty() && (!when || *when > now_ - d->behind))
    return refused("InvalidRestoreFault", "RestoreTime is later than the latest restorable time.");
  return restored(in, *d, members::text(in, "TargetDBInstanceIdentifier"));
}

reply rds::delete_instance(const json::object& in, bool /*cluster*/) {
  const auto id = members::text(in, "DBInstanceIdentifier");
  auto* d = find(id, false);
  if (d == nullptr) return refused("DBInstanceNotFound", "DBInstance " + id + " not found.");
  if (d->status == "deleting")
    return refused("InvalidDBInstanceState", "Instance " + id + " is already being deleted.");
  if (!members::truth(in, "SkipFinalSnapshot") && members::text(in, "FinalDBSnapshotIdentifier").empty())
    return refused("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required.");
  d->status = "deleting";
  d->next = now_ + options_.deletes;
  ++changes_;
  return json::object{{"DBInstance", shown(*d)}};
}

}  // namespace shipflow::cloud
