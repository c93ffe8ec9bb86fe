// Sources: docs.aws.amazon.com/AmazonS3/latest/API, one page per operation.
#include "s3/remote_bucket.hpp"

#include "aws/wire_request.hpp"
#include "aws/xml.hpp"
#include "base/digest.hpp"
#include "s3/answers.hpp"

#include <shipflow/json.hpp>

#include <openssl/evp.h>

#include <array>
#include <atomic>
#include <future>

namespace shipflow::s3 {
namespace {

std::string md5_base64(std::string_view bytes) {
  const auto digest = md5_of(bytes);
  std::array<unsigned char, 32> text{};
  const auto n = EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(digest.data()),
                                 static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(n)};
}

constexpr std::size_t largest_refusal = std::size_t{64} << 10U;

class remote_bucket final : public bucket {
 public:
  remote_bucket(aws::client& through, location at) : through_(through), at_(std::move(at)) {}

  result<listing> list(const std::string& prefix, const std::string& token) override {
    auto q = make("ListObjectsV2", "GET", "");
    q.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", prefix}};
    if (!token.empty()) q.query.emplace_back("continuation-token", token);
    return read<listing>(std::move(q), read_listing);
  }

  result<folder_page> folders(const std::string& prefix, const std::string& token) override {
    auto q = make("ListObjectsV2", "GET", "");
    q.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", prefix}, {"delimiter", "/"}};
    if (!token.empty()) q.query.emplace_back("continuation-token", token);
    return read<folder_page>(std::move(q), read_folders);
  }

  result<object> get(const std::string& key, std::uint64_t from, std::uint64_t most) override {
    auto q = make("GetObject", "GET", key);
    q.headers.push_back({"Range", "bytes=" + std::to_string(from) + "-" + std::to_string(from + most - 1)});
    q.max_answer_bytes = most + largest_refusal;
    auto got = ask(std::move(q));
    // Not one byte is there to be had: an empty object.
    if (!got && got.error().status == 416) return head(key);
    if (!got) return told(got.error());
    auto out = read_object(*got);
    out.body = std::move(got->body);
    return out;
  }

  result<object> head(const std::string& key) override {
    auto got = ask(make("HeadObject", "HEAD", key));
    if (!got) return told(got.error());
    return read_object(*got);
  }

  result<std::string> put(const std::string& key, std::string body, const std::string& sha256,
                          const attributes& with, const condition& only) override {
    auto q = make("PutObject", "PUT", key);
    describe(q, with);
    q.body = std::move(body);
    q.payload_hash = sha256;
    if (only.etag.empty() || bare_) {
      demand(q, only);
      return new_etag(std::move(q));
    }
    auto quoted = q;
    demand(quoted, only);
    auto put = new_etag(std::move(quoted));
    if (put || put.error().code != errc::conflict) return put;
    // Some servers, Ceph's gateway among them, compare what is asked for with its quotes, which never holds.
    const auto is = head(key);
    if (!is || is->etag != only.etag) return put;
    bare_ = true;
    demand(q, only);
    auto again = new_etag(std::move(q));
    if (!again) bare_ = false;
    const bool refused = !again && again.error().code == errc::conflict;
    const auto still = refused ? head(key) : result<object>(object{});
    if (!refused || !still || still->etag != only.etag) return again;
    return make_error(errc::unsupported, "bucket " + at_.bucket +
                                             ": the server refuses writes on condition (If-Match) though the "
                                             "condition holds");
  }

  result<std::string> copy(const std::string& from, const std::string& etag, const std::string& to,
                           const attributes* with) override {
    auto q = make("CopyObject", "PUT", to);
    take_from(q, from, etag);
    q.headers.push_back({"x-amz-metadata-directive", with == nullptr ? "COPY" : "REPLACE"});
    if (with != nullptr)
      describe(q, *with);
    else
      encrypt(q);
    q.refused = aws::error_inside;
    return read<std::string>(std::move(q), read_new_etag);
  }

