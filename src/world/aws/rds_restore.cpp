// Instances and clusters: how they look, and new ones from backups.
#include "base/members.hpp"
#include "world/aws/rds.hpp"

#include <algorithm>

namespace shipflow::cloud {
namespace {

reply none(bool cluster, const std::string& id) {
  return refused(cluster ? "DBClusterNotFoundFault" : "DBInstanceNotFound", id + " not found.");
}

std::map<std::string, std::string> tags_of(const json::object& in) {
  std::map<std::string, std::string> out;
  for (const auto& t : members::list(in, "Tags"))
    out[members::text(members::as_object(t), "Key")] = members::text(members::as_object(t), "Value");
  return out;
}

}  // namespace

std::vector<const database*> rds::members_of(const std::string& cluster) const {
  std::vector<const database*> out;
  for (const auto& d : databases_)
    if (!d.cluster && d.member_of == cluster) out.push_back(&d);
  return out;
}

void rds::show_cluster(json::object& out, const database& d) const {
  out["DBClusterIdentifier"] = d.id;
  out["Status"] = d.status;
  out["Endpoint"] = d.id + ".cluster-c1." + options_.region + ".rds.amazonaws.com";
  out["Port"] = 5432;
  out["EngineMode"] = "provisioned";
  out["DBSubnetGroup"] = "private";
  out["DBClusterParameterGroup"] = "shop-15";
  out["DeletionProtection"] = d.is_protected;
  out["ServerlessV2ScalingConfiguration"] = json::object{{"MinCapacity", 0.5}, {"MaxCapacity", 8}};
  out["VpcSecurityGroups"] = json::array{json::object{{"VpcSecurityGroupId", "sg-1"}, {"Status", "active"}}};
  if (d.status == "creating" && d.next) {
    const auto whole = std::max<std::int64_t>(1, options_.restores.count());
    out["PercentProgress"] =
        std::to_string(std::clamp<std::int64_t>(100 - 100 * (*d.next - now_).count() / whole, 0, 99));
  }
  json::array members;
  for (const auto* m : members_of(d.id))
    members.push_back(json::object{
        {"DBInstanceIdentifier", m->id}, {"IsClusterWriter", members.empty()}, {"PromotionTier", 1}});
  out["DBClusterMembers"] = std::move(members);
}

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
    show_cluster(out, d);
    return out;
  }
  out["DBInstanceIdentifier"] = d.id;
  out["DBInstanceStatus"] = d.status;
  out["DBInstanceClass"] = d.kind;
  out["DBInstanceArn"] = arn("db:" + d.id);
  out["PubliclyAccessible"] = false;
  out["MultiAZ"] = false;
  if (!d.member_of.empty()) out["DBClusterIdentifier"] = d.member_of;
  out["DBParameterGroups"] =
      json::array{json::object{{"DBParameterGroupName", "shop-15"}, {"ParameterApplyStatus", "in-sync"}}};
  out["DBSubnetGroup"] = json::object{{"DBSubnetGroupName", "private"}};
  out["VpcSecurityGroups"] = json::array{json::object{{"VpcSecurityGroupId", "sg-1"}, {"Status", "active"}}};
  if (d.status != "creating")
    out["Endpoint"] =
        json::object{{"Address", d.id + ".c1." + options_.region + ".rds.amazonaws.com"}, {"Port", 5432}};
  return out;
}

reply rds::restored(const json::object& in, const database& like, const std::string& name) {
  if (find(name, like.cluster) != nullptr)
    return like.cluster ? refused("DBClusterAlreadyExistsFault", "DB Cluster already exists")
                        : refused("DBInstanceAlreadyExists", "DB instance already exists");
  database d = like;
  d.id = name;
  d.status = "creating";
  d.next = now_ + options_.restores;
  d.tags = tags_of(in);
  d.is_protected = members::truth(in, "DeletionProtection");
  d.member_of = members::text(in, "DBClusterIdentifier");
  if (d.cluster) d.member_of.clear();
  if (const auto kind = members::text(in, "DBInstanceClass"); !kind.empty()) d.kind = kind;
  ++changes_;
  databases_.push_back(std::move(d));
  return json::object{{like.cluster ? "DBCluster" : "DBInstance", shown(databases_.back())}};
}

