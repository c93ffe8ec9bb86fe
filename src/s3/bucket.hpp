// The objects of one bucket. Functions block, and may be called from any thread.
#pragma once

#include <shipflow/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow::s3 {

/// What is stored with an object beside its bytes.
struct attributes {
  std::string type;      ///< Content-Type
  std::string cache;     ///< Cache-Control, or empty
  std::string encoding;  ///< Content-Encoding, or empty
  std::string digest;    ///< x-amz-meta-shipflow-digest, or empty
  friend bool operator==(const attributes&, const attributes&) = default;
};

struct listed {
  std::string key;
  std::uint64_t size = 0;
  std::string
      etag;  ///< without quotes; MD5 of the bytes only where nothing encrypts and no parts were put together
};
struct listing {
  std::vector<listed> objects;  ///< by key, bytewise
  std::string next;             ///< the token of what follows, or empty
};
struct folder_page {
  std::vector<std::string> prefixes;  ///< each ends with '/'
  std::string next;                   ///< as in a listing
};
struct object {
  std::uint64_t size = 0;
  std::string etag;
  attributes with;
  std::string body;
};
/// What has to be there for a write to happen; otherwise it is refused with `conflict`.
struct condition {
  bool absent = false;
  std::string etag{};  ///< or empty: whatever is there
};
struct part {
  int number = 1;
  std::uint64_t size = 0;
  std::string etag;
};
struct range {
  std::uint64_t from = 0, size = 0;
};
struct upload {
  std::string key;
  std::string id;
};
/// A key that could not be deleted, and why.
using refused_key = std::pair<std::string, std::string>;

/// Sizes S3 knows: docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
inline constexpr std::size_t keys_per_delete = 1000;
inline constexpr std::uint64_t largest_copy = std::uint64_t{5} << 30U;  ///< and the largest part
inline constexpr int most_parts = 10'000;

/// Errors: not_found (no such object, bucket or upload), conflict (a condition did not hold), denied, throttled,
/// unavailable, timeout, cancelled, failed; one line with what S3 said.
class bucket {
 public:
  bucket() = default;
  bucket(const bucket&) = delete;
  bucket& operator=(const bucket&) = delete;
  virtual ~bucket() = default;

  /// One page; `token` is `next` of the one before, or empty.
  virtual result<listing> list(const std::string& prefix, const std::string& token) = 0;
  /// What keys below a prefix begin with, up to the next '/'. One page.
  virtual result<folder_page> folders(const std::string& prefix, const std::string& token) = 0;
  /// Bytes [from, from + most) of an object, fewer at its end.
  virtual result<object> get(const std::string& key, std::uint64_t from, std::uint64_t most) = 0;
  virtual result<object> head(const std::string& key) = 0;
  /// The new ETag. `sha256` is that of the body, 64 digits.
  virtual result<std::string> put(const std::string& key, std::string body, const std::string& sha256,
                                  const attributes& with, const condition& only) = 0;
  /// The ETag of the copy. The source must have that ETag. `with` null: attributes are copied too.
  virtual result<std::string> copy(const std::string& from, const std::string& etag, const std::string& to,
                                   const attributes* with) = 0;
  /// At most `keys_per_delete`. What is not there is deleted.
  virtual result<std::vector<refused_key>> remove(const std::vector<std::string>& keys) = 0;

  virtual result<std::string> begin_upload(const std::string& key, const attributes& with) = 0;
  /// Its ETag.
  virtual result<std::string> put_part(const upload& in, int number, std::string body,
                                       const std::string& sha256) = 0;
  /// A part that is copied from bytes of an object, which must have that ETag. Its own ETag.
  virtual result<std::string> copy_part(const upload& in, int number, const std::string& from,
                                        const std::string& etag, const range& of) = 0;
  virtual result<std::string> complete(const upload& in, const std::vector<part>& parts,
                                       const condition& only) = 0;
  virtual result<void> abort(const upload& in) = 0;
  /// Those that were begun and neither completed nor aborted.
  virtual result<std::vector<upload>> uploads(const std::string& prefix) = 0;
  virtual result<std::vector<part>> parts_of(const upload& in) = 0;
};

}  // namespace shipflow::s3
