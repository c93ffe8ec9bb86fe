#include "provider/site/compare.hpp"

#include "provider/site/transfer.hpp"
#include "provider/site/walk.hpp"

#include <algorithm>

namespace shipflow::site {
namespace {

constexpr std::size_t batch = 512;

bool same_attributes(const s3::attributes& a, const s3::attributes& b) {
  return a.type == b.type && a.cache == b.cache && a.encoding == b.encoding;
}

/// What is decided about one key: nothing, a line of the manifest, a change, or that it goes.
struct decision {
  std::optional<entry> line;
  std::optional<change> to_do;
  bool goes = false;
};

change change_of(const item& i, deed what, const binding& by, s3::attributes with) {
  change c;
  c.key = i.key;
  c.what = what;
  c.at = place_of(i.key, by.serve);
  c.is.size = i.past ? i.past->size : i.local ? i.local->is.size : 0;
  if (i.local) c.is = i.local->is;
  c.with = std::move(with);
  c.there = i.there;
  c.known = i.known;
  return c;
}

decision to_be_done(change c) {
  decision d;
  d.line = entry{c.key, c.is.size, "", c.with, std::nullopt};
  d.to_do = std::move(c);
  return d;
}

decision as_it_is(const item& i, s3::attributes with) {
  decision d;
  d.line = entry{i.key, i.there->size, i.there->etag, std::move(with), std::nullopt};
  return d;
}

/// Not wanted: what is ours leaves the release, all else is nobody's business here.
decision leaving(const item& i, time_point now) {
  decision d;
  if (!i.there || (!i.ours && !i.adds)) return d;
  d.line = i.known ? *i.known : found(*i.there);
  if (!d.line->left) d.line->left = now;
  return d;
}

struct publishing {
  session& s;
  const tree& from;
  bool cut_off;

  result<decision> decide(const item& i) const {
    if (!i.local) return unwanted(i);
    if (i.key.starts_with(own_prefix))
      return s.refuse(errc::invalid_argument,
                      "file " + i.key + " has a name that shipflow uses itself; leave .shipflow/ out");
    auto with = attributes_of(i.key, s.bound.serve);
    if (!i.there || i.there->size != i.local->is.size) return put(i, std::move(with));
    auto bytes = from.open(i.key);
    if (!bytes) return bytes.error();
    auto digest = digest_of(**bytes, i.local->is.size);
    if (!digest) return digest.error();
    const auto after = (*bytes)->now();
    if (!after) return after.error();
    if (*after != i.local->is)
      return s.refuse(errc::conflict, "file " + i.key +
                                          " changes while it is read; publish from a directory that "
                                          "nobody writes to");
    with.digest = *digest;
    if (i.known && knows_content(*i.known)) {
      if (i.known->with.digest != *digest) return put(i, std::move(with));
      return by_attributes(i, i.known->with, std::move(with));
    }
    return ask(i, **bytes, std::move(with));
  }

  /// A page that a release brought which was cut off may name what leaves before it does, so it goes at once.
  [[nodiscard]] decision unwanted(const item& i) const {
    auto d = leaving(i, s.now());
    const bool page = place_of(i.key, s.bound.serve) >= place::page;
    if (d.line && !i.known && page && cut_off) return {std::nullopt, std::nullopt, true};
    return d;
  }

  [[nodiscard]] decision put(const item& i, s3::attributes with) const {
    return to_be_done(change_of(i, deed::put, s.bound, std::move(with)));
  }

  [[nodiscard]] decision by_attributes(const item& i, const s3::attributes& are, s3::attributes with) const {
    if (same_attributes(are, with) && !i.touched) return as_it_is(i, std::move(with));
    const auto what = i.there->size > s3::largest_copy ? deed::put : deed::attributes;
    return to_be_done(change_of(i, what, s.bound, std::move(with)));
  }

  /// The manifest knows nothing about it: somebody else put it there, or we did and were cut off.
  result<decision> ask(const item& i, content& bytes, s3::attributes with) const {
    const auto is = s.on.head(s.full(i.key));
    if (!is && is.error().code == errc::not_found) return put(i, std::move(with));
    if (!is) return is.error();
    bool same = is->with.digest == with.digest && is->size == i.local->is.size;
    if (!same) {
      const auto etag = etag_of(bytes, i.local->is.size);
      if (!etag) return etag.error();
      same = *etag == is->etag;
    }
    if (!same || is->etag != i.there->etag) return put(i, std::move(with));
    return by_attributes(i, is->with, std::move(with));
  }
};

struct going_back {
  session& s;
  leftovers rest;

