#include "world/aws/rds.hpp"

#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloud {
namespace {

constexpr duration night{8 * 3'600'000};

bool good_name(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.empty() || name.size() > 255 || !letter(name.front()) || name.back() == '-') return false;
  return name.find("--") == std::string::npos && std::all_of(name.begin(), name.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '-';
         });
}

std::map<std::string, std::string> tags_of(const json::object& in) {
  std::map<std::string, std::string> out;
  for (const auto& t : members::list(in, "Tags"))
    out[members::text(members::as_object(t), "Key")] = members::text(members::as_object(t), "Value");
  return out;
}

json::array tag_list(const std::map<std::string, std::string>& tags) {
  json::array out;
  for (const auto& [key, value] : tags) out.push_back(json::object{{"Key", key}, {"Value", value}});
  return out;
}

/// What a refusal calls it.
std::string snapshot_fault(bool cluster, const std::string& what) {
  return cluster ? "DBClusterSnapshot" + what + "Fault" : "DBSnapshot" + what;
}

reply page(const char* name, const json::array& all, const json::object& in) {
  const auto most = members::whole(in, "MaxRecords", 100);
  if (most < 20 || most > 100) return refused("InvalidParameterValue", "MaxRecords must be 20 to 100");
  const auto from = static_cast<std::size_t>(std::max<std::int64_t>(0, members::whole(in, "Marker", 0)));
  const auto to = std::min(all.size(), from + static_cast<std::size_t>(most));
  json::array some;
  for (auto i = from; i < to; ++i) some.push_back(all[i]);
  json::object out{{name, std::move(some)}};
  if (to < all.size()) out["Marker"] = std::to_string(to);
  return out;
}

}  // namespace

const std::map<std::string, rds::operation>& rds::operations() {
  static const std::map<std::string, operation> all{
      {"CreateDBSnapshot", {&rds::create_snapshot, false}},
      {"CreateDBClusterSnapshot", {&rds::create_snapshot, true}},
      {"DescribeDBSnapshots", {&rds::describe_snapshots, false}},
      {"DescribeDBClusterSnapshots", {&rds::describe_snapshots, true}},
      {"DeleteDBSnapshot", {&rds::delete_snapshot, false}},
      {"DeleteDBClusterSnapshot", {&rds::delete_snapshot, true}},
      {"DescribeDBInstances", {&rds::describe, false}},
      {"DescribeDBClusters", {&rds::describe, true}},
      {"RestoreDBInstanceFromDBSnapshot", {&rds::restore_snapshot, false}},
      {"RestoreDBInstanceToPointInTime", {&rds::restore_time, false}},
      {"RestoreDBClusterFromSnapshot", {&rds::restore_snapshot, true}},
      {"RestoreDBClusterToPointInTime", {&rds::restore_time, true}},
      {"CreateDBInstance", {&rds::create_instance, false}},
      {"DeleteDBCluster", {&rds::delete_cluster, true}},
      {"DeleteDBInstance", {&rds::delete_instance, false}}};
  return all;
}

reply rds::ask(const std::string& name, const json::object& input, time_point now) {
  advance(now);
  const auto found = operations().find(name);
  if (found == operations().end())
    return refused("InvalidAction", "The action " + name + " is not valid for this web service.");
  return (this->*found->second.answers)(input, found->second.cluster);
}

database& rds::install(database d, time_point now) {
  now_ = now;
  db_snapshot s;
  s.id = "rds:" + d.id + "-nightly";
  s.source = d.id;
  s.cluster = d.cluster;
  s.automated = true;
  s.created = now - night;
  if (d.retention > 0) install(s);
  if (d.cluster) {
    database writer;
    writer.id = d.id + "-1";
    writer.member_of = d.id;
    writer.engine = d.engine;
    writer.kind = "db.r6g.large";
    databases_.push_back(std::move(writer));
  }
  databases_.push_back(std::move(d));
  return databases_.back();
}

