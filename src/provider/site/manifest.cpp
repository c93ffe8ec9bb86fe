#include "provider/site/manifest.hpp"

#include "base/digest.hpp"
#include "base/members.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>

namespace shipflow::site {
namespace {

constexpr std::size_t longest_line = std::size_t{64} << 10U;

error damaged(const std::string& why) {
  return make_error(errc::corrupt, "the manifest of the site cannot be read: " + why);
}

result<json::object> parsed(std::string_view line) {
  auto v = parse_json(line);
  if (!v || !v->is_object()) return damaged("a line is no JSON object");
  return std::move(v->get_object());
}

std::uint64_t size_in(const json::object& o, std::string_view name) {
  const auto n = members::whole(o, name, 0);
  return n < 0 ? 0 : static_cast<std::uint64_t>(n);
}

result<time_point> time_in(const json::object& o, std::string_view name) {
  auto t = parse_time(members::text(o, name));
  if (!t) return damaged("a time is none");
  return t;
}

}  // namespace

std::string line_of(const heading& h) {
  json::array before;
  for (const auto& p : h.before)
    before.push_back({{"release", p.release}, {"version", p.version}, {"at", format_time(p.at)}});
  const json::object o{{"shipflow_site", 1},      {"release", h.release},       {"version", h.version},
                       {"at", format_time(h.at)}, {"digest", h.digest},         {"files", h.files},
                       {"bytes", h.bytes},        {"before", std::move(before)}};
  return json::serialize(o) + "\n";
}

json::object object_of(const entry& e) {
  json::object o{
      {"key", e.key}, {"size", e.size}, {"etag", e.etag}, {"digest", e.with.digest}, {"type", e.with.type}};
  if (!e.with.cache.empty()) o["cache"] = e.with.cache;
  if (!e.with.encoding.empty()) o["encoding"] = e.with.encoding;
  if (e.left) o["left"] = format_time(*e.left);
  return o;
}

std::string line_of(const entry& e) { return json::serialize(object_of(e)) + "\n"; }

result<heading> read_heading(std::string_view line) {
  const auto o = parsed(line);
  if (!o) return o.error();
  const auto version = members::whole(*o, "shipflow_site", 0);
  if (version > 1)
    return make_error(errc::newer_version, "the manifest of the site has format " + std::to_string(version) +
                                               ", written by a newer shipflow; this one knows 1");
  if (version != 1) return damaged("it has no `shipflow_site`");
  heading h;
  h.release = members::text(*o, "release");
  h.version = members::text(*o, "version");
  h.digest = members::text(*o, "digest");
  h.files = size_in(*o, "files");
  h.bytes = size_in(*o, "bytes");
  const auto at = time_in(*o, "at");
  if (!at) return at.error();
  h.at = *at;
  for (const auto& v : members::list(*o, "before")) {
    if (!v.is_object()) return damaged("`before` is no list of objects");
    const auto when = time_in(v.get_object(), "at");
    if (!when) return when.error();
    h.before.push_back(
        {members::text(v.get_object(), "release"), members::text(v.get_object(), "version"), *when});
  }
  return h;
}

result<entry> read_entry(std::string_view line) {
  const auto o = parsed(line);
  if (!o) return o.error();
  return entry_in(*o);
}

result<entry> entry_in(const json::object& o) {
  entry e;
  e.key = members::text(o, "key");
  if (e.key.empty()) return damaged("an object has no key");
  e.size = size_in(o, "size");
  e.etag = members::text(o, "etag");
  e.with.digest = members::text(o, "digest");
  e.with.type = members::text(o, "type");
  e.with.cache = members::text(o, "cache");
  e.with.encoding = members::text(o, "encoding");
  if (o.contains("left")) {
    const auto left = time_in(o, "left");
    if (!left) return left.error();
    e.left = *left;
  }
  return e;
}

result<std::optional<std::string>> line_reader::next() {
  std::string line;
  for (;;) {
    const auto end = piece_.find('\n', at_);
    if (end != std::string::npos) {
      line.append(piece_, at_, end - at_);
      at_ = end + 1;
      if (line.size() > longest_line) return damaged("a line is over 64 KiB");
      return std::optional<std::string>(std::move(line));
    }
    line.append(piece_, at_);
    if (line.size() > longest_line) return damaged("a line is over 64 KiB");
    piece_.clear();
    at_ = 0;
    if (!over_) {
      auto got = more_();
      if (!got) return got.error();
      piece_ = std::move(*got);
      over_ = piece_.empty();
    }
    if (over_) {
      if (!line.empty()) return damaged("its last line has no end");
      return std::optional<std::string>{};
    }
  }
}

result<std::optional<entry>> entries::next() {
  const auto line = from_.next();
  if (!line) return line.error();
  if (!*line) return std::optional<entry>{};
  auto e = read_entry(**line);
  if (!e) return e.error();
  if (e->key <= last_) return damaged("its keys are not in order");
  last_ = e->key;
  return std::optional<entry>(std::move(*e));
}

struct release_digest::state {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

release_digest::release_digest() : state_(std::make_unique<state>()) {
  EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
}
release_digest::~release_digest() { EVP_MD_CTX_free(state_->context); }

void release_digest::add(const entry& e) {
  for (const auto* text : {&e.key, &e.with.digest, &e.with.type, &e.with.cache, &e.with.encoding}) {
    EVP_DigestUpdate(state_->context, text->data(), text->size());
    EVP_DigestUpdate(state_->context, "\n", 1);
  }
}

std::string release_digest::text() const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned length = 0;
  auto* copy = EVP_MD_CTX_new();
  EVP_MD_CTX_copy_ex(copy, state_->context);
  EVP_DigestFinal_ex(copy, out.data(), &length);
  EVP_MD_CTX_free(copy);
  return "sha256:" + hex_of({reinterpret_cast<const char*>(out.data()), length});
}

}  // namespace shipflow::site