  result<std::vector<refused_key>> remove(const std::vector<std::string>& keys) override {
    if (keys.empty()) return std::vector<refused_key>{};
    auto q = make("DeleteObjects", "POST", "");
    q.query = {{"delete", ""}};
    q.headers.push_back({"Content-Type", "application/xml"});
    q.body = removal_text(keys);
    q.headers.push_back({"Content-MD5", md5_base64(q.body)});
    return read<std::vector<refused_key>>(std::move(q), read_removal);
  }

  result<std::string> begin_upload(const std::string& key, const attributes& with) override {
    auto q = make("CreateMultipartUpload", "POST", key);
    q.query = {{"uploads", ""}};
    describe(q, with);
    return read<std::string>(std::move(q), read_upload_id);
  }

  result<std::string> put_part(const upload& in, int number, std::string body,
                               const std::string& sha256) override {
    auto q = make("UploadPart", "PUT", in.key);
    q.query = {{"partNumber", std::to_string(number)}, {"uploadId", in.id}};
    q.body = std::move(body);
    q.payload_hash = sha256;
    return new_etag(std::move(q));
  }

  result<std::string> copy_part(const upload& in, int number, const std::string& from,
                                const std::string& etag, const range& of) override {
    auto q = make("UploadPartCopy", "PUT", in.key);
    q.query = {{"partNumber", std::to_string(number)}, {"uploadId", in.id}};
    take_from(q, from, etag);
    q.headers.push_back({"x-amz-copy-source-range",
                         "bytes=" + std::to_string(of.from) + "-" + std::to_string(of.from + of.size - 1)});
    q.refused = aws::error_inside;
    return read<std::string>(std::move(q), read_new_etag);
  }

  result<std::string> complete(const upload& in, const std::vector<part>& parts,
                               const condition& only) override {
    auto q = make("CompleteMultipartUpload", "POST", in.key);
    q.query = {{"uploadId", in.id}};
    q.headers.push_back({"Content-Type", "application/xml"});
    demand(q, only);
    q.body = completion_text(parts);
    q.refused = aws::error_inside;
    auto etag = read<std::string>(std::move(q), read_new_etag);
    if (!etag || !etag->empty()) return etag;
    // Some servers do not say it here.
    auto is = head(in.key);
    if (!is) return is.error();
    return std::move(is->etag);
  }

  result<void> abort(const upload& in) override {
    auto q = make("AbortMultipartUpload", "DELETE", in.key);
    q.query = {{"uploadId", in.id}};
    auto got = ask(std::move(q));
    if (!got && got.error().status != 404) return told(got.error());
    return {};
  }

  result<std::vector<upload>> uploads(const std::string& prefix) override {
    std::vector<upload> out;
    upload_page page;
    do {
      auto q = make("ListMultipartUploads", "GET", "");
      // Not encoded: some servers do it and do not say so.
      q.query = {{"uploads", ""}, {"prefix", prefix}};
      if (!page.next_key.empty()) q.query.emplace_back("key-marker", page.next_key);
      if (!page.next_id.empty()) q.query.emplace_back("upload-id-marker", page.next_id);
      auto got = read<upload_page>(std::move(q), read_uploads);
      if (!got) return got.error();
      page = std::move(*got);
      for (auto& u : page.uploads) out.push_back(std::move(u));
    } while (!page.next_key.empty());
    return out;
  }

  result<std::vector<part>> parts_of(const upload& in) override {
    std::vector<part> out;
    part_page page;
    do {
      auto q = make("ListParts", "GET", in.key);
      q.query = {{"uploadId", in.id}};
      if (!page.next.empty()) q.query.emplace_back("part-number-marker", page.next);
      auto got = read<part_page>(std::move(q), read_parts);
      if (!got) return got.error();
      page = std::move(*got);
      for (auto& p : page.parts) out.push_back(std::move(p));
    } while (!page.next.empty());
    return out;
  }

