#include "provider/site/session.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::site {
namespace {

constexpr std::uint64_t piece = std::uint64_t{4} << 20U;

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
      return make_error(errc::conflict, "object " + key_ + " was written by somebody else meanwhile");
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

result<std::optional<text_object>> open_text(session& s, const std::string& name, extent much) {
  auto first = s.on.get(s.full(name), 0, static_cast<std::uint64_t>(much));
  if (!first && first.error().code == errc::not_found) return std::optional<text_object>{};
  if (!first) return first.error();
  auto etag = first->etag;
  const auto source = std::make_shared<object_source>(s, s.full(name), std::move(*first));
  return std::optional<text_object>({std::move(etag), line_reader([source] { return source->next(); })});
}

result<std::optional<manifest>> open_manifest(session& s, const std::string& name, extent much) {
  auto text = open_text(s, name, much);
  if (!text) return text.error();
  if (!*text) return std::optional<manifest>{};
  const auto line = (*text)->lines.next();
  if (!line) return line.error();
  if (!*line) return make_error(errc::corrupt, "the manifest of the site is empty");
  auto head = read_heading(**line);
  if (!head) return head.error();
  manifest m{std::move(*head), std::move((*text)->etag),
             std::make_unique<entries>(std::move((*text)->lines))};
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

result<void> remove_all_own(session& s, const std::vector<std::string>& but) {
  std::string token;
  do {
    const auto page = s.on.list(s.full(std::string(own_prefix)), token);
    if (!page) return page.error();
    std::vector<std::string> names;
    for (const auto& o : page->objects) {
      auto name = o.key.substr(s.bound.prefix.size());
      if (std::find(but.begin(), but.end(), name) == but.end()) names.push_back(std::move(name));
    }
    if (!names.empty())
      if (auto ok = remove_own(s, names); !ok) return ok;
    token = page->next;
  } while (!token.empty());
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
