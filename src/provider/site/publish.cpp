// A directory becomes the release that stands in the bucket.
#include "base/members.hpp"
#include "provider/site/actions.hpp"

namespace shipflow::site {
namespace {

constexpr std::size_t most_paths = 1000;

std::string directory_of(const session& s) {
  auto given = members::text(s.q.inputs, "directory");
  return given.empty() ? s.bound.directory : given;
}

/// What was there before the first release, so that it can be brought back.
result<heading> write_down_what_is_there(session& s) {
  heading head;
  head.release = found_release;
  head.at = s.now();
  auto written = open_manifest(s, release_name(found_release));
  if (!written) return written.error();
  // After a crash the bucket holds ours too; the first look is the one that counts.
  if (*written) return (*written)->head;
  comparison none;
  listed_objects all(s);
  for (;;) {
    auto o = all.next();
    if (!o) return o.error();
    if (!*o) break;
    ++head.files;
    head.bytes += (*o)->size;
    if (auto ok = none.lines.add(line_of(found(**o))); !ok) return ok.error();
  }
  const auto first = line_of(head);
  const auto text = none.lines.bytes(first);
  const auto put = send_own(s, release_name(found_release), *text, first.size() + none.lines.size(), {});
  if (!put) return put.error();
  return head;
}

std::vector<past_release> history(const binding& by, const heading& last) {
  std::vector<past_release> out{{last.release, last.version, last.at}};
  for (const auto& p : last.before)
    if (static_cast<int>(out.size()) < by.keep_releases && p.release != last.release) out.push_back(p);
  return out;
}

json::object outputs(const session& s, const heading& head, const comparison& what) {
  std::uint64_t sent = 0;
  std::uint64_t bytes = 0;
  for (const auto& c : what.changes) {
    sent += c.what == deed::put ? 1U : 0U;
    bytes += c.what == deed::put ? c.is.size : 0;
  }
  return {{"release", head.release}, {"version", head.version},        {"files", what.files},
          {"bytes", what.bytes},     {"changed", what.changes.size()}, {"uploaded", sent},
          {"uploaded_bytes", bytes}, {"paths", paths_of(s, what)}};
}

result<json::object> from_manifest(session& s, lock& held, const heading& head) {
  if (auto ok = remove_own(s, {pending_name}); !ok) return ok.error();
  if (auto ok = held.give_back(); !ok) return ok.error();
  return json::object{{"release", head.release},
                      {"version", head.version},
                      {"files", head.files},
                      {"bytes", head.bytes},
                      {"changed", 0},
                      {"uploaded", 0},
                      {"uploaded_bytes", 0},
                      {"paths", json::array{"/*"}}};
}

result<json::object> to_be_released(session& s, lock& held, tree& from, std::optional<manifest> now) {
  heading before;
  if (now) {
    before = now->head;
  } else {
    auto found = write_down_what_is_there(s);
    if (!found) return found.error();
    before = std::move(*found);
  }
  const auto cut_off = read_pending(s);
  if (!cut_off) return cut_off.error();
  auto what = compare_with(s, from, now ? now->rest.get() : nullptr, *cut_off);
  if (!what) return what.error();
  if (what->files == 0)
    return s.refuse(errc::invalid_argument,
                    "directory " + directory_of(s) + " has no files; nothing was published");
  if (auto ok = announce(s, *what); !ok) return ok.error();
  if (auto ok = carry(s, held, &from, *what); !ok) return ok.error();
  if (auto ok = let_go(s, held, what->goes); !ok) return ok.error();
  heading head;
  head.release = release_of(s.q.effect_key);
  head.version = members::text(s.q.inputs, "version");
  head.at = s.now();
  head.before = history(s.bound, before);
  if (auto ok = conclude(s, held, head, *what, now ? now->etag : ""); !ok) return ok.error();
  if (auto ok = held.give_back(); !ok) return ok.error();
  return outputs(s, head, *what);
}

}  // namespace

json::array paths_of(const session& s, const comparison& what) {
  json::array out;
  for (const auto& c : what.changes) {
    // Only an answer that nothing is there can be cached.
    if (!c.there && c.at < place::page) continue;
    if (out.size() == most_paths) return {"/*"};
    out.emplace_back("/" + c.key);
    // A folder is asked for by its name, too.
    const auto& entry = s.bound.serve.entry;
    const bool of_folder = c.key == entry || c.key.ends_with("/" + entry);
    if (of_folder) out.emplace_back("/" + c.key.substr(0, c.key.size() - entry.size()));
  }
  for (const auto& key : what.goes) {
    if (out.size() >= most_paths) return {"/*"};
    out.emplace_back("/" + key);
  }
  // Never empty, so that a step which takes it need not ask.
  if (out.empty()) out.emplace_back("/" + s.bound.serve.entry);
  return out;
}

result<json::object> publish(session& s, const opener& files) {
  const auto directory = directory_of(s);
  if (directory.empty())
    return s.refuse(errc::invalid_argument, "publish needs `directory`, of the step or of the binding");
  lock held(s);
  if (auto ok = held.take(); !ok) return ok.error();
  auto now = open_manifest(s, manifest_name);
  if (!now) return now.error();
  if (*now && (*now)->head.release == release_of(s.q.effect_key)) return from_manifest(s, held, (*now)->head);
  auto from = files(s.q, directory);
  if (!from) {
    (void)held.give_back();
    return from.error();
  }
  auto done = to_be_released(s, held, **from, std::move(*now));
  // Who fails leaves no lock behind; who is cut off does, and takes it over.
  if (!done) (void)held.give_back();
  return done;
}

}  // namespace shipflow::site
