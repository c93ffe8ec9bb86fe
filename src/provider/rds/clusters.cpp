// New clusters of Aurora from backups, each with a writer; and their end. Nothing is restored in place.
#include "aws/lists.hpp"
#include "base/members.hpp"
#include "provider/rds/actions.hpp"
#include "provider/rds/restored.hpp"

#include <algorithm>
#include <array>

namespace shipflow::rds {
namespace {

struct cluster {
  std::string id, status, effect, engine, address;
  std::int64_t port = 0;
  int percent = -1;
  bool encrypted = false, is_protected = false;
  std::vector<std::string> members;
};

aws::got<std::optional<cluster>> find(session& s, const std::string& id) {
  const auto said = s.attempt(service, "DescribeDBClusters", {{"DBClusterIdentifier", id}});
  if (!said) {
    if (said.error().code == errc::not_found) return std::optional<cluster>{};
    return aws::visit::not_read(said.error());
  }
  for (const auto* o : aws::listed(*said, "DBClusters", "DBCluster")) {
    cluster c;
    c.id = id;
    c.status = members::text(*o, "Status");
    c.engine = members::text(*o, "Engine");
    c.effect = aws::tag_in(aws::listed(*o, "TagList", "Tag"), effect_tag);
    c.address = members::text(*o, "Endpoint");
    c.port = members::whole(*o, "Port");
    c.percent =
        static_cast<int>(std::clamp<std::int64_t>(members::whole(*o, "PercentProgress", -1), -1, 100));
    c.encrypted = members::truth(*o, "StorageEncrypted");
    c.is_protected = members::truth(*o, "DeletionProtection");
    for (const auto* m : aws::listed(*o, "DBClusterMembers", "DBClusterMember"))
      c.members.push_back(members::text(*m, "DBInstanceIdentifier"));
    return std::optional(std::move(c));
  }
  return std::optional<cluster>{};
}

std::string writer_of(const std::string& cluster) {
  constexpr std::string_view end = "-writer";
  return cluster.substr(0, longest_name - end.size()) + std::string(end);
}

answer started(const session& s, const std::string& id, const std::string& from) {
  return answer::started({{"cluster", id}, {"made_from", from}, {"begun", to_ms(s.on.now())}},
                         look_again(duration{0}));
}

/// What a new cluster has of the source.
json::object like_source(const session& s, const source& from) {
  auto in = network_of(s, from);
  in["DeletionProtection"] = false;
  for (const auto& [of, as] : {std::pair{"DBClusterParameterGroup", "DBClusterParameterGroupName"},
                               std::pair{"EngineMode", "EngineMode"}, std::pair{"Port", "Port"},
                               std::pair{"StorageType", "StorageType"}})
    if (const auto text = members::text(from.raw, of); !text.empty()) in[as] = text;
  if (members::truth(from.raw, "IAMDatabaseAuthenticationEnabled"))
    in["EnableIAMDatabaseAuthentication"] = true;
  const auto& scaling = members::object(from.raw, "ServerlessV2ScalingConfiguration");
  if (!scaling.empty()) {
    json::object as;
    for (const auto* bound : {"MinCapacity", "MaxCapacity", "SecondsUntilAutoPause"})
      if (const auto text = members::text(scaling, bound); !text.empty()) as[bound] = text;
    in["ServerlessV2ScalingConfiguration"] = std::move(as);
  }
  return in;
}

answer begin(session& s, const std::string& as) {
  const auto from = origin_of(s);
  if (!from) return from.error();
  const auto source = look_at_source(s);
  if (!source) return source.error();
  auto in = like_source(s, *source);
  in["DBClusterIdentifier"] = as;
  const char* operation = "RestoreDBClusterToPointInTime";
  if (from->snapshot.empty()) {
    in["SourceDBClusterIdentifier"] = s.bound.source;
    if (from->at)
      in["RestoreToTime"] = format_time(*from->at);
    else
      in["UseLatestRestorableTime"] = true;
  } else {
    operation = "RestoreDBClusterFromSnapshot";
    in["SnapshotIdentifier"] = from->snapshot;
    in["Engine"] = source->engine;
  }
  const auto said = s.attempt(service, operation, std::move(in));
  if (said) return started(s, as, from->text);
  if (said.error().aws_code.starts_with("DBClusterAlreadyExists")) return exists(s, "cluster", as);
  return aws::visit::not_written(said.error());
}

/// The source's writer, or any of it; empty: it has none.
aws::got<std::optional<instance>> model_for_writer(session& s) {
  const auto source = look_at_source(s);
  if (!source) return source.error();
  std::string like;
  for (const auto* m : aws::listed(source->raw, "DBClusterMembers", "DBClusterMember"))
    if (like.empty() || members::truth(*m, "IsClusterWriter"))
      like = members::text(*m, "DBInstanceIdentifier");
  if (like.empty()) return std::optional<instance>{};
  return find_instance(s, like);
}

aws::got<bool> make_writer(session& s, const cluster& c) {
  const auto like = model_for_writer(s);
  if (!like) return like.error();
  auto kind = members::text(s.q.inputs, "class");
  if (kind.empty() && *like) kind = (*like)->kind;
  if (kind.empty())
    return s.refuse(errc::invalid_argument,
                    s.bound.source + " has no instance to take the class from; give `class`");
  json::object in{{"DBInstanceIdentifier", writer_of(c.id)},
                  {"DBClusterIdentifier", c.id},
                  {"DBInstanceClass", kind},
                  {"Engine", c.engine},
                  {"Tags", own_tags(s.q)}};
  if (*like) in["PubliclyAccessible"] = (*like)->is_public;
  if (*like && !(*like)->parameters.empty()) in["DBParameterGroupName"] = (*like)->parameters;
  const auto said = s.attempt(service, "CreateDBInstance", std::move(in));
  if (said || said.error().aws_code.starts_with("DBInstanceAlreadyExists")) return true;
  return aws::visit::not_written(said.error());
}

answer ready_to_use(session& s, const cluster& c, const instance& writer) {
  if (s.bound.encrypted && !c.encrypted)
    return s.refuse(errc::failed,
                    "cluster " + c.id + " is not encrypted, and the binding says that it must be");
  return answer::done({{"cluster", c.id},
                       {"instance", writer.id},
                       {"address", c.address},
                       {"port", c.port},
                       {"made_from", members::text(members::as_object(s.q.handle), "made_from")}});
}

answer settle_restore(session& s) {
  const auto& handle = members::as_object(s.q.handle);
  const auto id = members::text(handle, "cluster");
  if (id.empty()) return s.refuse(errc::invalid_argument, "the handle is not one of a restored cluster");
  if (s.q.stop.stop_requested())
    return s.refuse(
        errc::cancelled,
        "cluster " + id + " is not waited for any more; RDS finishes and keeps it, `discard` deletes it");
  const auto since = look_again(s.on.now() - from_ms(members::whole(handle, "begun")));
  const auto seen = find(s, id);
  if (!seen) return seen.error();
  if (!*seen) return s.refuse(errc::not_found, "cluster " + id + " is gone; somebody deleted it");
  const auto& c = **seen;
  if (is_stuck(c.status)) return s.refuse(errc::failed, "cluster " + id + " is " + c.status);
  if (c.status != "available")
    return answer::in_progress(c.percent, "cluster " + id + " is " + c.status, since);
  const auto writer = find_instance(s, writer_of(id));
  if (!writer) return writer.error();
  if (!*writer) {
    const auto made = make_writer(s, c);
    if (!made) return made.error();
    return answer::in_progress(-1, "the writer of cluster " + id + " is made", since);
  }
  const auto& w = **writer;
  if (w.effect != s.q.effect_key) return exists(s, "instance", w.id);
  if (is_stuck(w.status)) return s.refuse(errc::failed, "instance " + w.id + " is " + w.status);
  if (w.status != "available") return answer::in_progress(-1, "instance " + w.id + " is " + w.status, since);
  return ready_to_use(s, c, w);
}

/// Instances first: one that others put there stops it.
aws::got<bool> delete_members(session& s, const cluster& c) {
  for (const auto& id : c.members) {
    const auto m = find_instance(s, id);
    if (!m) return m.error();
    if (!*m || (*m)->status == "deleting") continue;
    if ((*m)->effect != c.effect)
      return s.refuse(errc::denied, "instance " + id + " of cluster " + c.id +
                                        " is not one that `restore` made; it is kept, and so is the cluster");
    const auto said =
        s.write(service, "DeleteDBInstance", {{"DBInstanceIdentifier", id}, {"SkipFinalSnapshot", true}});
    if (!said) return said.error();
  }
  return true;
}

answer settle_discard(session& s) {
  const auto& handle = members::as_object(s.q.handle);
  const auto id = members::text(handle, "cluster");
  const auto seen = find(s, id);
  if (!seen) return seen.error();
  if (!*seen) return answer::done({{"cluster", id}});
  const auto& c = **seen;
  const auto since = look_again(s.on.now() - from_ms(members::whole(handle, "begun")));
  if (s.q.stop.stop_requested())
    return s.refuse(errc::cancelled, "cluster " + id + " is left as it is, " + c.status);
  if (c.status == "deleting") return answer::in_progress(-1, "cluster " + id + " is deleting", since);
  if (!c.members.empty()) {
    const auto gone = delete_members(s, c);
    if (!gone) return gone.error();
    return answer::in_progress(-1, "instances of cluster " + id + " are deleted", since);
  }
  const auto said =
      s.write(service, "DeleteDBCluster", {{"DBClusterIdentifier", id}, {"SkipFinalSnapshot", true}});
  if (!said) return said.error();
  return answer::in_progress(-1, "cluster " + id + " is deleted", since);
}

}  // namespace

answer restore_cluster(session& s) {
  if (s.q.what == verb::settle) return settle_restore(s);
  if (s.q.what != verb::apply && s.q.what != verb::resolve) return answer::done();
  const auto as = new_name(s);
  if (!as) return answer::failed(as.error());
  const auto seen = find(s, *as);
  if (!seen) return seen.error();
  if (*seen && (*seen)->effect == s.q.effect_key) return started(s, *as, origin_text(s));
  if (*seen) return exists(s, "cluster", *as);
  if (s.q.what == verb::resolve) return answer::not_applied();
  return begin(s, *as);
}

answer discard_cluster(session& s) {
  if (s.q.what == verb::settle) return settle_discard(s);
  if (s.q.what != verb::apply && s.q.what != verb::resolve) return answer::done();
  const auto id = members::text(s.q.inputs, "cluster");
  if (id.empty()) return s.refuse(errc::invalid_argument, "discard needs `cluster`");
  const auto seen = find(s, id);
  if (!seen) return seen.error();
  if (!*seen) return answer::done({{"cluster", id}});
  const auto& c = **seen;
  if (c.effect.empty() || id == s.bound.source)
    return s.refuse(errc::denied, "cluster " + id + " is not one that `restore` made; it is kept");
  if (c.is_protected)
    return s.refuse(
        errc::denied,
        "cluster " + id + " is protected from deletion, which `restore` did not ask for; it is kept");
  const bool begun = c.status == "deleting" || s.q.what == verb::apply;
  if (!begun) return answer::not_applied();
  if (c.status != "deleting") {
    const auto gone = delete_members(s, c);
    if (!gone) return gone.error();
  }
  return answer::started({{"cluster", id}, {"begun", to_ms(s.on.now())}}, look_again(duration{0}));
}

}  // namespace shipflow::rds
