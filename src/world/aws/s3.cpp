#include "world/aws/s3.hpp"

#include "base/digest.hpp"

namespace shipflow::cloud {
namespace {

error no_upload() { return make_error(errc::not_found, "NoSuchUpload"); }

}  // namespace

const s3_object* s3_bucket::find(const std::string& key) const {
  const auto at = objects_.find(key);
  return at == objects_.end() ? nullptr : &at->second;
}

std::string s3_bucket::etag_for(const std::string& body) {
  return opaque_etags ? hex_of(md5_of(std::to_string(++made_) + body)) : hex_of(md5_of(body));
}

result<void> s3_bucket::met(const std::string& key, const s3_condition& only) const {
  const auto* is = find(key);
  const bool fails =
      (only.absent && is != nullptr) || (!only.etag.empty() && (is == nullptr || is->etag != only.etag));
  if (fails) return make_error(errc::conflict, "PreconditionFailed: " + key);
  return {};
}

result<std::string> s3_bucket::put(const std::string& key, std::string body,
                                   std::map<std::string, std::string> headers, const s3_condition& only) {
  if (auto ok = met(key, only); !ok) return ok.error();
  ++writes_;
  auto etag = etag_for(body);
  objects_[key] = {std::move(body), etag, std::move(headers)};
  return etag;
}

result<std::string> s3_bucket::copy(const std::string& from, const std::string& etag, const std::string& to,
                                    const std::map<std::string, std::string>* headers) {
  const auto* source = find(from);
  if (source == nullptr) return make_error(errc::not_found, "NoSuchKey: " + from);
  if (!etag.empty() && source->etag != etag) return make_error(errc::conflict, "PreconditionFailed: " + from);
  ++writes_;
  auto made = *source;
  if (headers != nullptr) made.headers = *headers;
  if (opaque_etags || made.etag.find('-') != std::string::npos) made.etag = etag_for(made.body);
  objects_[to] = made;
  return made.etag;
}

void s3_bucket::remove(const std::string& key) {
  ++writes_;
  objects_.erase(key);
}

std::string s3_bucket::begin_upload(const std::string& key, std::map<std::string, std::string> headers) {
  auto id = "upload-" + std::to_string(++made_);
  uploads_[id] = {key, std::move(headers), {}};
  return id;
}

result<std::string> s3_bucket::put_part(const std::string& id, int number, std::string body) {
  const auto at = uploads_.find(id);
  if (at == uploads_.end()) return no_upload();
  ++writes_;
  auto etag = etag_for(body);
  at->second.parts[number] = {std::move(body), etag};
  return etag;
}

result<std::string> s3_bucket::complete(const std::string& id, const std::vector<int>& numbers,
                                        const s3_condition& only) {
  const auto at = uploads_.find(id);
  if (at == uploads_.end()) return no_upload();
  auto& u = at->second;
  if (auto ok = met(u.key, only); !ok) return ok.error();
  std::string body;
  std::string names;
  for (const int n : numbers) {
    const auto found = u.parts.find(n);
    if (found == u.parts.end()) return make_error(errc::failed, "InvalidPart");
    body += found->second.body;
    names += md5_of(found->second.body);
  }
  auto etag = hex_of(md5_of(names)) + "-" + std::to_string(numbers.size());
  if (opaque_etags) etag = etag_for(body);
  objects_[u.key] = {std::move(body), etag, u.headers};
  ++writes_;
  uploads_.erase(at);
  return etag;
}

void s3_bucket::abort(const std::string& id) { uploads_.erase(id); }

}  // namespace shipflow::cloud
