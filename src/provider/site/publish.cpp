// A directory becomes the release that stands in the bucket.
#include "base/members.hpp"
#include "provider/site/actions.hpp"

namespace shipflow::site {
namespace {

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
  spool lines;
  listed_objects all(s);
  for (;;) {
    auto o = all.next();
    if (!o) return o.error();
    if (!*o) break;
    ++head.files;
    head.bytes += (*o)->size;
    if (auto ok = lines.add(line_of(found(**o))); !ok) return ok.error();
  }
  const auto first = line_of(head);
  const auto text = lines.bytes(first);
  const auto put = send_own(s, release_name(found_release), *text, first.size() + lines.size(), {});
  if (!put) return put.error();
  return head;
}

std::vector<past_release> history(const binding& by, const heading& last) {
  std::vector<past_release> out{{last.release, last.version, last.at}};
  for (const auto& p : last.before)
    if (static_cast<int>(out.size()) < by.keep_releases && p.release != last.release) out.push_back(p);
  return out;
}

json::object outputs(const heading& head, const comparison& what) {
  return {{"release", head.release},
          {"version", head.version},
          {"files", what.files},
          {"bytes", what.bytes},
          {"changed", what.changed},
          {"uploaded", what.sent},
          {"uploaded_bytes", what.sent_bytes},
          {"paths", what.forget.paths()}};
}

result<json::object> from_manifest(session& s, lock& held, const heading& head) {
  if (auto ok = remove_own(s, {pending_name}); !ok) return ok.error();
  if (auto ok = held.give_back(); !ok) return ok.error();
  return standing_already(head);
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
  auto before_that = read_pending(s);
  if (!before_that) return before_that.error();
  auto what = compare_with(s, from, now ? now->rest.get() : nullptr, *before_that);
  if (!what) return what.error();
  if (what->files == 0)
    return s.refuse(errc::invalid_argument,
                    "directory " + directory_of(s) + " has no files; nothing was published");
  if (auto ok = announce(s, *what); !ok) return ok.error();
  if (auto ok = carry(s, held, &from, *what); !ok) return ok.error();
  if (auto ok = let_go(s, held, *what); !ok) return ok.error();
  heading head;
  head.release = release_of(s.q.effect_key);
  head.version = members::text(s.q.inputs, "version");
  head.at = s.now();
  head.before = history(s.bound, before);
  if (auto ok = conclude(s, held, head, *what, now ? now->etag : ""); !ok) return ok.error();
  if (auto ok = held.give_back(); !ok) return ok.error();
  return outputs(head, *what);
}

}  // namespace

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
