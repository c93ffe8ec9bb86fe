// New instances from backups, and their end. Nothing is restored in place.
#include "base/members.hpp"
#include "provider/rds/actions.hpp"
#include "provider/rds/restored.hpp"

namespace shipflow::rds {
namespace {

answer started(const session& s, const std::string& id, const std::string& from) {
  return answer::started({{"instance", id}, {"made_from", from}, {"begun", to_ms(s.on.now())}},
                         look_again(duration{0}));
}

answer begin(session& s, const std::string& as) {
  const auto from = origin_of(s);
  if (!from) return from.error();
  const auto source = look_at_source(s);
  if (!source) return source.error();
  auto in = network_of(s, *source);
  in["PubliclyAccessible"] = members::truth(source->raw, "PubliclyAccessible");
  auto kind = members::text(s.q.inputs, "class");
  if (kind.empty()) kind = members::text(source->raw, "DBInstanceClass");
  in["DBInstanceClass"] = kind;
  const char* operation = "RestoreDBInstanceToPointInTime";
  if (from->snapshot.empty()) {
    in["SourceDBInstanceIdentifier"] = s.bound.source;
    in["TargetDBInstanceIdentifier"] = as;
    if (from->at)
      in["RestoreTime"] = format_time(*from->at);
    else
      in["UseLatestRestorableTime"] = true;
  } else {
    operation = "RestoreDBInstanceFromDBSnapshot";
    in["DBInstanceIdentifier"] = as;
    in["DBSnapshotIdentifier"] = from->snapshot;
  }
  const auto said = s.attempt(service, operation, std::move(in));
  if (said) return started(s, as, from->text);
  if (said.error().aws_code.starts_with("DBInstanceAlreadyExists")) return exists(s, "instance", as);
  return aws::visit::not_written(said.error());
}

answer settle_restore(session& s) {
  const auto& handle = members::as_object(s.q.handle);
  const auto id = members::text(handle, "instance");
  if (id.empty()) return s.refuse(errc::invalid_argument, "the handle is not one of a restore");
  if (s.q.stop.stop_requested())
    return s.refuse(errc::cancelled,
                    "instance " + id + " is not waited for any more; RDS finishes and keeps it");
  const auto since = s.on.now() - from_ms(members::whole(handle, "begun"));
  const auto seen = find_instance(s, id);
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
  const auto seen = find_instance(s, id);
  if (!seen) return seen.error();
  if (!*seen) return answer::done({{"instance", id}});
  return answer::in_progress(-1, "instance " + id + " is " + (*seen)->status,
                             look_again(s.on.now() - from_ms(members::whole(handle, "begun"))));
}

}  // namespace

answer restore(session& s) {
  if (s.bound.cluster) return restore_cluster(s);
  if (s.q.what == verb::settle) return settle_restore(s);
  if (s.q.what != verb::apply && s.q.what != verb::resolve) return answer::done();
  const auto as = new_name(s);
  if (!as) return answer::failed(as.error());
  const auto seen = find_instance(s, *as);
  if (!seen) return seen.error();
  if (*seen && (*seen)->effect == s.q.effect_key) return started(s, *as, origin_text(s));
  if (*seen) return exists(s, "instance", *as);
  if (s.q.what == verb::resolve) return answer::not_applied();
  return begin(s, *as);
}

answer discard(session& s) {
  if (s.bound.cluster) return discard_cluster(s);
  if (s.q.what == verb::settle) return settle_discard(s);
  if (s.q.what != verb::apply && s.q.what != verb::resolve) return answer::done();
  const auto id = members::text(s.q.inputs, "instance");
  if (id.empty()) return s.refuse(errc::invalid_argument, "discard needs `instance`");
  const auto seen = find_instance(s, id);
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
