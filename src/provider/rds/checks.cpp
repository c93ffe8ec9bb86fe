// Backups that are there already, looked at. Nothing is changed.
#include "base/members.hpp"
#include "provider/rds/actions.hpp"

namespace shipflow::rds {
namespace {

constexpr duration usual_age{3'600'000};

bool asks(verb what) { return what == verb::apply || what == verb::resolve; }

aws::got<taken> meant(session& s) {
  const auto id = members::text(s.q.inputs, "snapshot");
  if (id.empty()) return newest_own(s);
  auto seen = find_snapshot(s, id);
  if (!seen) return seen.error();
  if (!*seen) return s.refuse(errc::not_found, "there is no snapshot " + id);
  return std::move(**seen);
}

}  // namespace

answer verify(session& s) {
  if (!asks(s.q.what)) return answer::done();
  const auto age = span_of(s.q.inputs, "max_age");
  if (!age) return answer::failed(age.error());
  const auto t = meant(s);
  if (!t) return t.error();
  const bool encrypted = s.bound.encrypted || members::truth(s.q.inputs, "encrypted");
  const auto missing = lacks(*t, s.bound, encrypted, *age, s.on.now());
  if (missing.empty()) return answer::done(outputs_of(*t));
  return s.refuse(errc::failed, "snapshot " + t->id + " is no backup to rely on: " + missing, outputs_of(*t));
}

answer backup(session& s) {
  if (!asks(s.q.what)) return answer::done();
  const auto age = span_of(s.q.inputs, "max_age");
  if (!age) return answer::failed(age.error());
  const auto from = look_at_source(s);
  if (!from) return from.error();
  if (from->retention <= 0 || !from->restorable)
    return s.refuse(errc::failed, s.bound.source + " has no automated backups; set its backup retention");
  const auto old = s.on.now() - *from->restorable;
  const auto most = age->value_or(usual_age);
  if (old > most)
    return s.refuse(errc::failed, "the latest point in time that " + s.bound.source +
                                      " can be restored to is " + format_duration(old) + " ago, more than " +
                                      format_duration(most));
  const auto nightly = snapshots_of_source(s, "automated");
  if (!nightly) return nightly.error();
  std::string newest;
  for (const auto& t : *nightly)
    if (newest.empty() && t.status == "available") newest = t.id;
  return answer::done({{"restorable_until", format_time(*from->restorable)}, {"snapshot", newest}});
}

}  // namespace shipflow::rds
