#include "provider/site/carry.hpp"

#include "provider/site/copy.hpp"

#include <algorithm>
#include <memory>

namespace shipflow::site {
namespace {

/// Changes in memory at a time.
constexpr std::size_t at_once = 2048;
/// Large files that are open at a time.
constexpr std::size_t open_at_once = 16;

/// What stands there is kept, so that it can be brought back.
result<void> keep_former(session& s, const change& c) {
  if (!c.there) return {};
  // What only gets other attributes is put right by attributes, if those it has are known.
  if (c.what == deed::attributes && c.known && knows_content(*c.known)) return {};
  const auto of = c.known ? *c.known : found(*c.there);
  const auto kept = copy(s, {c.key, c.there->etag, c.there->size, kept_name(of)});
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

/// Where ETags say nothing a digest beside the object does.
result<void> know_digest(const session& s, content& bytes, change& c) {
  if (s.bound.encryption.empty() || !c.with.digest.empty()) return {};
  auto digest = digest_of(bytes, c.is.size);
  if (!digest) return digest.error();
  c.with.digest = std::move(*digest);
  return {};
}

/// Large files together, so that none waits for the one before to be put together.
result<void> put_large(session& s, lock& held, const tree& from, const std::vector<change*>& all) {
  for (std::size_t begin = 0; begin < all.size(); begin += open_at_once) {
    if (auto ok = held.keep(); !ok) return ok;
    std::vector<std::unique_ptr<content>> files;
    std::vector<consignment> sent;
    const auto end = std::min(all.size(), begin + open_at_once);
    for (auto i = begin; i < end; ++i) {
      auto& c = *all[i];
      auto bytes = from.open(c.key);
      if (!bytes) return bytes.error();
      files.push_back(std::move(*bytes));
      if (auto ok = keep_former(s, c); !ok) return ok;
      if (auto ok = know_digest(s, *files.back(), c); !ok) return ok;
      sent.push_back({files.back().get(), {c.key, c.is, c.with, {}}, {}});
    }
    if (auto ok = send_in_parts(s, sent); !ok) return ok;
    for (auto i = begin; i < end; ++i) {
      all[i]->etag = std::move(sent[i - begin].arrived.etag);
      all[i]->with.digest = std::move(sent[i - begin].arrived.digest);
      ++s.seen.files;
    }
  }
  return {};
}

result<void> bring_back(session& s, change& c) {
  auto copied = copy(s, {c.kept, "", c.is.size, c.key});
  if (!copied && copied.error().code == errc::not_found)
    return s.refuse(errc::not_found, "the former content of " + c.key + " is not kept any more");
  return done(c, std::move(copied));
}

bool large(const change& c) { return c.what == deed::put && c.is.size > part_size; }

/// Copies of it go in parts, which all hands carry.
bool alone(const session& s, const change& c) {
  return in_parts(s, c.is.size) || (c.there && in_parts(s, c.there->size));
}

result<void> one(session& s, const tree* from, change& c) {
  if (auto ok = keep_former(s, c); !ok) return ok;
  result<void> ok;
  if (c.what == deed::bring_back)
    ok = bring_back(s, c);
  else if (c.what == deed::attributes)
    ok = done(c, copy(s, {c.key, c.there->etag, c.there->size, c.key, &c.with}));
  else
    ok = put_one(s, *from, c);
  if (ok) ++s.seen.files;
  return ok;
}

result<void> delete_all(session& s, const std::vector<change>& all) {
  auto kept = s.hands.each(all.size(), s.bound.connections, s.q.stop,
                           [&](std::size_t i) { return keep_former(s, all[i]); });
  if (!kept) return kept;
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const auto& c : all) names.push_back(c.key);
  return remove_own(s, names);
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

/// Large ones go up in parts that are sent at the same time, small ones many at a time.
result<void> carry_some(session& s, lock& held, const tree* from, std::vector<change>& all) {
  std::vector<change*> small;
  std::vector<change*> in_many_parts;
  for (auto& c : all) {
    if (large(c)) {
      in_many_parts.push_back(&c);
    } else if (!alone(s, c)) {
      small.push_back(&c);
    } else {
      if (auto ok = held.keep(); !ok) return ok;
      if (auto ok = one(s, from, c); !ok) return ok;
    }
  }
  if (!in_many_parts.empty())
    if (auto ok = put_large(s, held, *from, in_many_parts); !ok) return ok;
  return s.hands.each(small.size(), s.bound.connections, s.q.stop, [&](std::size_t i) -> result<void> {
    if (auto ok = held.keep(); !ok) return ok;
    return one(s, from, *small[i]);
  });
}

result<void> carry_place(session& s, lock& held, const tree* from, comparison& what, place p) {
  auto all = what.changes.of(p).lines();
  for (;;) {
    auto some = some_of(all, at_once);
    if (!some) return some.error();
    if (some->empty()) return {};
    if (auto ok = carry_some(s, held, from, *some); !ok) return ok;
    for (const auto& c : *some) {
      const entry is{c.key, c.is.size, c.etag, c.with, std::nullopt};
      if (auto ok = what.carried.of(p).add(line_of(is)); !ok) return ok;
    }
  }
}

bool absent(session& s) {
  const auto is = s.on.head(s.full(manifest_name));
  return !is && is.error().code == errc::not_found;
}

/// Lines of the manifest, those of what was carried out where they belong.
class completed_lines {
 public:
  explicit completed_lines(comparison& what) : all_(what.lines.lines()) {
    for (const auto p : places) carried_.push_back(what.carried.of(p).lines());
  }
  result<std::optional<std::string>> next() {
    auto line = all_.next();
    if (!line || !*line) return line;
    for (const auto p : places)
      if (**line == mark_of(p)) return carried_.at(static_cast<std::size_t>(p)).next();
    return line;
  }

 private:
  line_reader all_;
  std::vector<line_reader> carried_;
};

result<void> complete(comparison& what, spool& to) {
  completed_lines all(what);
  for (;;) {
    const auto line = all.next();
    if (!line) return line.error();
    if (!*line) return {};
    if (auto ok = to.add(**line + "\n"); !ok) return ok;
  }
}

/// What belongs to the release, and nothing else.
result<std::string> digest_of(spool& lines) {
  release_digest digest;
  entries all(lines.lines());
  for (;;) {
    const auto e = all.next();
    if (!e) return e.error();
    if (!*e) return digest.text();
    if (!(*e)->left) digest.add(**e);
  }
}

}  // namespace

result<void> carry(session& s, lock& held, const tree* from, comparison& what) {
  s.seen.all_files = what.changed;
  s.seen.all_bytes = what.sent_bytes;
  for (const auto p : places) {
    s.seen.doing = name_of_place(p);
    if (auto ok = carry_place(s, held, from, what, p); !ok) return ok;
  }
  return {};
}

result<void> let_go(session& s, lock& held, comparison& what) {
  s.seen.doing = "deleting";
  // What names others goes before what it names, and never in the same request: one deletes in any order.
  for (auto n = places.size(); n > 0; --n) {
    auto all = what.goes.of(places.at(n - 1)).lines();
    for (;;) {
      const auto some = some_of(all, s3::keys_per_delete);
      if (!some) return some.error();
      if (some->empty()) break;
      if (auto ok = held.keep(); !ok) return ok;
      if (auto ok = delete_all(s, *some); !ok) return ok;
    }
  }
  return {};
}

result<void> announce(session& s, comparison& what) {
  if (what.changed + what.gone == 0) return {};
  return write_pending(s, what.touches);
}

result<void> conclude(session& s, lock& held, heading& head, comparison& what, const std::string& etag) {
  s.seen.doing = "writing the manifest";
  spool to;
  if (auto ok = complete(what, to); !ok) return ok;
  if (head.digest.empty()) {
    auto digest = digest_of(to);
    if (!digest) return digest.error();
    head.digest = std::move(*digest);
    head.files = what.files;
    head.bytes = what.bytes;
  }
  const auto first = line_of(head);
  const auto text = to.bytes(first);
  const auto size = first.size() + to.size();
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
