// The path of the origin: only that member is changed, against the ETag of what was read; then waited for, then flushed.
#include "aws/operations.hpp"
#include "base/members.hpp"
#include "provider/cloudfront/actions.hpp"
#include "provider/cloudfront/standing.hpp"

#include <algorithm>

namespace shipflow::cloudfront {
namespace {

constexpr duration soon{5'000};
constexpr duration later{20'000};
constexpr int most_rounds = 3;

result<std::string> wanted_path(const session& s) {
  const auto* given = members::find(s.q.inputs, "path");
  auto path = members::text(s.q.inputs, "path");
  if (given != nullptr && given->is_string() && is_origin_path(path)) return path;
  return make_error(errc::invalid_argument,
                    s.q.component + ": path must be empty, or begin with a slash and not end with one");
}

/// The path that was there before, as the baseline says.
result<std::string> path_before(const session& s) {
  const auto& base = members::as_object(s.q.baseline);
  if (base.contains("origin_path")) return members::text(base, "origin_path");
  return make_error(errc::invalid_argument, s.q.component + ": " + std::string(name_of(s.q.what)) +
                                                " of switch_origin needs its baseline");
}

answer found_other(const session& s, const configured& now, const std::string& expected) {
  return answer::conflict(s.q.component + ": the origin's path is \"" + now.path + "\" and not \"" +
                              expected + "\"; somebody else switched it",
                          {{"expected", expected}, {"found", now.path}});
}

answer started(const session& s, const std::string& path, bool back) {
  return answer::started({{"path", path}, {"back", back}, {"begun", to_ms(s.on.now())}}, soon);
}

/// From one of two paths to `to`; whoever changed something else meanwhile is not overwritten.
answer bring(session& s, const std::string& from, const std::string& to, bool back) {
  for (int i = 0; i < most_rounds; ++i) {
    auto now = look_at_config(s);
    if (!now) return now.error();
    if (now->path == to) return started(s, to, back);
    if (now->path != from) return found_other(s, *now, from);
    if (!put_path(now->config, now->origin, to))
      return s.refuse(errc::not_found, "origin " + now->origin + " is gone");
    const auto said = s.attempt(aws::cloudfront, "UpdateDistribution",
                                {{"Id", s.bound.distribution},
                                 {"IfMatch", now->etag},
                                 {"DistributionConfig", std::move(now->config)}});
    if (said) return started(s, to, back);
    if (said.error().aws_code != "PreconditionFailed") return aws::visit::not_written(said.error());
  }
  return s.refuse(errc::unavailable,
                  "distribution " + s.bound.distribution + " is changed by others all the time");
}

result<std::vector<std::string>> flushed_paths(const session& s) {
  const auto* given = members::find(s.q.inputs, "invalidate");
  if (given == nullptr) return std::vector<std::string>{"/*"};
  return paths_of(*given, {{"variants", true}});
}

answer flushed(session& s, const std::string& path, bool back, duration since) {
  const auto paths = flushed_paths(s);
  if (!paths) return answer::failed(paths.error());
  if (const auto patience = patience_of(s.q.inputs); !patience) return answer::failed(patience.error());
  if (paths->empty()) return answer::done({{"origin_path", path}, {"completed", true}});
  const auto f = flush_within(s, s.bound.distribution, *paths, reference_of(s.q, back), since);
  if (!f) return f.error();
  if (f->over) return answer::done({{"origin_path", path}, {"completed", f->completed}});
  return answer::in_progress(
      90, f->must_wait ? "too many invalidations are in progress" : "caches are invalidated",
      std::clamp<duration>(since / 20, soon, later));
}

answer settle(session& s) {
  const auto& handle = members::as_object(s.q.handle);
  if (!handle.contains("path")) return s.refuse(errc::invalid_argument, "the handle is not one of a switch");
  if (s.q.stop.stop_requested())
    return s.refuse(errc::cancelled, "the distribution is not waited for any more; CloudFront deploys it");
  const auto path = members::text(handle, "path");
  const auto since = s.on.now() - from_ms(members::whole(handle, "begun"));
  const auto seen = s.read(aws::cloudfront, "GetDistribution", {{"Id", s.bound.distribution}});
  if (!seen) return seen.error();
  const auto now = look_at_config(s);
  if (!now) return now.error();
  if (now->path != path) return found_other(s, *now, path);
  if (members::text(members::object(*seen, "Distribution"), "Status") != "Deployed")
    return answer::in_progress(-1, "distribution " + s.bound.distribution + " is being deployed",
                               std::clamp<duration>(since / 20, soon, later));
  return flushed(s, path, members::truth(handle, "back"), since);
}

answer ready(session& s, const std::string& before, const std::string& set) {
  const auto now = look_at_config(s);
  if (!now) return now.error();
  if (now->path != before && now->path != set) return found_other(s, *now, set);
  return answer::done({{"takes_ms", 300'000}});
}

}  // namespace

aws::got<configured> look_at_config(session& s) {
  auto said = s.read(aws::cloudfront, "GetDistributionConfig", {{"Id", s.bound.distribution}});
  if (!said) return said.error();
  configured out;
  out.config = members::object(*said, "DistributionConfig");
  out.etag = members::text(*said, "ETag");
  auto origin = origin_named(s, out.config);
  if (origin) {
    out.origin = std::move(*origin);
    out.path = path_in(out.config, out.origin);
  } else if (s.q.action == "switch_origin") {
    return origin.error();
  }
  return out;
}

answer switch_origin(session& s) {
  if (s.q.what == verb::settle) return settle(s);
  const auto to = wanted_path(s);
  if (!to) return answer::failed(to.error());
  if (s.q.what == verb::resolve) {
    const auto now = look_at_config(s);
    if (!now) return now.error();
    return now->path == *to ? started(s, *to, false) : answer::not_applied();
  }
  const auto before = path_before(s);
  if (!before) return answer::failed(before.error());
  if (s.q.what == verb::ready) return ready(s, *before, *to);
  if (s.q.what == verb::undo) return bring(s, *to, *before, true);
  return bring(s, *before, *to, false);
}

}  // namespace shipflow::cloudfront
