// Making a snapshot: found again by its name, waited for with RDS's percentage, checked before it is done.
#include "base/members.hpp"
#include "provider/rds/actions.hpp"

namespace shipflow::rds {
namespace {

constexpr duration catching_up{60'000};

/// `asked`: RDS took the request; otherwise the source was busy, and the request is still to be made.
answer started(const session& s, const std::string& id, bool asked) {
  return answer::started({{"snapshot", id}, {"asked", asked}, {"begun", to_ms(s.on.now())}},
                         look_again(duration{0}));
}

answer not_ours(const session& s, const taken& t) {
  return answer::conflict(s.q.component + ": snapshot " + t.id + " exists, and this step did not make it",
                          outputs_of(t));
}

bool ours(const session& s, const taken& t) {
  return t.effect == s.q.effect_key && t.source == s.bound.source;
}

enum class asked { taken, exists, source_is_busy };

aws::got<asked> ask(session& s, const std::string& id) {
  const auto& w = words_of(s.bound.cluster);
  const auto said =
      s.attempt(service, w.create, {{w.id, id}, {w.source, s.bound.source}, {"Tags", own_tags(s.q)}});
  if (said) return asked::taken;
  const auto code = said.error().aws_code;
  if (code.find("SnapshotAlreadyExists") != std::string::npos) return asked::exists;
  if (code.starts_with("InvalidDBInstanceState") || code.starts_with("InvalidDBClusterState"))
    return asked::source_is_busy;
  if (code.starts_with("SnapshotQuotaExceeded"))
    return s.refuse(errc::failed, said.error().message + "; delete old ones, for example with `prune`");
  return aws::visit::not_written(said.error());
}

/// Nothing is begun as long as the source cannot be copied; nothing will be where it stays so.
answer wait_for_source(session& s, const std::string& id) {
  const auto from = look_at_source(s);
  if (!from) return from.error();
  if (is_stuck(from->status))
    return s.refuse(errc::failed, s.bound.source + " is " + from->status +
                                      ", so there is no snapshot of it; bring it to `available` first");
  return started(s, id, false);
}

answer begin(session& s) {
  const auto id = snapshot_name(s.bound, s.q);
  const auto seen = find_snapshot(s, id);
  if (!seen) return seen.error();
  if (*seen) return ours(s, **seen) ? started(s, id, true) : not_ours(s, **seen);
  const auto how = ask(s, id);
  if (!how) return how.error();
  if (*how == asked::source_is_busy) return wait_for_source(s, id);
  if (*how == asked::taken) return started(s, id, true);
  const auto again = find_snapshot(s, id);
  if (!again) return again.error();
  if (!*again)
    return answer::unknown(s.q.component + ": snapshot " + id + " exists and is not to be seen yet");
  return ours(s, **again) ? started(s, id, true) : not_ours(s, **again);
}

/// It is not there: because it was not asked for yet, is not to be seen yet, or is gone.
answer without(session& s, const std::string& id, duration since) {
  if (members::truth(members::as_object(s.q.handle), "asked")) {
    if (since < catching_up)
      return answer::in_progress(0, "the snapshot is not to be seen yet", look_again(since));
    return s.refuse(errc::not_found, "snapshot " + id + " is gone; somebody deleted it");
  }
  const auto how = ask(s, id);
  if (!how) return how.error();
  if (*how != asked::source_is_busy)
    return answer::in_progress(0, "the snapshot is begun", look_again(since));
  const auto from = look_at_source(s);
  if (!from) return from.error();
  if (is_stuck(from->status))
    return s.refuse(errc::failed, s.bound.source + " is " + from->status + ", so there is no snapshot of it");
  return answer::in_progress(0, s.bound.source + " is " + from->status + "; the snapshot waits for it",
                             look_again(since));
}

answer checked(session& s, const taken& t) {
  const auto from = look_at_source(s);
  if (!from) return from.error();
  const auto missing = lacks(t, s.bound, s.bound.encrypted || from->encrypted, std::nullopt, s.on.now());
  if (missing.empty()) return answer::done(outputs_of(t));
  return s.refuse(errc::failed, "snapshot " + t.id + " is no backup: " + missing, outputs_of(t));
}

answer settle(session& s) {
  const auto& handle = members::as_object(s.q.handle);
  const auto id = members::text(handle, "snapshot");
  if (id.empty()) return s.refuse(errc::invalid_argument, "the handle is not one of a snapshot");
  if (s.q.stop.stop_requested())
    return s.refuse(errc::cancelled,
                    "snapshot " + id + " is not waited for any more; RDS finishes and keeps it");
  const auto since = s.on.now() - from_ms(members::whole(handle, "begun"));
  const auto seen = find_snapshot(s, id);
  if (!seen) return seen.error();
  if (!*seen) return without(s, id, since);
  const auto& t = **seen;
  if (t.status == "available") return checked(s, t);
  if (t.status == "failed" || t.status == "deleting" || t.status == "deleted" ||
      t.status.starts_with("incompatible-"))
    return s.refuse(errc::failed, "snapshot " + id + " is " + t.status, outputs_of(t));
  return answer::in_progress(t.percent, "snapshot " + id + " is " + t.status, look_again(since));
}

answer resolve(session& s) {
  const auto id = snapshot_name(s.bound, s.q);
  const auto seen = find_snapshot(s, id);
  if (!seen) return seen.error();
  if (!*seen) return answer::not_applied();
  return ours(s, **seen) ? started(s, id, true) : not_ours(s, **seen);
}

}  // namespace

duration look_again(duration since) {
  constexpr duration soonest{2'000};
  constexpr duration latest{15'000};
  return std::clamp<duration>(since / 20, soonest, latest);
}

answer snapshot(session& s) {
  switch (s.q.what) {
    case verb::apply: return begin(s);
    case verb::settle: return settle(s);
    case verb::resolve: return resolve(s);
    default: return answer::done();
  }
}

}  // namespace shipflow::rds