db_snapshot& rds::install(db_snapshot s) {
  s.status = "available";
  if (s.size_gb == 0) s.size_gb = 20;
  if (s.engine.empty()) s.engine = "postgres";
  if (s.version.empty()) s.version = "15.4";
  snapshots_.push_back(std::move(s));
  return snapshots_.back();
}

database* rds::find(const std::string& id, bool cluster) {
  const auto found = std::find_if(databases_.begin(), databases_.end(),
                                  [&](const database& d) { return d.cluster == cluster && d.id == id; });
  return found == databases_.end() ? nullptr : &*found;
}

db_snapshot* rds::find_snapshot(const std::string& id, bool cluster) {
  const auto found = std::find_if(snapshots_.begin(), snapshots_.end(),
                                  [&](const db_snapshot& s) { return s.cluster == cluster && s.id == id; });
  return found == snapshots_.end() ? nullptr : &*found;
}

void rds::advance(time_point now) {
  now_ = std::max(now_, now);
  for (auto& s : snapshots_) {
    if (!s.next || *s.next > now_) continue;
    s.next.reset();
    if (s.status == "creating") {
      s.status = s.ends == fate::good ? "available" : "failed";
      if (auto* d = find(s.source, s.cluster); d != nullptr && d->status == "backing-up")
        d->status = "available";
    } else {
      s.status = "gone";
    }
  }
  for (auto& d : databases_) {
    if (!d.next || *d.next > now_) continue;
    d.next.reset();
    d.status = d.status == "deleting" ? "gone" : "available";
  }
  std::erase_if(snapshots_, [](const db_snapshot& s) { return s.status == "gone"; });
  std::erase_if(databases_, [](const database& d) { return d.status == "gone"; });
}

std::optional<time_point> rds::next_change() const {
  std::optional<time_point> first;
  const auto look = [&](const std::optional<time_point>& at) {
    if (at && (!first || *at < *first)) first = at;
  };
  for (const auto& s : snapshots_) look(s.next);
  for (const auto& d : databases_) look(d.next);
  return first;
}

reply rds::create_snapshot(const json::object& in, bool cluster) {
  const auto id = members::text(in, cluster ? "DBClusterSnapshotIdentifier" : "DBSnapshotIdentifier");
  const auto source = members::text(in, cluster ? "DBClusterIdentifier" : "DBInstanceIdentifier");
  if (!good_name(id))
    return refused("InvalidParameterValue", "The snapshot identifier " + id + " is not a valid identifier.");
  auto* from = find(source, cluster);
  if (from == nullptr)
    return refused(cluster ? "DBClusterNotFoundFault" : "DBInstanceNotFound", source + " not found.");
  if (find_snapshot(id, cluster) != nullptr)
    return refused(snapshot_fault(cluster, "AlreadyExists"),
                   "Cannot create the snapshot because one with the "
                   "identifier " +
                       id + " already exists.");
  if (from->status != "available")
    return refused(cluster ? "InvalidDBClusterStateFault" : "InvalidDBInstanceState",
                   source + " is not currently in the available state.");
  const auto manual =
      std::count_if(snapshots_.begin(), snapshots_.end(), [](const db_snapshot& s) { return !s.automated; });
  if (manual >= options_.quota)
    return refused("SnapshotQuotaExceeded",
                   "Cannot create more than " + std::to_string(options_.quota) + " manual snapshots");
  db_snapshot s;
  s.id = id;
  s.source = source;
  s.cluster = cluster;
  s.engine = from->engine;
  s.version = from->version;
  s.size_gb = from->size_gb;
  s.encrypted = from->encrypted;
  s.tags = tags_of(in);
  s.created = now_;
  s.ends = next_fate_;
  if (s.ends != fate::never_ends) s.next = now_ + options_.makes;
  if (!cluster) from->status = "backing-up";
  ++changes_;
  snapshots_.push_back(std::move(s));
  return json::object{{cluster ? "DBClusterSnapshot" : "DBSnapshot", shown(snapshots_.back())}};
}

