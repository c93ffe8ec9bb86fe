#include "provider/site/copy.hpp"

#include "provider/site/transfer.hpp"

#include <algorithm>

namespace shipflow::site {
namespace {

/// Copies of this key that were begun and not ended: cheaper to begin again than to compare.
result<void> give_up_older(session& s, const std::string& key) {
  const auto open = s.on.uploads(key);
  if (!open) return open.error();
  for (const auto& u : *open)
    if (u.key == key)
      if (auto ok = s.on.abort(u); !ok) return ok;
  return {};
}

result<std::string> copy_parts(session& s, const copying& what, const s3::object& source) {
  const auto key = s.full(what.to);
  if (auto ok = give_up_older(s, key); !ok) return ok.error();
  auto id = s.on.begin_upload(key, what.with == nullptr ? source.with : *what.with);
  if (!id) return id.error();
  const s3::upload in{key, std::move(*id)};
  const auto step = step_for(source.size, s.copied_part);
  std::vector<s3::part> parts((source.size + step - 1) / step);
  const auto copied =
      s.hands.each(parts.size(), s.bound.connections, s.q.stop, [&](std::size_t i) -> result<void> {
        const s3::range of{i * step, std::min(step, source.size - i * step)};
        const int number = static_cast<int>(i) + 1;
        auto etag = s.on.copy_part(in, number, s.full(what.from), source.etag, of);
        if (!etag) return etag.error();
        parts[i] = {number, of.size, std::move(*etag)};
        return {};
      });
  auto done = copied ? s.on.complete(in, parts, {}) : result<std::string>(copied.error());
  if (!done) (void)s.on.abort(in);
  return done;
}

}  // namespace

bool in_parts(const session& s, std::uint64_t size) { return size > s.largest_copy; }

result<std::string> copy(session& s, const copying& what) {
  if (!in_parts(s, what.size)) return s.on.copy(s.full(what.from), what.etag, s.full(what.to), what.with);
  const auto source = s.on.head(s.full(what.from));
  if (!source) return source.error();
  if (!what.etag.empty() && source->etag != what.etag)
    return s.refuse(errc::conflict, "object " + what.from + " was written by somebody else meanwhile");
  return copy_parts(s, what, *source);
}

}  // namespace shipflow::site
