#include "provider/site/carry.hpp"

#include <algorithm>
#include <array>

namespace shipflow::site {
namespace {

/// What stands there is kept, so that it can be brought back.
result<void> keep_former(session& s, const change& c) {
  if (!c.there) return {};
  // What only gets other attributes is put right by attributes, if those it has are known.
  if (c.what == deed::attributes && c.known && knows_content(*c.known)) return {};
  if (c.there->size > s3::largest_copy)
    return s.refuse(errc::unsupported,
                    "object " + c.key + " has more than 5 GiB and cannot be kept by copying it");
  const auto of = c.known ? *c.known : found(*c.there);
  const auto kept = s.on.copy(s.full(c.key), c.there->etag, s.full(kept_name(of)), nullptr);
  if (kept || kept.error().code == errc::not_found) return {};
  if (kept.error().code == errc::conflict)
    return s.refuse(errc::conflict, "object " + c.key + " is being written by somebody else");
  return kept.error();
}

result<void> done(change& c, result<std::string> etag) {
  if (!etag) return etag.error();
  c.etag = std::move(*etag);
  return {};
}

result<void> put_one(session& s, const tree& from, change& c) {
  const parcel what{c.key, c.is, c.with, {}};
  auto sent = send(s, from, what);
  if (!sent) return sent.error();
  c.with.digest = std::move(sent->digest);
  s.seen.bytes += c.is.size;
  return done(c, std::move(sent->etag));
}

result<void> put_large(session& s, const tree& from, change& c) {
  auto bytes = from.open(c.key);
  if (!bytes) return bytes.error();
  // Where ETags say nothing a digest beside the object does.
  if (!s.bound.encryption.empty() && c.with.digest.empty()) {
    auto digest = digest_of(**bytes, c.is.size);
    if (!digest) return digest.error();
    c.with.digest = std::move(*digest);
  }
  auto sent = send_in_parts(s, **bytes, {c.key, c.is, c.with, {}});
  if (!sent) return sent.error();
  c.with.digest = std::move(sent->digest);
  return done(c, std::move(sent->etag));
}

result<void> bring_back(session& s, change& c) {
  auto copied = s.on.copy(s.full(c.kept), "", s.full(c.key), nullptr);
  if (!copied && copied.error().code == errc::not_found)
    return s.refuse(errc::not_found, "the former content of " + c.key + " is not kept any more");
  return done(c, std::move(copied));
}

bool large(const change& c) { return c.what == deed::put && c.is.size > part_size; }

result<void> one(session& s, const tree* from, change& c) {
  if (auto ok = keep_former(s, c); !ok) return ok;
  result<void> ok;
  if (c.what == deed::bring_back)
    ok = bring_back(s, c);
  else if (c.what == deed::attributes)
    ok = done(c, s.on.copy(s.full(c.key), c.there->etag, s.full(c.key), &c.with));
  else
    ok = large(c) ? put_large(s, *from, c) : put_one(s, *from, c);
  if (ok) ++s.seen.files;
  return ok;
}

const char* name_of_place(place p) {
  switch (p) {
    case place::asset: return "assets";
    case place::other: return "other files";
    case place::page: return "pages";
    case place::entry: break;
  }
  return "the first page";
}

result<void> carry_place(session& s, lock& held, const tree* from, std::vector<change>& all, place p) {
  std::vector<change*> small;
  for (auto& c : all) {
    if (c.at != p) continue;
    if (!large(c)) {
      small.push_back(&c);
      continue;
    }
    if (auto ok = held.keep(); !ok) return ok;
    if (auto ok = one(s, from, c); !ok) return ok;
  }
  return s.hands.each(small.size(), s.bound.connections, s.q.stop, [&](std::size_t i) -> result<void> {
    if (auto ok = held.keep(); !ok) return ok;
    return one(s, from, *small[i]);
  });
}

bool absent(session& s) {
  const auto is = s.on.head(s.full(manifest_name));
  return !is && is.error().code == errc::not_found;
}

struct completed {
  spool lines;
  std::string digest;
};

/// Lines of what was changed get what only the bucket could say.
result<void> complete(comparison& what, completed& to) {
  release_digest digest;
  manifest_entries all(what.lines.lines());
  auto c = what.changes.begin();
  for (;;) {
    auto e = all.next();
    if (!e) return e.error();
    if (!*e) break;
    if (c != what.changes.end() && c->key == (*e)->key) {
      (*e)->etag = c->etag;
      (*e)->with = c->with;
      ++c;
    }
    if (!(*e)->left) digest.add(**e);
    if (auto ok = to.lines.add(line_of(**e)); !ok) return ok;
  }
  to.digest = digest.text();
  return {};
}

}  // namespace

result<void> carry(session& s, lock& held, const tree* from, comparison& what) {
  std::uint64_t bytes = 0;
  for (const auto& c : what.changes)
    if (c.what == deed::put) bytes += c.is.size;
  s.seen.all_files = what.changes.size();
  s.seen.all_bytes = bytes;
  for (const auto p : {place::asset, place::other, place::page, place::entry}) {
    s.seen.doing = name_of_place(p);
    if (auto ok = carry_place(s, held, from, what.changes, p); !ok) return ok;
  }
  return {};
}

result<void> let_go(session& s, lock& held, const std::vector<std::string>& goes) {
  s.seen.doing = "deleting";
  // Backwards: pages are last in the list.
  for (auto end = goes.size(); end > 0;) {
    const auto begin = end - std::min(end, s3::keys_per_delete);
    // One request deletes in any order, so a page and what it names are never in the same one.
    auto from = end - 1;
    const bool pages = place_of(goes[from], s.bound.serve) >= place::page;
    while (from > begin && (place_of(goes[from - 1], s.bound.serve) >= place::page) == pages) --from;
    if (auto ok = held.keep(); !ok) return ok;
    if (auto ok = remove_own(s, {goes.begin() + static_cast<std::ptrdiff_t>(from),
                                 goes.begin() + static_cast<std::ptrdiff_t>(end)});
        !ok)
      return ok;
    end = from;
  }
  return {};
}

result<void> announce(session& s, const comparison& what) {
  pending out;
  for (const auto& c : what.changes) {
    if (c.what == deed::attributes)
      out.keys.emplace_back(c.key, pending::deed::attributes);
    else if (!c.there)
      out.keys.emplace_back(c.key, pending::deed::adds);
  }
  return write_pending(s, out);
}

result<void> conclude(session& s, lock& held, heading& head, comparison& what, const std::string& etag) {
  s.seen.doing = "writing the manifest";
  completed to;
  if (auto ok = complete(what, to); !ok) return ok;
  head.digest = to.digest;
  head.files = what.files;
  head.bytes = what.bytes;
  const auto first = line_of(head);
  const auto text = to.lines.bytes(first);
  const auto size = first.size() + to.lines.size();
  if (auto own = send_own(s, release_name(head.release), *text, size, {}); !own) return own.error();
  if (auto ok = held.check(); !ok) return ok;
  auto put = send_own(s, manifest_name, *text, size, {.absent = etag.empty(), .etag = etag});
  // Some servers take what was deleted in a versioned bucket for something that is there.
  if (!put && etag.empty() && put.error().code == errc::conflict && absent(s))
    put = send_own(s, manifest_name, *text, size, {});
  if (!put && put.error().code == errc::conflict)
    return s.refuse(errc::fenced, "somebody else wrote the manifest of the site in bucket " + s.bound.bucket +
                                      " meanwhile; nothing of theirs was replaced");
  if (!put) return put.error();
  return remove_own(s, {pending_name});
}

}  // namespace shipflow::site
