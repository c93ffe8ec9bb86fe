// Looking at a site, and clearing away what no release needs any more.
#include "base/members.hpp"
#include "provider/site/actions.hpp"
#include "provider/site/ahead.hpp"

#include <algorithm>
#include <set>

namespace shipflow::site {
namespace {

constexpr std::size_t most_differences = 10;

/// Keys and copies that the releases which are kept may need.
struct needed {
  std::set<std::string> kept;
  std::vector<std::string> manifests;
};

/// Deletes in full requests.
class sweeper {
 public:
  explicit sweeper(session& s) : s_(s) {}
  result<void> add(std::string key) {
    keys_.push_back(std::move(key));
    return keys_.size() == s3::keys_per_delete ? flush() : result<void>{};
  }
  result<void> flush() {
    if (keys_.empty()) return {};
    const auto gone = s_.on.remove(keys_);
    if (!gone) return gone.error();
    if (!gone->empty())
      return s_.refuse(errc::failed,
                       "object " + gone->front().first + " cannot be deleted: " + gone->front().second);
    deleted += keys_.size();
    keys_.clear();
    return {};
  }
  std::uint64_t deleted = 0;

 private:
  session& s_;
  std::vector<std::string> keys_;
};

/// The manifests of releases that are kept, side by side with the present one.
result<std::vector<ahead<entry>>> past_of(session& s, const heading& head, needed& to) {
  std::vector<ahead<entry>> out;
  for (const auto& p : head.before) {
    auto m = open_manifest(s, release_name(p.release));
    if (!m) return m.error();
    if (!*m) continue;
    to.manifests.push_back(release_name(p.release));
    const std::shared_ptr<entries> list = std::move((*m)->rest);
    out.emplace_back([list] { return list->next(); });
  }
  return out;
}

/// Whether a kept release has the key; what it would be brought back from is noted.
result<bool> wanted(std::vector<ahead<entry>>& past, const std::string& key, const std::string& etag,
                    needed& to) {
  bool any = false;
  for (auto& list : past) {
    for (;;) {
      if (auto ok = list.fill(); !ok) return ok.error();
      if (list.key() == nullptr || *list.key() > key) break;
      const std::string at = *list.key();
      const auto e = list.take(at);
      if (e->left) continue;
      const bool here = e->key == key;
      any = any || here;
      if (!here || e->etag != etag) to.kept.insert(kept_name(*e));
    }
  }
  return any;
}

result<void> sweep_left(session& s, manifest& now, needed& to, sweeper& away, comparison& what) {
  auto past = past_of(s, now.head, to);
  if (!past) return past.error();
  const auto before = s.now() - s.bound.keep_for;
  for (;;) {
    auto e = now.rest->next();
    if (!e) return e.error();
    if (!*e) break;
    auto& o = **e;
    const auto needs = wanted(*past, o.key, o.etag, to);
    if (!needs) return needs.error();
    if (o.left && *o.left <= before && !*needs) {
      if (auto ok = away.add(s.full(o.key)); !ok) return ok;
      continue;
    }
    if (o.left) {
      ++what.left;
    } else {
      ++what.files;
      what.bytes += o.size;
    }
    if (auto ok = what.lines.add(line_of(o)); !ok) return ok;
  }
  const auto rest = wanted(*past, "\xFF", "", to);
  return rest ? result<void>{} : result<void>(rest.error());
}

/// Copies and manifests that no kept release names.
result<void> sweep_own(session& s, const std::string& prefix, const std::set<std::string>& keep,
                       sweeper& away) {
  std::string token;
  do {
    const auto page = s.on.list(s.full(prefix), token);
    if (!page) return page.error();
    for (const auto& o : page->objects)
      if (!keep.contains(o.key.substr(s.bound.prefix.size())))
        if (auto ok = away.add(o.key); !ok) return ok;
    token = page->next;
  } while (!token.empty());
  return {};
}

result<json::object> swept(session& s, lock& held) {
  auto now = open_manifest(s, manifest_name);
  if (!now) return now.error();
  if (!*now) return json::object{{"deleted", 0}, {"left", 0}};
  const auto cut_off = read_pending(s);
  if (!cut_off) return cut_off.error();
  if (*cut_off)
    return s.refuse(errc::conflict, "a release was cut off; publish again or restore before pruning");
  needed to;
  sweeper away(s);
  comparison what(s.bound.serve);
  if (auto ok = sweep_left(s, **now, to, away, what); !ok) return ok.error();
  if (auto ok = away.flush(); !ok) return ok.error();
  std::set<std::string> manifests(to.manifests.begin(), to.manifests.end());
  manifests.insert(release_name((*now)->head.release));
  if (auto ok = sweep_own(s, ".shipflow/kept/", to.kept, away); !ok) return ok.error();
  if (auto ok = sweep_own(s, ".shipflow/releases/", manifests, away); !ok) return ok.error();
  if (auto ok = away.flush(); !ok) return ok.error();
  auto head = (*now)->head;
  if (away.deleted > 0)
    if (auto ok = conclude(s, held, head, what, (*now)->etag); !ok) return ok.error();
  return json::object{{"deleted", away.deleted}, {"left", what.left}};
}

}  // namespace

json::object standing(const heading& h) {
  return {{"release", h.release}, {"version", h.version}, {"files", h.files}, {"bytes", h.bytes}};
}

json::object standing_already(const heading& h) {
  auto out = standing(h);
  for (const auto* of_change : {"changed", "uploaded", "uploaded_bytes"}) out[of_change] = 0;
  out["paths"] = json::array{"/*"};
  return out;
}

result<json::object> prune(session& s) {
  lock held(s);
  if (auto ok = held.take(); !ok) return ok.error();
  auto done = swept(s, held);
  const auto back = held.give_back();
  if (done && !back) return back.error();
  return done;
}

result<json::object> verify(session& s) {
  auto now = open_manifest(s, manifest_name);
  if (!now) return now.error();
  if (!*now) return s.refuse(errc::not_found, "no release stands in bucket " + s.bound.bucket);
  const auto version = members::text(s.q.inputs, "version");
  if (!version.empty() && version != (*now)->head.version)
    return s.refuse(errc::failed, "version " + (*now)->head.version + " stands there, not " + version);
  const auto wrong = differences(s, *(*now)->rest, most_differences);
  if (!wrong) return wrong.error();
  if (!wrong->empty()) {
    std::string all;
    for (const auto& w : *wrong) all += (all.empty() ? "" : "; ") + w;
    return s.refuse(errc::failed, "the site is not as it was released: " + all);
  }
  return standing((*now)->head);
}

result<json::object> look(session& s) {
  const auto now = open_manifest(s, manifest_name, extent::beginning);
  if (!now) return now.error();
  if (!*now)
    return json::object{{"release", nullptr}, {"restores", {{"release", nullptr}, {"digest", nullptr}}}};
  const auto& h = (*now)->head;
  return json::object{{"release", h.release}, {"version", h.version},
                      {"digest", h.digest},   {"files", h.files},
                      {"bytes", h.bytes},     {"restores", {{"release", h.release}, {"digest", h.digest}}}};
}

result<std::optional<json::object>> outcome_of(session& s) {
  auto now = open_manifest(s, manifest_name, extent::beginning);
  if (!now) return now.error();
  if (!*now || (*now)->head.release != release_of(s.q.effect_key)) return std::optional<json::object>{};
  return std::optional(standing_already((*now)->head));
}

}  // namespace shipflow::site