 private:
  [[nodiscard]] aws::wire_request make(const char* operation, const char* method,
                                       const std::string& key) const {
    aws::wire_request q;
    q.operation = operation;
    q.method = method;
    q.bucket = at_.bucket;
    q.path = key.empty() ? "/" : aws::key_path(key);
    if (!at_.owner.empty()) q.headers.push_back({"x-amz-expected-bucket-owner", at_.owner});
    return q;
  }

  void take_from(aws::wire_request& q, const std::string& key, const std::string& etag) const {
    q.headers.push_back({"x-amz-copy-source", "/" + at_.bucket + aws::key_path(key)});
    if (!etag.empty()) q.headers.push_back({"x-amz-copy-source-if-match", "\"" + etag + "\""});
    if (!at_.owner.empty()) q.headers.push_back({"x-amz-source-expected-bucket-owner", at_.owner});
  }

  void encrypt(aws::wire_request& q) const {
    if (at_.encryption.empty()) return;
    q.headers.push_back({"x-amz-server-side-encryption", at_.encryption});
    if (!at_.kms_key.empty())
      q.headers.push_back({"x-amz-server-side-encryption-aws-kms-key-id", at_.kms_key});
  }

  void describe(aws::wire_request& q, const attributes& with) const {
    if (!with.type.empty()) q.headers.push_back({"Content-Type", with.type});
    if (!with.cache.empty()) q.headers.push_back({"Cache-Control", with.cache});
    if (!with.encoding.empty()) q.headers.push_back({"Content-Encoding", with.encoding});
    if (!with.digest.empty()) q.headers.push_back({"x-amz-meta-shipflow-digest", with.digest});
    encrypt(q);
  }

  void demand(aws::wire_request& q, const condition& only) const {
    if (only.absent) q.headers.push_back({"If-None-Match", "*"});
    if (!only.etag.empty()) q.headers.push_back({"If-Match", bare_ ? only.etag : "\"" + only.etag + "\""});
  }

  aws::rest_outcome ask(aws::wire_request q) {
    aws::call_options how;
    how.region = at_.region;
    how.endpoint_url = at_.endpoint_url;
    how.deadline = at_.deadline;
    how.stop = at_.stop;
    std::promise<aws::rest_outcome> said;
    auto answer = said.get_future();
    through_.send(aws::s3, std::move(q), how, [&said](aws::rest_outcome o) { said.set_value(std::move(o)); });
    return answer.get();
  }

  [[nodiscard]] error told(const aws::failure& f) const {
    auto code = f.code;
    if (f.status == 404) code = errc::not_found;
    if (f.status == 412 || f.status == 409) code = errc::conflict;
    return make_error(code, "bucket " + at_.bucket + ": " + f.message);
  }

  template <class T, class Read>
  result<T> read(aws::wire_request q, Read how) {
    const auto name = q.operation;
    const auto got = ask(std::move(q));
    if (!got) return told(got.error());
    auto value = how(std::string_view(got->body));
    if (!value)
      return make_error(value.error().code,
                        "bucket " + at_.bucket + ": " + name + ": " + value.error().message);
    return value;
  }

  result<std::string> new_etag(aws::wire_request q) {
    const auto name = q.operation;
    const auto got = ask(std::move(q));
    if (!got) return told(got.error());
    auto etag = etag_of(*got);
    if (etag.empty())
      return make_error(errc::failed, "bucket " + at_.bucket + ": " + name + " answered without an ETag");
    return etag;
  }

  aws::client& through_;
  location at_;
  std::atomic<bool> bare_{false};  ///< the server takes ETags of conditions without quotes only
};

}  // namespace

std::unique_ptr<bucket> make_bucket(aws::client& through, location at) {
  return std::make_unique<remote_bucket>(through, std::move(at));
}

}  // namespace shipflow::s3
