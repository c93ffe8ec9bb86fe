// Release prefixes: each release in a place of its own, and the old places deleted when nobody is sent there any more.
#include "base/members.hpp"
#include "provider/site/actions.hpp"
#include "provider/site/walk.hpp"

#include <algorithm>

namespace shipflow::site {
namespace {

struct release_place {
  std::string prefix;
  heading head;
};

session at(const session& s, std::string prefix) {
  auto in = s;
  in.bound.prefix = std::move(prefix);
  return in;
}

std::string parent_of(const std::string& prefix) {
  if (prefix.empty()) return {};
  const auto slash = prefix.rfind('/', prefix.size() - 2);
  return slash == std::string::npos ? std::string{} : prefix.substr(0, slash + 1);
}

/// "/releases/1.5.0" is the path of an origin, "releases/1.5.0/" begins the keys behind it.
std::string keys_behind(const std::string& path) {
  auto out = path.substr(std::min(path.find_first_not_of('/'), path.size()));
  if (!out.empty() && !out.ends_with('/')) out += '/';
  return out;
}

/// Places with a manifest of ours, the newest first.
result<std::vector<release_place>> places_below(const session& s, const std::string& below) {
  std::vector<release_place> out;
  std::string token;
  do {
    auto page = s.on.folders(below, token);
    if (!page) return page.error();
    for (auto& prefix : page->prefixes) {
      if (prefix == below + std::string(own_prefix)) continue;
      auto in = at(s, prefix);
      auto m = open_manifest(in, manifest_name, extent::beginning);
      if (!m) return m.error();
      if (*m) out.push_back({std::move(prefix), std::move((*m)->head)});
    }
    token = page->next;
  } while (!token.empty());
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return a.head.at != b.head.at ? a.head.at > b.head.at : a.prefix > b.prefix;
  });
  return out;
}

/// Which place viewers were sent to before this one, as earlier calls saw it. This call is written down.
result<std::string> live_before(const session& s, const std::string& below, const std::string& live) {
  auto in = at(s, below);
  const auto was = in.on.get(in.full(live_name), 0, 16'384);
  if (!was && was.error().code != errc::not_found) return was.error();
  const auto read = was ? parse_json(was->body) : result<json::value>(json::object{});
  if (!read || !read->is_object())
    return make_error(errc::corrupt, "object " + in.full(live_name) + " cannot be read; delete it");
  const auto& o = read->get_object();
  const auto last = members::text(o, "live");
  if (last == live) return members::text(o, "before");
  const auto text = json::serialize(json::object{{"live", live}, {"before", last}}) + "\n";
  const auto put = put_own(in, live_name, text, {.absent = !was, .etag = was ? was->etag : std::string{}});
  if (!put) return put.error();
  return last;
}

/// The manifest after all else, so that who is cut off can be gone on with.
result<void> remove_what_is_ours(session& in) {
  if (auto ok = remove_all_own(in, {manifest_name, lock_name}); !ok) return ok;
  return remove_own(in, {manifest_name, lock_name});
}

/// What its manifest names, as it was released; whatever else lies there stays.
result<std::uint64_t> clear(session in) {
  lock held(in);
  if (auto ok = held.take(); !ok) return ok.error();
  auto now = open_manifest(in, manifest_name);
  if (!now) return now.error();
  if (!*now) return std::uint64_t{0};
  auto before = read_pending(in);
  if (!before) return before.error();
  comparison what(in.bound.serve);
  walk over(in, nullptr, nullptr, (*now)->rest.get(), *before);
  for (;;) {
    const auto i = over.next();
    if (!i) return i.error();
    if (!*i) break;
    if (!(*i)->there || (!(*i)->known && !(*i)->adds)) continue;
    change c;
    c.key = (*i)->key;
    c.what = deed::go;
    c.at = place_of(c.key, in.bound.serve);
    if (auto ok = note_gone(what, c); !ok) return ok.error();
  }
  if (auto ok = let_go(in, held, what); !ok) return ok.error();
  if (auto ok = remove_what_is_ours(in); !ok) return ok.error();
  return what.gone;
}

}  // namespace

result<json::object> prune_prefixes(session& s) {
  const auto live = keys_behind(members::text(s.q.inputs, "live"));
  if (live.empty())
    return s.refuse(errc::invalid_argument,
                    "prune_prefixes needs `live`, the path of the origin that viewers are sent to");
  const auto keep = members::whole(s.q.inputs, "keep", 3);
  if (keep < 1 || keep > most_prefixes_kept)
    return s.refuse(errc::invalid_argument,
                    "`keep` must be a whole number from 1 to " + std::to_string(most_prefixes_kept));
  const auto given = members::text(s.q.inputs, "below");
  const auto below = given.empty() ? parent_of(s.bound.prefix) : keys_behind(given);
  const auto all = places_below(s, below);
  if (!all) return all.error();
  const bool known =
      std::any_of(all->begin(), all->end(), [&](const release_place& p) { return p.prefix == live; });
  if (!known)
    return s.refuse(errc::conflict, "no release stands in " + live + " of bucket " + s.bound.bucket +
                                        ", where viewers are sent; nothing was deleted");
  const auto before = live_before(s, below, live);
  if (!before) return before.error();
  json::array kept;
  json::array removed;
  std::uint64_t deleted = 0;
  std::int64_t newest = 0;
  for (const auto& p : *all) {
    const bool used = p.prefix == live || p.prefix == *before || p.prefix == s.bound.prefix;
    if (newest++ < keep || used) {
      kept.emplace_back(p.prefix);
      continue;
    }
    s.seen.doing = "deleting old places";
    const auto gone = clear(at(s, p.prefix));
    if (!gone) return gone.error();
    deleted += *gone;
    removed.emplace_back(p.prefix);
  }
  return json::object{{"removed", std::move(removed)}, {"kept", std::move(kept)}, {"deleted", deleted}};
}

}  // namespace shipflow::site
