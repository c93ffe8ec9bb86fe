#include "provider/site/walk.hpp"

namespace shipflow::site {
namespace {

template <class T, class From>
typename ahead<T>::source from(From* list) {
  return [list]() -> result<std::optional<T>> {
    if (list == nullptr) return std::optional<T>{};
    return list->next();
  };
}

/// Entries that belonged to the release; what had left it then is not wanted back.
ahead<entry>::source belonging(entries* past) {
  return [past]() -> result<std::optional<entry>> {
    if (past == nullptr) return std::optional<entry>{};
    for (;;) {
      auto e = past->next();
      if (!e || !*e || !(*e)->left) return e;
    }
  };
}

}  // namespace

walk::walk(session& s, tree* local, entries* past, entries* known, const pending& cut_off)
    : objects_(s),
      local_(from<file>(local)),
      past_(belonging(past)),
      known_(from<entry>(known)),
      there_([this] { return objects_.next(); }),
      cut_off_(cut_off) {}

result<std::optional<item>> walk::next() {
  if (auto ok = local_.fill(); !ok) return ok.error();
  if (auto ok = past_.fill(); !ok) return ok.error();
  if (auto ok = known_.fill(); !ok) return ok.error();
  if (auto ok = there_.fill(); !ok) return ok.error();
  const std::string* least = nullptr;
  for (const auto* key : {local_.key(), past_.key(), known_.key(), there_.key()})
    if (key != nullptr && (least == nullptr || *key < *least)) least = key;
  if (least == nullptr) return std::optional<item>{};
  item i;
  i.key = *least;
  i.local = local_.take(i.key);
  i.past = past_.take(i.key);
  i.known = known_.take(i.key);
  i.there = there_.take(i.key);
  const bool about_it =
      i.known && i.there && i.known->etag == i.there->etag && i.known->size == i.there->size;
  i.ours = i.known.has_value();
  if (!about_it) i.known.reset();
  if (const auto* deed = cut_off_.find(i.key); deed != nullptr) {
    i.adds = *deed == pending::deed::adds;
    i.touched = *deed == pending::deed::attributes;
  }
  return std::optional<item>(std::move(i));
}

}  // namespace shipflow::site
