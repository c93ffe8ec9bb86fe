#include "provider/site/decide.hpp"

#include "provider/site/transfer.hpp"

namespace shipflow::site {
namespace {

bool same_attributes(const s3::attributes& a, const s3::attributes& b) {
  return a.type == b.type && a.cache == b.cache && a.encoding == b.encoding;
}

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

enum class former { lost, kept };
decision gone(const item& i, const binding& by, former what) {
  auto c = change_of(i, deed::go, by, {});
  if (what == former::lost) c.there.reset();
  return {std::nullopt, std::move(c)};
}

}  // namespace

result<decision> publishing::decide(const item& i) const {
  if (!i.local) return unwanted(i);
  if (i.key.starts_with(own_prefix))
    return s.refuse(errc::invalid_argument,
                    "file " + i.key + " has a name that shipflow uses itself; leave .shipflow/ out");
  if (part_size_for(i.local->is.size) > s3::largest_copy)
    return s.refuse(errc::unsupported,
                    "file " + i.key + " is larger than what S3 takes in 10000 parts; leave it out");
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
decision publishing::unwanted(const item& i) const {
  auto d = leaving(i, s.now());
  const auto at = place_of(i.key, s.bound.serve);
  if (d.line && !i.known && at >= place::page && cut_off) return gone(i, s.bound, former::lost);
  return d;
}

decision publishing::put(const item& i, s3::attributes with) const {
  return to_be_done(change_of(i, deed::put, s.bound, std::move(with)));
}

decision publishing::by_attributes(const item& i, const s3::attributes& are, s3::attributes with) const {
  if (same_attributes(are, with) && !i.touched) return as_it_is(i, std::move(with));
  return to_be_done(change_of(i, deed::attributes, s.bound, std::move(with)));
}

/// The manifest knows nothing about it: somebody else put it there, or we did and were cut off.
result<decision> publishing::ask(const item& i, content& bytes, s3::attributes with) const {
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

result<decision> going_back::decide(const item& i) const {
  if (!i.past) return unwanted(i);
  const auto& then = *i.past;
  if (!i.there) return bring_back(i);
  const bool same_bytes = (i.there->etag == then.etag && i.there->size == then.size) ||
                          (i.known && knows_content(*i.known) && i.known->with.digest == then.with.digest);
  if (!same_bytes) return bring_back(i);
  const bool same = !i.touched && (!i.known || !knows_content(*i.known) || !knows_content(then) ||
                                   same_attributes(i.known->with, then.with));
  if (same) return as_it_is(i, then.with);
  if (!knows_content(then)) return bring_back(i);
  return to_be_done(change_of(i, deed::attributes, s.bound, then.with));
}

decision going_back::unwanted(const item& i) const {
  auto d = leaving(i, s.now());
  if (!d.line) return d;
  const bool left_before = i.known && i.known->left;
  const auto at = place_of(i.key, s.bound.serve);
  if (rest == leftovers::go) return gone(i, s.bound, former::lost);
  if (at >= place::page && !left_before) return gone(i, s.bound, former::kept);
  return d;
}

decision going_back::bring_back(const item& i) const {
  auto c = change_of(i, deed::bring_back, s.bound, i.past->with);
  c.kept = kept_name(*i.past);
  return to_be_done(std::move(c));
}

}  // namespace shipflow::site