  result<decision> decide(const item& i) const {
    if (!i.past) return unwanted(i);
    const auto& then = *i.past;
    if (!i.there) return bring_back(i);
    const bool same_bytes = (i.there->etag == then.etag && i.there->size == then.size) ||
                            (i.known && knows_content(*i.known) && i.known->with.digest == then.with.digest);
    if (!same_bytes) return bring_back(i);
    const bool same = !i.touched && (!i.known || !knows_content(*i.known) || !knows_content(then) ||
                                     same_attributes(i.known->with, then.with));
    if (same) return as_it_is(i, then.with);
    if (!knows_content(then) || i.there->size > s3::largest_copy) return bring_back(i);
    return to_be_done(change_of(i, deed::attributes, s.bound, then.with));
  }

  [[nodiscard]] decision unwanted(const item& i) const {
    auto d = leaving(i, s.now());
    if (!d.line) return d;
    const bool left_before = i.known && i.known->left;
    const bool page = place_of(i.key, s.bound.serve) >= place::page;
    if (rest == leftovers::go || (page && !left_before)) return {std::nullopt, std::nullopt, true};
    return d;
  }

  [[nodiscard]] decision bring_back(const item& i) const {
    auto c = change_of(i, deed::bring_back, s.bound, i.past->with);
    c.kept = kept_name(*i.past);
    return to_be_done(std::move(c));
  }
};

result<void> note(comparison& out, decision d, const std::string& key) {
  if (d.goes) out.goes.push_back(key);
  if (!d.line) return {};
  if (d.line->left) {
    ++out.left;
  } else {
    ++out.files;
    out.bytes += d.line->size;
    if (!d.to_do) ++out.same;
  }
  if (d.to_do) out.changes.push_back(std::move(*d.to_do));
  return out.lines.add(line_of(*d.line));
}

/// Walks in order, decides many at the same time, notes in order.
template <class Decider>
result<comparison> all_of(session& s, walk& over, const Decider& by) {
  comparison out;
  bool more = true;
  while (more) {
    std::vector<item> items;
    while (items.size() < batch) {
      auto i = over.next();
      if (!i) return i.error();
      more = i->has_value();
      if (!more) break;
      items.push_back(std::move(**i));
    }
    std::vector<decision> decided(items.size());
    const auto ok =
        s.hands.each(items.size(), s.bound.connections, s.q.stop, [&](std::size_t n) -> result<void> {
          auto d = by.decide(items[n]);
          if (!d) return d.error();
          decided[n] = std::move(*d);
          return {};
        });
    if (!ok) return ok.error();
    for (std::size_t n = 0; n < items.size(); ++n)
      if (auto noted = note(out, std::move(decided[n]), items[n].key); !noted) return noted.error();
  }
  std::stable_sort(out.goes.begin(), out.goes.end(), [&](const auto& a, const auto& b) {
    return place_of(a, s.bound.serve) < place_of(b, s.bound.serve);
  });
  return out;
}

}  // namespace

bool knows_content(const entry& e) { return !e.with.digest.empty() && !e.with.digest.starts_with("etag:"); }

entry found(const s3::listed& o) {
  entry e{o.key, o.size, o.etag, {}, std::nullopt};
  e.with.digest = "etag:" + o.etag;
  return e;
}

result<comparison> compare_with(session& s, tree& from, entries* known, const pending& cut_off) {
  walk over(s, &from, nullptr, known, cut_off);
  return all_of(s, over, publishing{s, from, !cut_off.keys.empty()});
}

result<comparison> compare_with(session& s, entries& past, entries* known, const pending& cut_off,
                                leftovers rest) {
  walk over(s, nullptr, &past, known, cut_off);
  return all_of(s, over, going_back{s, rest});
}

result<std::vector<std::string>> differences(session& s, entries& known, std::size_t most) {
  std::vector<std::string> out;
  const pending nothing;
  walk over(s, nullptr, &known, nullptr, nothing);
  while (out.size() < most) {
    const auto i = over.next();
    if (!i) return i.error();
    if (!*i) break;
    const auto& e = **i;
    if (!e.past) continue;
    if (!e.there)
      out.push_back(e.key + " is not there");
    else if (e.there->etag != e.past->etag || e.there->size != e.past->size)
      out.push_back(e.key + " was written by somebody else");
  }
  return out;
}

}  // namespace shipflow::site
