#include "provider/site/transfer.hpp"

#include "base/digest.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <utility>

namespace shipflow::site {
namespace {

constexpr int most_reads = 3;
// Each part holds its bytes in memory, and once more as a request.
constexpr int parts_at_once = 4;
// What shipflow writes of its own grows with the number of files; the memory for it must not.
constexpr int own_parts_at_once = 1;

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

/// One content on its way in parts. Parts may be sent by several threads.
class sending {
 public:
  sending(session& s, consignment& of, begun to)
      : s_(s),
        of_(of),
        to_(std::move(to)),
        ranges_(ranges_of(of.what.is.size)),
        parts_(ranges_.size()),
        names_(ranges_.size()),
        left_(ranges_.size()) {}

  [[nodiscard]] std::size_t parts() const { return ranges_.size(); }
  /// Whether that part was the last one that was missing.
  [[nodiscard]] bool last(std::size_t i) const { return last_ == i; }

  /// What was sent is not sent again.
  [[nodiscard]] result<void> send(std::size_t i) {
    if (!parts_[i].etag.empty()) return {};
    const auto& r = ranges_[i];
    auto bytes = of_.from->read(r.from, r.size);
    if (!bytes) return bytes.error();
    names_[i] = sha256_hex(*bytes);
    parts_[i] = {static_cast<int>(i) + 1, r.size, there(static_cast<int>(i) + 1, r.size, *bytes)};
    if (parts_[i].etag.empty()) {
      auto etag = s_.on.put_part(to_.in, parts_[i].number, std::move(*bytes), names_[i]);
      if (!etag) return etag.error();
      parts_[i].etag = std::move(*etag);
    }
    s_.seen.bytes += r.size;
    if (--left_ == 0) last_ = i;
    return {};
  }

  [[nodiscard]] result<void> finish() {
    std::string together;
    for (const auto& n : names_) together += n;
    const auto& what = of_.what;
    const auto digest = numbered(sha256_hex(together), names_.size());
    const auto after = of_.from->now();
    if (!after) return after.error();
    if (*after != what.is || (!what.with.digest.empty() && what.with.digest != digest)) {
      (void)s_.on.abort(to_.in);
      return changing(s_, what.key);
    }
    auto etag = s_.on.complete(to_.in, parts_, what.only);
    if (!etag) return etag.error();
    of_.arrived = {std::move(*etag), digest};
    return {};
  }

 private:
  /// The ETag of the part when it is there already.
  [[nodiscard]] std::string there(int number, std::uint64_t size, const std::string& bytes) const {
    const auto at = std::find_if(to_.parts.begin(), to_.parts.end(),
                                 [&](const s3::part& p) { return p.number == number && p.size == size; });
    return at != to_.parts.end() && at->etag == hex_of(md5_of(bytes)) ? at->etag : std::string{};
  }

  session& s_;
  consignment& of_;
  begun to_;
  std::vector<s3::range> ranges_;
  std::vector<s3::part> parts_;
  std::vector<std::string> names_;
  std::atomic<std::size_t> left_;
  std::atomic<std::size_t> last_{std::numeric_limits<std::size_t>::max()};
};

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

namespace {
result<void> send_parts(session& s, std::vector<consignment>& all, int at_once) {
  std::vector<std::unique_ptr<sending>> open;
  std::vector<std::pair<sending*, std::size_t>> parts;
  for (auto& c : all) {
    auto to = go_on_or_begin(s, c.what);
    if (!to) return to.error();
    open.push_back(std::make_unique<sending>(s, c, std::move(*to)));
    for (std::size_t i = 0; i < open.back()->parts(); ++i) parts.emplace_back(open.back().get(), i);
  }
  // Whoever sends the last part of one puts it together, while others are at the next.
  return s.hands.each(parts.size(), at_once, s.q.stop, [&](std::size_t i) -> result<void> {
    auto& [of, number] = parts[i];
    if (auto ok = of->send(number); !ok) return ok;
    return of->last(number) ? of->finish() : result<void>{};
  });
}

}  // namespace

result<void> send_in_parts(session& s, std::vector<consignment>& all) {
  return send_parts(s, all, parts_at_once);
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
  const parcel what{name, *is, {"application/json", "no-store", "", ""}, only};
  std::vector<consignment> one{{&from, what, {}}};
  if (auto ok = send_parts(s, one, own_parts_at_once); !ok) return ok.error();
  return std::move(one.front().arrived.etag);
}

}  // namespace shipflow::site
