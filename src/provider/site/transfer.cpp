#include "provider/site/transfer.hpp"

#include "base/digest.hpp"

#include <algorithm>
#include <array>

namespace shipflow::site {
namespace {

constexpr int most_reads = 3;
constexpr int parts_at_once = 3;  // each holds its bytes in memory, and once more as a request

std::vector<s3::range> ranges_of(std::uint64_t size) {
  std::vector<s3::range> out;
  const auto step = part_size_for(size);
  for (std::uint64_t at = 0; at < size; at += step) out.push_back({at, std::min(step, size - at)});
  return out;
}

std::string numbered(const std::string& digest, std::size_t parts) {
  return digest + "-" + std::to_string(parts);
}

/// Folds over pieces: one piece is itself, several are called by what their names together are.
template <class Fold>
result<std::string> joined(content& of, std::uint64_t size, Fold fold) {
  if (size <= part_size) {
    const auto whole = of.read(0, size);
    if (!whole) return whole.error();
    return fold.name(*whole);
  }
  std::string names;
  const auto all = ranges_of(size);
  for (const auto& r : all) {
    const auto piece = of.read(r.from, r.size);
    if (!piece) return piece.error();
    names += fold.bytes(*piece);
  }
  return numbered(fold.name(names), all.size());
}

struct by_sha256 {
  static std::string name(std::string_view bytes) { return sha256_hex(bytes); }
  static std::string bytes(std::string_view piece) { return sha256_hex(piece); }
};
struct by_md5 {
  static std::string name(std::string_view bytes) { return hex_of(md5_of(bytes)); }
  static std::string bytes(std::string_view piece) { return md5_of(piece); }
};

error changing(session& s, const std::string& key) {
  return s.refuse(
      errc::conflict,
      "file " + key + " changes while it is published; publish from a directory that nobody writes to");
}

/// An upload of this key that was begun and not ended, and its parts. There is at most one worth going on with.
struct begun {
  s3::upload in;
  std::vector<s3::part> parts;
};
result<begun> go_on_or_begin(session& s, const parcel& what) {
  const auto key = s.full(what.key);
  const auto open = s.on.uploads(key);
  if (!open) return open.error();
  begun out;
  for (const auto& u : *open) {
    if (u.key != key) continue;
    auto parts = s.on.parts_of(u);
    if (!parts && parts.error().code != errc::not_found) return parts.error();
    if (parts && parts->size() > out.parts.size()) {
      if (!out.in.id.empty()) (void)s.on.abort(out.in);
      out = {u, std::move(*parts)};
    } else {
      (void)s.on.abort(u);
    }
  }
  if (!out.in.id.empty()) return out;
  auto id = s.on.begin_upload(key, what.with);
  if (!id) return id.error();
  out.in = {key, std::move(*id)};
  return out;
}

}  // namespace

std::uint64_t part_size_for(std::uint64_t size) { return step_for(size, part_size); }

std::uint64_t step_for(std::uint64_t size, std::uint64_t usual) {
  auto step = usual;
  while (size / step >= static_cast<std::uint64_t>(s3::most_parts)) step *= 2;
  return step;
}

result<std::string> digest_of(content& of, std::uint64_t size) { return joined(of, size, by_sha256{}); }
result<std::string> etag_of(content& of, std::uint64_t size) { return joined(of, size, by_md5{}); }

result<delivered> send(session& s, const tree& from, const parcel& what) {
  for (int reads = 0; reads < most_reads; ++reads) {
    auto file = from.open(what.key);
    if (!file) return file.error();
    auto bytes = (*file)->read(0, what.is.size);
    if (!bytes && bytes.error().code != errc::conflict) return bytes.error();
    const auto after = (*file)->now();
    if (!after) return after.error();
    if (!bytes || *after != what.is) continue;
    const auto digest = sha256_hex(*bytes);
    if (!what.with.digest.empty() && what.with.digest != digest) continue;
    auto with = what.with;
    with.digest = digest;
    auto etag = s.on.put(s.full(what.key), std::move(*bytes), digest, with, what.only);
    if (!etag) return etag.error();
    return delivered{std::move(*etag), digest};
  }
  return changing(s, what.key);
}

result<delivered> send_in_parts(session& s, content& from, const parcel& what) {
  const auto to = go_on_or_begin(s, what);
  if (!to) return to.error();
  const auto all = ranges_of(what.is.size);
  std::vector<s3::part> parts(all.size());
  std::vector<std::string> names(all.size());
  const auto there = [&](int number, std::uint64_t size, const std::string& bytes) {
    const auto at = std::find_if(to->parts.begin(), to->parts.end(),
                                 [&](const s3::part& p) { return p.number == number && p.size == size; });
    return at != to->parts.end() && at->etag == hex_of(md5_of(bytes));
  };
  const auto sent = s.hands.each(all.size(), parts_at_once, s.q.stop, [&](std::size_t i) -> result<void> {
    auto bytes = from.read(all[i].from, all[i].size);
    if (!bytes) return bytes.error();
    names[i] = sha256_hex(*bytes);
    const int number = static_cast<int>(i) + 1;
    parts[i] = {number, all[i].size, ""};
    if (there(number, all[i].size, *bytes)) {
      parts[i].etag = hex_of(md5_of(*bytes));
    } else {
      auto etag = s.on.put_part(to->in, number, std::move(*bytes), names[i]);
      if (!etag) return etag.error();
      parts[i].etag = std::move(*etag);
    }
    s.seen.bytes += all[i].size;
    return {};
  });
  if (!sent) return sent.error();
  std::string together;
  for (const auto& n : names) together += n;
  const auto digest = numbered(sha256_hex(together), names.size());
  const auto after = from.now();
  if (!after) return after.error();
  if (*after != what.is || (!what.with.digest.empty() && what.with.digest != digest)) {
    (void)s.on.abort(to->in);
    return changing(s, what.key);
  }
  auto etag = s.on.complete(to->in, parts, what.only);
  if (!etag) return etag.error();
  return delivered{std::move(*etag), digest};
}

result<std::string> send_own(session& s, const std::string& name, content& from, std::uint64_t size,
                             const s3::condition& only) {
  if (size <= part_size) {
    auto text = from.read(0, size);
    if (!text) return text.error();
    return put_own(s, name, std::move(*text), only);
  }
  const auto is = from.now();
  if (!is) return is.error();
  const auto sent = send_in_parts(s, from, {name, *is, {"application/json", "no-store", "", ""}, only});
  if (!sent) return sent.error();
  return sent->etag;
}

}  // namespace shipflow::site
