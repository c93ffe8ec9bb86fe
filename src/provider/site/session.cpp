#include "provider/site/session.hpp"

#include "base/members.hpp"

#include <algorithm>
#include <map>

namespace shipflow::site {
namespace {

constexpr std::uint64_t piece = std::uint64_t{4} << 20U;
constexpr std::uint64_t largest_pending = std::uint64_t{256} << 20U;

/// An object, piece by piece; refuses to join pieces of two versions.
class object_source {
 public:
  object_source(session& s, std::string key, s3::object first)
      : s_(s), key_(std::move(key)), now_(std::move(first)), at_(now_.body.size()) {}

  result<std::string> next() {
    if (!now_.body.empty()) return std::exchange(now_.body, {});
    if (at_ >= now_.size) return std::string{};
    auto got = s_.on.get(key_, at_, piece);
    if (!got) return got.error();
    if (got->etag != now_.etag || got->body.empty())
      return make_error(errc::conflict, "the manifest of the site was written by somebody else meanwhile");
    at_ += got->body.size();
    return std::move(got->body);
  }

 private:
  session& s_;
  std::string key_;
  s3::object now_;
  std::uint64_t at_;
};

}  // namespace

std::string release_name(const std::string& id) { return ".shipflow/releases/" + id + ".json"; }

std::string release_of(const std::string& effect_key) { return sha256_hex(effect_key).substr(0, 16); }

std::string kept_name(const entry& of) {
  const auto& w = of.with;
  return ".shipflow/kept/" +
         sha256_hex(of.key + "\n" + of.etag + "\n" + w.type + "\n" + w.cache + "\n" + w.encoding)
             .substr(0, 40);
}

result<std::optional<manifest>> open_manifest(session& s, const std::string& name) {
  auto first = s.on.get(s.full(name), 0, piece);
  if (!first && first.error().code == errc::not_found) return std::optional<manifest>{};
  if (!first) return first.error();
  manifest m;
  m.etag = first->etag;
  const auto source = std::make_shared<object_source>(s, s.full(name), std::move(*first));
  line_reader lines([source] { return source->next(); });
  const auto line = lines.next();
  if (!line) return line.error();
  if (!*line) return make_error(errc::corrupt, "the manifest of the site is empty");
  auto head = read_heading(**line);
  if (!head) return head.error();
  m.head = std::move(*head);
  m.rest = std::make_unique<manifest_entries>(std::move(lines));
  return std::optional<manifest>(std::move(m));
}

result<std::string> put_own(session& s, const std::string& name, std::string text,
                            const s3::condition& only) {
  const auto hash = sha256_hex(text);
  return s.on.put(s.full(name), std::move(text), hash, {"application/json", "no-store", "", ""}, only);
}

result<void> remove_own(session& s, const std::vector<std::string>& names) {
  std::vector<std::string> keys;
  keys.reserve(names.size());
  for (const auto& n : names) keys.push_back(s.full(n));
  const auto gone = s.on.remove(keys);
  if (!gone) return gone.error();
  if (!gone->empty())
    return s.refuse(errc::failed,
                    "object " + gone->front().first + " cannot be deleted: " + gone->front().second);
  return {};
}

const pending::deed* pending::find(const std::string& key) const {
  const auto at = std::lower_bound(keys.begin(), keys.end(), key,
                                   [](const auto& have, const std::string& k) { return have.first < k; });
  return at != keys.end() && at->first == key ? &at->second : nullptr;
}

result<pending> read_pending(session& s) {
  pending out;
  auto got = s.on.get(s.full(pending_name), 0, largest_pending);
  if (!got && got.error().code == errc::not_found) return out;
  if (!got) return got.error();
  const auto v = parse_json(got->body);
  if (!v || !v->is_object()) return make_error(errc::corrupt, "object .shipflow/pending.json cannot be read");
  for (const auto& k : members::list(v->get_object(), "adds"))
    if (k.is_string()) out.keys.emplace_back(k.get_string(), pending::deed::adds);
  for (const auto& k : members::list(v->get_object(), "attributes"))
    if (k.is_string()) out.keys.emplace_back(k.get_string(), pending::deed::attributes);
  std::sort(out.keys.begin(), out.keys.end());
  return out;
}

result<void> write_pending(session& s, const pending& what) {
  auto before = read_pending(s);
  if (!before) return before.error();
  std::map<std::string, pending::deed> all(before->keys.begin(), before->keys.end());
  for (const auto& [key, deed] : what.keys) {
    const auto [at, fresh] = all.emplace(key, deed);
    if (!fresh && deed == pending::deed::attributes) at->second = deed;
  }
  if (std::vector<std::pair<std::string, pending::deed>>(all.begin(), all.end()) == before->keys) return {};
  json::array adds;
  json::array attributes;
  for (const auto& [key, deed] : all) (deed == pending::deed::adds ? adds : attributes).emplace_back(key);
  const auto put = put_own(
      s, pending_name,
      json::serialize(json::object{{"adds", std::move(adds)}, {"attributes", std::move(attributes)}}));
  if (!put) return put.error();
  return {};
}

result<std::optional<s3::listed>> listed_objects::next() {
  for (;;) {
    while (at_ < page_.objects.size()) {
      auto& o = page_.objects[at_++];
      o.key.erase(0, s_.bound.prefix.size());
      // A key that ends with '/' is how consoles show an empty folder.
      if (o.key.empty() || o.key.ends_with('/') || o.key.starts_with(own_prefix)) continue;
      return std::optional<s3::listed>(std::move(o));
    }
    if (begun_ && page_.next.empty()) return std::optional<s3::listed>{};
    auto got = s_.on.list(s_.bound.prefix, page_.next);
    if (!got) return got.error();
    begun_ = true;
    page_ = std::move(*got);
    at_ = 0;
  }
}

}  // namespace shipflow::site
