#include "provider/site/carry_out.hpp"

#include "base/members.hpp"

#include <algorithm>

namespace shipflow::site {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

answer answer_of(const result<json::object>& r) {
  if (r) return answer::done(*r);
  return answer::failed(r.error());
}

bool publishes(const std::string& action) { return action == "publish" || action == "replace"; }

answer resolve(session& s) {
  // Repeating the others is harmless, and nothing says whether they were carried out.
  if (!publishes(s.q.action))
    return answer::unknown("whether " + s.q.action + " was carried out cannot be seen");
  const auto done = outcome_of(s);
  if (!done) return answer::failed(done.error());
  return *done ? answer::done(**done) : answer::not_applied();
}

answer diagnose(session& s) {
  auto seen = look(s);
  if (!seen) return answer::failed(seen.error());
  auto now = open_manifest(s, manifest_name);
  if (now && *now) {
    const auto wrong = differences(s, *(*now)->rest, 100);
    json::array list;
    if (wrong)
      for (const auto& w : *wrong) list.emplace_back(w);
    (*seen)["differences"] = std::move(list);
  }
  const auto cut_off = read_pending(s);
  (*seen)["cut_off"] = cut_off && cut_off->has_value();
  return answer::done(std::move(*seen));
}

answer undo(session& s, const json::value& baseline) {
  const auto back = put_back(s, baseline);
  if (!back) return answer::failed(back.error());
  return answer::done();
}

}  // namespace

bool known_action(std::string_view name) {
  const auto all = action_specs();
  return std::any_of(all.begin(), all.end(), [&](const action_spec& a) { return a.name == name; });
}

answer glance(session& s) {
  if (s.q.stop.stop_requested()) return answer::failed(s.refuse(errc::cancelled, "the call was cancelled"));
  switch (s.q.what) {
    case verb::observe: return answer_of(look(s));
    case verb::diagnose: return diagnose(s);
    case verb::resolve: return resolve(s);
    case verb::ready: {
      const auto can = can_put_back(s, s.q.baseline);
      return can ? answer::done() : answer::failed(can.error());
    }
    default: break;
  }
  return answer::failed(s.refuse(errc::internal, "this verb has no glance"));
}

answer effect(session& s, const opener& files) {
  if (is_undo(s.q)) return undo(s, s.q.baseline);
  if (publishes(s.q.action)) return answer_of(publish(s, files));
  if (s.q.action == "restore") return answer_of(restore(s));
  if (s.q.action == "prune") return answer_of(prune(s));
  if (s.q.action == "prune_prefixes") return answer_of(prune_prefixes(s));
  return answer_of(verify(s));
}

bool is_undo(const request& q) { return q.what == verb::undo; }

json::object handle_for(const request& q) {
  return {{"of", name_of(q.what)}, {"effect", q.effect_key}, {"baseline", q.baseline}};
}

request effect_of(const request& settle) {
  auto q = settle;
  const auto* h = settle.handle.if_object();
  q.what = h != nullptr && members::text(*h, "of") == name_of(verb::undo) ? verb::undo : verb::apply;
  if (h == nullptr) return q;
  if (const auto key = members::text(*h, "effect"); !key.empty()) q.effect_key = key;
  if (const auto* base = h->if_contains("baseline"); base != nullptr) q.baseline = *base;
  return q;
}

answer underway(const progress& p, duration look_again) {
  const auto files = p.files.load();
  const auto all = p.all_files.load();
  const auto bytes = p.bytes.load();
  const auto all_bytes = p.all_bytes.load();
  std::string text = p.doing.load();
  if (all > 0)
    text += ": " + std::to_string(files) + " of " + std::to_string(all) + " files, " +
            std::to_string(bytes / mebibyte) + " of " + std::to_string(all_bytes / mebibyte) + " MiB";
  // Each file counts like 64 KiB: requests take time whatever they carry.
  constexpr std::uint64_t per_file = 65'536;
  const auto whole = all * per_file + all_bytes;
  const auto part = std::min(whole, files * per_file + bytes);
  const int percent = whole == 0 ? -1 : static_cast<int>(part * 100 / whole);
  return answer::in_progress(percent, std::move(text), look_again);
}

}  // namespace shipflow::site
