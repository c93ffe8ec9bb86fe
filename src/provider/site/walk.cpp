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

walk::walk(session& s, tree* local, entries* past, entries* known, cut_off& before)
    : objects_(s),
      local_(from<file>(local)),
      past_(belonging(past)),
      known_(from<entry>(known)),
      there_([this] { return objects_.next(); }),
      before_(from<touched>(before ? &*before : nullptr)) {}

result<void> walk::fill() {
  if (auto ok = local_.fill(); !ok) return ok;
  if (auto ok = past_.fill(); !ok) return ok;
  if (auto ok = known_.fill(); !ok) return ok;
  return there_.fill();
}

/// What an operation that was cut off may have done to it.
result<void> walk::recall(item& i) {
  for (;;) {
    if (auto ok = before_.fill(); !ok) return ok;
    if (before_.key() == nullptr || *before_.key() > i.key) return {};
    const std::string key = *before_.key();
    const auto t = before_.take(key);
    if (key != i.key) continue;
    i.adds = t->what == touched::deed::adds;
    i.touched = t->what == touched::deed::attributes;
  }
}

result<std::optional<item>> walk::next() {
  if (auto ok = fill(); !ok) return ok.error();
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
  i.ours = i.known.has_value();
  if (!about_it(i)) i.known.reset();
  if (auto ok = recall(i); !ok) return ok.error();
  return std::optional<item>(std::move(i));
}

}  // namespace shipflow::site
