#include "provider/site/compare.hpp"

#include "provider/site/note.hpp"
#include "provider/site/walk.hpp"

namespace shipflow::site {
namespace {

template <class Decider>
result<comparison> all_of(session& s, walk& over, const Decider& by) {
  comparison out(s.bound.serve);
  bool more = true;
  while (more) {
    std::vector<step> steps;
    while (steps.size() < batch) {
      auto i = over.next();
      if (!i) return i.error();
      more = i->has_value();
      if (!more) break;
      steps.emplace_back(std::move(**i));
    }
    if (auto ok = note_all(s, out, steps, by); !ok) return ok.error();
  }
  return out;
}

}  // namespace

bool knows_content(const entry& e) { return !e.with.digest.empty() && !e.with.digest.starts_with("etag:"); }

bool about_it(const item& i) {
  return i.known && i.there && i.known->etag == i.there->etag && i.known->size == i.there->size;
}

entry found(const s3::listed& o) {
  entry e{o.key, o.size, o.etag, {}, std::nullopt};
  e.with.digest = "etag:" + o.etag;
  return e;
}

result<comparison> compare_with(session& s, tree& from, entries* known, cut_off& before) {
  walk over(s, &from, nullptr, known, before);
  return all_of(s, over, publishing{s, from, before.has_value()});
}

result<comparison> compare_with(session& s, entries& past, entries* known, cut_off& before, leftovers rest) {
  if (rest == leftovers::stay && known != nullptr && !before) return compare_manifests(s, past, *known);
  walk over(s, nullptr, &past, known, before);
  return all_of(s, over, going_back{s, rest});
}

result<std::vector<std::string>> differences(session& s, entries& known, std::size_t most) {
  std::vector<std::string> out;
  cut_off nothing;
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
