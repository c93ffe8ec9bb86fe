#include "provider/site/model_bucket.hpp"

#include <shipflow/json.hpp>

#include <map>

namespace shipflow::site {
namespace {

using header_map = std::map<std::string, std::string>;

header_map headers_of(const s3::attributes& a) {
  return {{"content-type", a.type},
          {"cache-control", a.cache},
          {"content-encoding", a.encoding},
          {"x-amz-meta-shipflow-digest", a.digest}};
}

s3::attributes attributes_of(const header_map& h) {
  const auto text = [&](const char* name) {
    const auto at = h.find(name);
    return at == h.end() ? std::string{} : at->second;
  };
  return {text("content-type"), text("cache-control"), text("content-encoding"),
          text("x-amz-meta-shipflow-digest")};
}

error none(const std::string& key) { return make_error(errc::not_found, "NoSuchKey: " + key); }

}  // namespace

result<void> model_bucket::writing() {
  if (cut_off_ || left_ == 0) {
    cut_off_ = true;
    return make_error(errc::cancelled, "the work was cut off");
  }
  --left_;
  return {};
}

result<s3::listing> model_bucket::list(const std::string& prefix, const std::string& token) {
  s3::listing out;
  const auto& all = over_.objects();
  auto at = token.empty() ? all.lower_bound(prefix) : all.upper_bound(token);
  for (; at != all.end() && at->first.starts_with(prefix); ++at) {
    if (out.objects.size() == page) {
      out.next = out.objects.back().key;
      break;
    }
    out.objects.push_back({at->first, at->second.body.size(), at->second.etag});
  }
  return out;
}

result<s3::folder_page> model_bucket::folders(const std::string& prefix, const std::string& token) {
  s3::folder_page out;
  const auto& all = over_.objects();
  for (auto at = all.lower_bound(token.empty() ? prefix : token + "\xFF"); at != all.end();) {
    if (!at->first.starts_with(prefix)) break;
    const auto slash = at->first.find('/', prefix.size());
    if (slash == std::string::npos) {
      ++at;
      continue;
    }
    if (out.prefixes.size() == page) {
      out.next = out.prefixes.back();
      break;
    }
    out.prefixes.push_back(at->first.substr(0, slash + 1));
    at = all.lower_bound(out.prefixes.back() + "\xFF");
  }
  return out;
}

result<s3::object> model_bucket::get(const std::string& key, std::uint64_t from, std::uint64_t most) {
  const auto* o = over_.find(key);
  if (o == nullptr) return none(key);
  const auto begin = std::min<std::uint64_t>(from, o->body.size());
  return s3::object{o->body.size(), o->etag, attributes_of(o->headers), o->body.substr(begin, most)};
}

result<s3::object> model_bucket::head(const std::string& key) {
  const auto* o = over_.find(key);
  if (o == nullptr) return none(key);
  return s3::object{o->body.size(), o->etag, attributes_of(o->headers), {}};
}

result<std::string> model_bucket::put(const std::string& key, std::string body, const std::string& sha256,
                                      const s3::attributes& with, const s3::condition& only) {
  if (auto ok = writing(); !ok) return ok.error();
  if (sha256_hex(body) != sha256) return make_error(errc::failed, "XAmzContentSHA256Mismatch");
  return wrote(over_.put(key, std::move(body), headers_of(with), {only.absent, only.etag}));
}

result<std::string> model_bucket::copy(const std::string& from, const std::string& etag,
                                       const std::string& to, const s3::attributes* with) {
  if (auto ok = writing(); !ok) return ok.error();
  if (with == nullptr) return wrote(over_.copy(from, etag, to, nullptr));
  const auto headers = headers_of(*with);
  return wrote(over_.copy(from, etag, to, &headers));
}

result<std::vector<s3::refused_key>> model_bucket::remove(const std::vector<std::string>& keys) {
  if (auto ok = writing(); !ok) return ok.error();
  for (const auto& k : keys) over_.remove(k);
  return wrote(result<std::vector<s3::refused_key>>(std::vector<s3::refused_key>{}));
}

result<std::string> model_bucket::begin_upload(const std::string& key, const s3::attributes& with) {
  if (auto ok = writing(); !ok) return ok.error();
  return over_.begin_upload(key, headers_of(with));
}

result<std::string> model_bucket::put_part(const s3::upload& in, int number, std::string body,
                                           const std::string& sha256) {
  if (auto ok = writing(); !ok) return ok.error();
  if (sha256_hex(body) != sha256) return make_error(errc::failed, "XAmzContentSHA256Mismatch");
  return wrote(over_.put_part(in.id, number, std::move(body)));
}

result<std::string> model_bucket::copy_part(const s3::upload& in, int number, const std::string& from,
                                            const std::string& etag, const s3::range& of) {
  if (auto ok = writing(); !ok) return ok.error();
  const auto* o = over_.find(from);
  if (o == nullptr) return none(from);
  if (!etag.empty() && o->etag != etag) return make_error(errc::conflict, "PreconditionFailed: " + from);
  return wrote(over_.put_part(in.id, number, o->body.substr(of.from, of.size)));
}

result<std::string> model_bucket::complete(const s3::upload& in, const std::vector<s3::part>& parts,
                                           const s3::condition& only) {
  if (auto ok = writing(); !ok) return ok.error();
  std::vector<int> numbers;
  numbers.reserve(parts.size());
  for (const auto& p : parts) numbers.push_back(p.number);
  return wrote(over_.complete(in.id, numbers, {only.absent, only.etag}));
}

result<void> model_bucket::abort(const s3::upload& in) {
  if (auto ok = writing(); !ok) return ok;
  over_.abort(in.id);
  return {};
}

result<std::vector<s3::upload>> model_bucket::uploads(const std::string& prefix) {
  std::vector<s3::upload> out;
  for (const auto& [id, u] : over_.uploads())
    if (u.key.starts_with(prefix)) out.push_back({u.key, id});
  return out;
}

result<std::vector<s3::part>> model_bucket::parts_of(const s3::upload& in) {
  const auto at = over_.uploads().find(in.id);
  if (at == over_.uploads().end()) return make_error(errc::not_found, "NoSuchUpload");
  std::vector<s3::part> out;
  for (const auto& [n, p] : at->second.parts) out.push_back({n, p.body.size(), p.etag});
  return out;
}

}  // namespace shipflow::site