reply rds::restore_snapshot(const json::object& in, bool cluster) {
  const auto id = members::text(in, cluster ? "SnapshotIdentifier" : "DBSnapshotIdentifier");
  const auto* s = find_snapshot(id, cluster);
  if (s == nullptr)
    return refused(cluster ? "DBClusterSnapshotNotFoundFault" : "DBSnapshotNotFound",
                   "Snapshot " + id + " not found.");
  if (s->status != "available")
    return refused(cluster ? "InvalidDBClusterSnapshotStateFault" : "InvalidDBSnapshotState",
                   "The snapshot is in state " + s->status + ".");
  if (cluster && members::text(in, "Engine").empty())
    return refused("InvalidParameterValue", "Engine is required.");
  database like;
  like.cluster = cluster;
  like.engine = s->engine;
  like.version = s->version;
  like.size_gb = s->size_gb;
  like.encrypted = s->encrypted;
  return restored(in, like, members::text(in, cluster ? "DBClusterIdentifier" : "DBInstanceIdentifier"));
}

reply rds::restore_time(const json::object& in, bool cluster) {
  const auto id = members::text(in, cluster ? "SourceDBClusterIdentifier" : "SourceDBInstanceIdentifier");
  const auto* d = find(id, cluster);
  if (d == nullptr) return none(cluster, id);
  if (d->retention == 0) return refused("PointInTimeRestoreNotEnabled", id + " has no automated backups.");
  const auto at = members::text(in, cluster ? "RestoreToTime" : "RestoreTime");
  if (at.empty() != members::truth(in, "UseLatestRestorableTime"))
    return refused("InvalidParameterCombination", "Either RestoreTime or UseLatestRestorableTime.");
  if (const auto when = parse_time(at); !at.empty() && (!when || *when > now_ - d->behind))
    return refused("InvalidRestoreFault", "RestoreTime is later than the latest restorable time.");
  auto like = *d;
  return restored(in, like,
                  members::text(in, cluster ? "DBClusterIdentifier" : "TargetDBInstanceIdentifier"));
}

reply rds::create_instance(const json::object& in, bool /*cluster*/) {
  const auto of = members::text(in, "DBClusterIdentifier");
  const auto* c = find(of, true);
  if (c == nullptr) return none(true, of);
  if (c->status != "available")
    return refused("InvalidDBClusterStateFault", "The cluster " + of + " is " + c->status);
  database like;
  like.engine = c->engine;
  like.version = c->version;
  like.encrypted = c->encrypted;
  return restored(in, like, members::text(in, "DBInstanceIdentifier"));
}

reply rds::delete_cluster(const json::object& in, bool /*cluster*/) {
  const auto id = members::text(in, "DBClusterIdentifier");
  auto* d = find(id, true);
  if (d == nullptr) return none(true, id);
  const auto inside = members_of(id);
  const bool going =
      std::all_of(inside.begin(), inside.end(), [](auto* m) { return m->status == "deleting"; });
  if (!going)
    return refused("InvalidDBClusterStateFault",
                   "Cluster cannot be deleted, it still contains DB instances in non-deleting state.");
  if (d->status == "deleting")
    return refused("InvalidDBClusterStateFault", "Cluster " + id + " is already being deleted.");
  if (d->is_protected)
    return refused("InvalidParameterCombination",
                   "Cannot delete protected Cluster, please disable deletion protection");
  if (!members::truth(in, "SkipFinalSnapshot"))
    return refused("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required.");
  d->status = "deleting";
  d->next = now_ + options_.deletes;
  ++changes_;
  return json::object{{"DBCluster", shown(*d)}};
}

reply rds::delete_instance(const json::object& in, bool /*cluster*/) {
  const auto id = members::text(in, "DBInstanceIdentifier");
  auto* d = find(id, false);
  if (d == nullptr) return none(false, id);
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
