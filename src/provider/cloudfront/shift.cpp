// shift: a share of the viewers goes to the staging distribution, or all of them get what it serves. retire: nobody gets
// the old release any more.
#include "aws/operations.hpp"
#include "base/members.hpp"
#include "provider/cloudfront/actions.hpp"
#include "provider/cloudfront/pace.hpp"
#include "provider/cloudfront/shift_aim.hpp"

namespace shipflow::cloudfront {
namespace {

under_way at(const shift_aim& a) {
  return {{{"way", name_of(a.to)}, {"clears", a.clears}, {"begun", to_ms(a.begun)}}, a.begun};
}

json::object outputs_of(const session& s, const standing& now, const shift_aim& a, bool completed) {
  const int fresh = a.to == way::promote ? 100 : a.given.percent;
  json::object out{{"weights", {{"old", 100 - fresh}, {"new", fresh}}},
                   {"version", version_at_path(*s.bound.tried, now.staging_path())},
                   {"path", now.staging_path()},
                   {"completed", completed}};
  if (!a.given.header.empty()) out["header"] = a.given.header;
  return out;
}

answer found_other(const session& s, const std::string& what, const std::string& expected,
                   const std::string& found) {
  return answer::conflict(s.q.component + ": " + what + " is \"" + found + "\" and not \"" + expected +
                              "\"; somebody else changed it",
                          {{"expected", expected}, {"found", found}});
}

aws::got<standing> look(session& s) {
  auto now = look_around(s);
  if (!now || now->complete()) return now;
  return s.refuse(errc::invalid_argument,
                  "distribution " + s.bound.distribution +
                      " has no staging distribution with a policy; a step of launch comes "
                      "before shift");
}

answer give(session& s, const standing& now, const shift_aim& a) {
  return written(s, at(a), write_share(s, now.rule, a.given), "the policy is changed");
}

answer deployed(const session& s, const standing& now, const shift_aim& a) {
  return goes_on(
      s, at(a),
      "distribution " + (now.primary.deployed ? now.staging.id : now.primary.id) + " is being deployed");
}

/// What is cached of the other release is asked for again.
answer cleared(session& s, const standing& now, const shift_aim& a) {
  const bool back = a.to == way::back;
  if (!a.clears) return answer::done(outputs_of(s, now, a, true));
  const auto f = flush_within(s, s.bound.distribution, {"/*"}, reference_of(s.q, back), s.on.now() - a.begun);
  if (!f) return f.error();
  if (f->over) return answer::done(outputs_of(s, now, a, f->completed));
  return goes_on(s, at(a), "caches are invalidated");
}

answer give_share(session& s, const standing& now, const shift_aim& a) {
  if (now.path() != a.before) return found_other(s, "the origin's path", a.before, now.path());
  if (!a.fresh.empty() && now.staging_path() != a.fresh)
    return found_other(s, "the path of staging distribution " + now.staging.id, a.fresh, now.staging_path());
  const auto found = now.given();
  if (found == a.given)
    return now.deployed() ? answer::done(outputs_of(s, now, a, true)) : deployed(s, now, a);
  const auto& base = members::object(members::as_object(s.q.baseline), "restores");
  const auto expected = share_from(members::object(base, "share"));
  if (found != expected || found.stopped)
    return found_other(s, "the share", text_of(found.stopped ? share{} : expected), text_of(found));
  return give(s, now, a);
}

answer promote(session& s, const standing& now, const shift_aim& a) {
  const auto fresh = a.fresh.empty() ? now.staging_path() : a.fresh;
  if (now.staging_path() != fresh)
    return found_other(s, "the path of staging distribution " + now.staging.id, fresh, now.staging_path());
  if (now.path() == fresh) return now.deployed() ? cleared(s, now, a) : deployed(s, now, a);
  if (now.path() != a.before) return found_other(s, "the origin's path", a.before, now.path());
  std::string others;
  for (const auto& name : differences(now.primary.config, now.staging.config, now.origin))
    others += (others.empty() ? "" : ", ") + name;
  if (!others.empty())
    return answer::conflict(s.q.component + ": " + others + " of distribution " + now.primary.id +
                                " was changed since the launch, and promoting " + now.staging.id +
                                " would undo that; begin the release again",
                            {{"differ", others}});
  return written(s, at(a),
                 s.attempt(aws::cloudfront, "UpdateDistributionWithStagingConfig",
                           {{"Id", now.primary.id},
                            {"StagingDistributionId", now.staging.id},
                            {"IfMatch", now.primary.etag + ", " + now.staging.etag}}),
                 "the staging configuration is promoted");
}

/// First nobody gets the new release as a canary, then nobody at all.
answer go_back(session& s, const standing& now, const shift_aim& a) {
  const auto fresh = a.fresh.empty() ? now.staging_path() : a.fresh;
  if (now.path() != a.before && now.path() != fresh)
    return found_other(s, "the origin's path", fresh, now.path());
  if (now.given() != share{}) return give(s, now, a);
  if (now.path() != a.before) {
    auto config = now.primary.config;
    (void)put_path(config, now.origin, a.before);
    return written(s, at(a), write_config(s, now.primary, std::move(config)),
                   "the former release is served again");
  }
  return now.deployed() ? cleared(s, now, a) : deployed(s, now, a);
}

answer forward(session& s, const shift_aim& a) {
  const auto now = look(s);
  if (!now) return now.error();
  return a.to == way::promote ? promote(s, *now, a) : give_share(s, *now, a);
}

answer undo(session& s, shift_aim a) {
  const auto now = look(s);
  if (!now) return now.error();
  const auto given = now->given();
  // Nobody but those of the share had the new release: what others have cached is right.
  a.clears = now->path() != a.before || given == share{} || given.stopped;
  a.to = way::back;
  a.given = {};
  return go_back(s, *now, a);
}

answer settle(session& s, shift_aim a) {
  const auto& handle = members::as_object(s.q.handle);
  if (!handle.contains("way")) return s.refuse(errc::invalid_argument, "the handle is not one of a shift");
  if (s.q.stop.stop_requested())
    return s.refuse(errc::cancelled, "the distribution is not waited for any more; CloudFront deploys it");
  a.begun = from_ms(members::whole(handle, "begun"));
  a.clears = members::truth(handle, "clears");
  if (members::text(handle, "way") != name_of(way::back)) return forward(s, a);
  const auto now = look(s);
  if (!now) return now.error();
  a.to = way::back;
  a.given = {};
  return go_back(s, *now, a);
}

answer resolve(session& s, const shift_aim& a) {
  const auto now = look(s);
  if (!now) return now.error();
  const auto fresh = a.fresh.empty() ? now->staging_path() : a.fresh;
  const bool there = a.to == way::promote ? now->path() == fresh : now->given() == a.given;
  return there ? begun(at(a)) : answer::not_applied();
}

answer ready(session& s, const shift_aim& a) {
  const auto now = look(s);
  if (!now) return now.error();
  if (now->path() != a.before && now->path() != now->staging_path())
    return found_other(s, "the origin's path", now->staging_path(), now->path());
  return answer::done({{"takes_ms", 300'000}});
}

}  // namespace

answer shift(session& s) {
  const auto a = wanted_shift(s);
  if (!a) return answer::failed(a.error());
  if (s.q.what == verb::resolve) return resolve(s, *a);
  const auto& base = members::as_object(s.q.baseline);
  if (!base.contains("restores"))
    return s.refuse(errc::invalid_argument, std::string(name_of(s.q.what)) + " of shift needs its baseline");
  switch (s.q.what) {
    case verb::apply: return forward(s, *a);
    case verb::undo: return undo(s, *a);
    case verb::settle: return settle(s, *a);
    default: return ready(s, *a);
  }
}

answer observe_shift(session& s) {
  // What is out of reach is said before anything is changed.
  if (const auto a = wanted_shift(s); !a) return answer::failed(a.error());
  const auto now = look(s);
  if (!now) return now.error();
  const auto given = now->given();
  const int fresh = given.stopped ? 0 : given.percent;
  return answer::done({{"distribution", s.bound.distribution},
                       {"staging", now->staging.id},
                       {"origin_path", now->path()},
                       {"weights", {{"old", 100 - fresh}, {"new", fresh}}},
                       {"restores", {{"share", to_json(given)}, {"origin_path", now->path()}}}});
}

answer retire(session& s) {
  const auto now = look(s);
  if (!now) return now.error();
  if (s.q.what == verb::observe) return answer::done({{"origin_path", now->path()}, {"restores", nullptr}});
  const auto given = now->given();
  if (now->path() != now->staging_path() || (given != share{} && !given.stopped))
    return answer::conflict(s.q.component + ": not all viewers get \"" + now->staging_path() +
                                "\": " + text_of(given) + ", the others \"" + now->path() +
                                "\"; shift to 100 comes first",
                            {{"origin_path", now->path()}, {"staging_path", now->staging_path()}});
  return answer::done({{"path", now->path()}, {"version", version_at_path(*s.bound.tried, now->path())}});
}

}  // namespace shipflow::cloudfront