reply rds::describe_snapshots(const json::object& in, bool cluster) {
  const auto id = members::text(in, cluster ? "DBClusterSnapshotIdentifier" : "DBSnapshotIdentifier");
  const auto source = members::text(in, cluster ? "DBClusterIdentifier" : "DBInstanceIdentifier");
  const auto type = members::text(in, "SnapshotType");
  json::array all;
  for (const auto& s : snapshots_) {
    if (s.cluster != cluster || (!id.empty() && s.id != id) || (!source.empty() && s.source != source))
      continue;
    if (!type.empty() && s.automated != (type == "automated")) continue;
    all.push_back(shown(s));
  }
  if (all.empty() && !id.empty())
    return refused(snapshot_fault(cluster, "NotFound"), "Snapshot " + id + " not found.");
  return page(cluster ? "DBClusterSnapshots" : "DBSnapshots", all, in);
}

reply rds::delete_snapshot(const json::object& in, bool cluster) {
  const auto id = members::text(in, cluster ? "DBClusterSnapshotIdentifier" : "DBSnapshotIdentifier");
  auto* s = find_snapshot(id, cluster);
  if (s == nullptr) return refused(snapshot_fault(cluster, "NotFound"), "Snapshot " + id + " not found.");
  if (s->status != "available" && s->status != "failed")
    return refused(
        cluster ? "InvalidDBClusterSnapshotStateFault" : "InvalidDBSnapshotState",
        "Cannot delete the snapshot because it is not currently in the available or failed state.");
  s->status = "deleting";
  s->next = now_ + options_.deletes;
  ++changes_;
  return json::object{{cluster ? "DBClusterSnapshot" : "DBSnapshot", shown(*s)}};
}

json::object rds::shown(const db_snapshot& s) const {
  const auto passed = to_ms(now_) - to_ms(s.created);
  const auto whole = std::max<std::int64_t>(1, to_ms(time_point{} + options_.makes) - to_ms(time_point{}));
  const auto percent = s.status == "creating"
                           ? std::clamp<std::int64_t>(100 * passed / whole, 0, s.ends == fate::good ? 99 : 42)
                           : 100;
  json::object out{{"Status", s.status},
                   {"SnapshotCreateTime", format_time(s.created)},
                   {"Engine", s.engine},
                   {"EngineVersion", s.version},
                   {"AllocatedStorage", s.size_gb},
                   {"PercentProgress", percent},
                   {"SnapshotType", s.automated ? "automated" : "manual"},
                   {"TagList", tag_list(s.tags)}};
  out[s.cluster ? "DBClusterSnapshotIdentifier" : "DBSnapshotIdentifier"] = s.id;
  out[s.cluster ? "DBClusterIdentifier" : "DBInstanceIdentifier"] = s.source;
  out[s.cluster ? "DBClusterSnapshotArn" : "DBSnapshotArn"] =
      arn((s.cluster ? "cluster-snapshot:" : "snapshot:") + s.id);
  out[s.cluster ? "StorageEncrypted" : "Encrypted"] = s.encrypted;
  return out;
}

std::string rds::arn(const std::string& what) const {
  return "arn:aws:rds:" + options_.region + ":" + options_.account + ":" + what;
}

reply rds::describe(const json::object& in, bool cluster) {
  const auto id = members::text(in, cluster ? "DBClusterIdentifier" : "DBInstanceIdentifier");
  json::array all;
  for (const auto& d : databases_)
    if (d.cluster == cluster && (id.empty() || d.id == id)) all.push_back(shown(d));
  if (all.empty() && !id.empty())
    return refused(cluster ? "DBClusterNotFoundFault" : "DBInstanceNotFound", id + " not found.");
  return page(cluster ? "DBClusters" : "DBInstances", all, in);
}

}  // namespace shipflow::cloud
