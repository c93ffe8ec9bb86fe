#include "provider/site/pending.hpp"

#include "base/members.hpp"
#include "provider/site/transfer.hpp"

#include <algorithm>
#include <map>

namespace shipflow::site {
namespace {

constexpr const char* first_line = "{\"shipflow_pending\":1}\n";

error damaged() { return make_error(errc::corrupt, "object .shipflow/pending.json cannot be read"); }

result<json::object> object_in(std::string_view line) {
  auto v = parse_json(line);
  if (!v || !v->is_object()) return damaged();
  return std::move(v->get_object());
}

template <class List, class Work>
result<void> each_of(List& list, const Work& work) {
  for (;;) {
    const auto e = list.next();
    if (!e) return e.error();
    if (!*e) return {};
    if (auto ok = work((*e)->key); !ok) return ok;
  }
}

/// Both lists in one; what was known before counts unless only attributes are new.
struct joined {
  ahead<touched> before, now;
  std::uint64_t fresh = 0;

  result<std::optional<touched>> next() {
    if (auto ok = before.fill(); !ok) return ok.error();
    if (auto ok = now.fill(); !ok) return ok.error();
    const auto* a = before.key();
    const auto* b = now.key();
    if (a == nullptr && b == nullptr) return std::optional<touched>{};
    const std::string key = b == nullptr || (a != nullptr && *a < *b) ? *a : *b;
    auto old = before.take(key);
    auto add = now.take(key);
    const bool changes = add && (!old || (add->what == touched::deed::attributes && old->what != add->what));
    fresh += changes ? 1U : 0U;
    return changes ? add : old;
  }
};

}  // namespace

std::string line_of(const touched& t) {
  return json::serialize(
             json::object{{"key", t.key}, {"deed", t.what == touched::deed::adds ? "adds" : "attributes"}}) +
         "\n";
}

result<std::optional<touched>> pending::next() {
  const auto line = from_.next();
  if (!line) return line.error();
  if (!*line) return std::optional<touched>{};
  const auto o = object_in(**line);
  if (!o) return o.error();
  const bool adds = members::text(*o, "deed") == "adds";
  return std::optional<touched>(
      {members::text(*o, "key"), adds ? touched::deed::adds : touched::deed::attributes});
}

result<std::optional<pending>> read_pending(session& s) {
  auto text = open_text(s, pending_name, extent::all);
  if (!text) return text.error();
  if (!*text) return std::optional<pending>{};
  const auto first = (*text)->lines.next();
  if (!first) return first.error();
  if (!*first) return damaged();
  const auto head = object_in(**first);
  if (!head) return head.error();
  if (members::whole(*head, "shipflow_pending") != 1) return damaged();
  return std::optional<pending>(std::move((*text)->lines));
}

result<void> write_pending(session& s, spool& what) {
  auto before = read_pending(s);
  if (!before) return before.error();
  pending now(what.lines());
  joined both{ahead<touched>([&before]() -> result<std::optional<touched>> {
                if (!*before) return std::optional<touched>{};
                return (*before)->next();
              }),
              ahead<touched>([&now] { return now.next(); })};
  spool all;
  for (;;) {
    const auto t = both.next();
    if (!t) return t.error();
    if (!*t) break;
    if (auto ok = all.add(line_of(**t)); !ok) return ok;
  }
  if (*before && both.fresh == 0) return {};
  const std::string first = first_line;
  const auto text = all.bytes(first);
  const auto put = send_own(s, pending_name, *text, first.size() + all.size(), {});
  if (!put) return put.error();
  return {};
}

result<void> give_up_uploads(session& s) {
  const auto open = s.on.uploads(s.bound.prefix);
  if (!open) return open.error();
  std::multimap<std::string, s3::upload> others;
  for (const auto& u : *open) {
    auto name = u.key.substr(std::min(u.key.size(), s.bound.prefix.size()));
    if (!name.starts_with(own_prefix))
      others.emplace(std::move(name), u);
    else if (auto ok = s.on.abort(u); !ok)
      return ok;
  }
  if (others.empty()) return {};
  const auto give_up = [&](const std::string& key) -> result<void> {
    for (auto [u, end] = others.equal_range(key); u != end; ++u)
      if (auto ok = s.on.abort(u->second); !ok) return ok;
    return {};
  };
  auto now = open_manifest(s, manifest_name);
  if (!now) return now.error();
  if (*now)
    if (auto ok = each_of(*(*now)->rest, give_up); !ok) return ok;
  auto before = read_pending(s);
  if (!before) return before.error();
  return *before ? each_of(**before, give_up) : result<void>{};
}

}  // namespace shipflow::site
