// A former release becomes the one that stands there, from what is kept in the bucket.
#include "base/members.hpp"
#include "provider/site/actions.hpp"

#include <algorithm>

namespace shipflow::site {
namespace {

/// Which release is meant: by its id, by its version, or the one before.
result<std::string> meant(const session& s, const heading& now) {
  const auto wanted = members::text(s.q.inputs, "release");
  const auto version = members::text(s.q.inputs, "version");
  std::string known;
  for (const auto& p : now.before) {
    if (wanted.empty() ? version.empty() || p.version == version : p.release == wanted) return p.release;
    known += (known.empty() ? "" : ", ") + (p.version.empty() ? p.release : p.version);
  }
  const auto what = !wanted.empty()    ? "release " + wanted
                    : !version.empty() ? "version " + version
                                       : "a former release";
  return s.refuse(errc::not_found, what + " is not kept; kept are: " + (known.empty() ? "none" : known));
}

std::vector<past_release> history(const binding& by, const heading& now, const std::string& but) {
  std::vector<past_release> out;
  if (!now.release.empty() && now.release != but) out.push_back({now.release, now.version, now.at});
  for (const auto& p : now.before)
    if (static_cast<int>(out.size()) < by.keep_releases && p.release != but) out.push_back(p);
  return out;
}

/// No release is left: only what was there before shipflow.
result<void> forget(session& s) {
  if (auto ok = remove_own(s, {manifest_name}); !ok) return ok;
  return remove_all_own(s, {lock_name});
}

struct way_back {
  std::string release;
  heading head;  ///< of the release to go to
  leftovers rest = leftovers::stay;
};

result<json::object> go(session& s, lock& held, const way_back& to, std::unique_ptr<entries> past,
                        std::optional<manifest> now) {
  auto before = read_pending(s);
  if (!before) return before.error();
  if (*before)
    if (auto ok = give_up_uploads(s); !ok) return ok.error();
  auto what = compare_with(s, *past, now ? now->rest.get() : nullptr, *before, to.rest);
  if (!what) return what.error();
  if (auto ok = announce(s, *what); !ok) return ok.error();
  if (auto ok = carry(s, held, nullptr, *what); !ok) return ok.error();
  if (auto ok = let_go(s, held, *what); !ok) return ok.error();
  auto head = to.head;
  head.at = s.now();
  json::object out{{"release", to.release},
                   {"version", head.version},
                   {"changed", what->changed + what->gone},
                   {"paths", what->forget.paths()}};
  if (to.rest == leftovers::go) {
    if (auto ok = forget(s); !ok) return ok.error();
  } else {
    head.before = history(s.bound, now ? now->head : heading{}, to.release);
    if (auto ok = conclude(s, held, head, *what, now ? now->etag : ""); !ok) return ok.error();
  }
  if (auto ok = held.give_back(); !ok) return ok.error();
  return out;
}

result<json::object> go_to(session& s, lock& held, const std::string& release, std::optional<manifest> now) {
  auto past = open_manifest(s, release_name(release));
  if (!past) return past.error();
  if (!*past) {
    // Nothing was written before the first release began, so there is nothing to put back.
    if (release == found_release && !now) {
      if (auto ok = held.give_back(); !ok) return ok.error();
      return json::object{{"release", ""}, {"version", ""}, {"changed", 0}, {"paths", json::array{}}};
    }
    return s.refuse(errc::not_found, "the manifest of release " + release + " is not kept any more");
  }
  const auto rest = release == found_release ? leftovers::go : leftovers::stay;
  return go(s, held, {release, (*past)->head, rest}, std::move((*past)->rest), std::move(now));
}

std::string release_in(const json::value& baseline) {
  const auto* o = baseline.if_object();
  auto id = o == nullptr ? std::string{} : members::text(*o, "release");
  return id.empty() ? found_release : id;
}

/// With the lock, and without it afterwards unless it was cut off.
template <class Work>
result<json::object> locked(session& s, Work work) {
  lock held(s);
  if (auto ok = held.take(); !ok) return ok.error();
  auto now = open_manifest(s, manifest_name);
  auto done = now ? work(held, std::move(*now)) : result<json::object>(now.error());
  if (!done) (void)held.give_back();
  return done;
}

result<void> is_kept(session& s, const change& c) {
  if (c.what != deed::bring_back) return {};
  const auto kept = s.on.head(s.full(c.kept));
  if (kept) return {};
  if (kept.error().code != errc::not_found) return kept.error();
  return s.refuse(errc::not_found, "the former content of " + c.key + " is not kept any more");
}

result<void> all_are_kept(session& s, line_reader& changes) {
  constexpr std::size_t at_once = 2048;
  for (;;) {
    const auto some = some_of(changes, at_once);
    if (!some) return some.error();
    if (some->empty()) return {};
    auto ok = s.hands.each(some->size(), s.bound.connections, s.q.stop,
                           [&](std::size_t i) { return is_kept(s, (*some)[i]); });
    if (!ok) return ok;
  }
}

}  // namespace

result<json::object> restore(session& s) {
  return locked(s, [&](lock& held, std::optional<manifest> now) -> result<json::object> {
    if (!now) return s.refuse(errc::not_found, "no release stands in bucket " + s.bound.bucket);
    // What stood there when the action began says what "the one before" is, however often it is begun.
    const auto* base = s.q.baseline.if_object();
    heading then = now->head;
    if (base != nullptr && members::text(*base, "release") != then.release) {
      auto first = open_manifest(s, release_name(members::text(*base, "release")), extent::beginning);
      if (!first) return first.error();
      if (*first) then = (*first)->head;
    }
    const auto id = meant(s, then);
    if (!id) return id.error();
    return go_to(s, held, *id, std::move(now));
  });
}

result<json::object> put_back(session& s, const json::value& baseline) {
  return locked(s, [&](lock& held, std::optional<manifest> now) {
    return go_to(s, held, release_in(baseline), std::move(now));
  });
}

result<void> can_put_back(session& s, const json::value& baseline) {
  const auto release = release_in(baseline);
  auto now = open_manifest(s, manifest_name);
  if (!now) return now.error();
  auto past = open_manifest(s, release_name(release));
  if (!past) return past.error();
  if (!*past) {
    if (release == found_release && !*now) return {};
    return s.refuse(errc::not_found, "the manifest of release " + release + " is not kept any more");
  }
  auto before = read_pending(s);
  if (!before) return before.error();
  auto what = compare_with(s, *(*past)->rest, *now ? (*now)->rest.get() : nullptr, *before,
                           release == found_release ? leftovers::go : leftovers::stay);
  if (!what) return what.error();
  for (const auto p : places) {
    auto all = what->changes.of(p).lines();
    if (auto ok = all_are_kept(s, all); !ok) return ok;
  }
  return {};
}

}  // namespace shipflow::site
