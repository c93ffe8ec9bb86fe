// Buckets of Amazon S3 in memory: objects, conditions, parts. Strongly consistent, as S3 is.
#pragma once

#include <shipflow/error.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace shipflow::cloud {

struct s3_object {
  std::string body;
  std::string etag;
  std::map<std::string, std::string> headers;  ///< that are given back with it, names in lower case
};

struct s3_condition {
  bool absent = false;
  std::string etag;  ///< or empty
};

class s3_bucket {
 public:
  /// ETags that say nothing about the bytes, as with keys of KMS.
  bool opaque_etags = false;

  [[nodiscard]] const std::map<std::string, s3_object>& objects() const noexcept { return objects_; }
  [[nodiscard]] const s3_object* find(const std::string& key) const;
  /// Writes counted since the making.
  [[nodiscard]] std::uint64_t writes() const noexcept { return writes_; }

  /// The ETag. Error: conflict.
  result<std::string> put(const std::string& key, std::string body,
                          std::map<std::string, std::string> headers, const s3_condition& only);
  /// Errors: not_found, conflict. `headers` null: they are copied.
  result<std::string> copy(const std::string& from, const std::string& etag, const std::string& to,
                           const std::map<std::string, std::string>* headers);
  void remove(const std::string& key);

  struct part {
    std::string body, etag;
  };
  struct upload {
    std::string key;
    std::map<std::string, std::string> headers;
    std::map<int, part> parts;
  };
  std::string begin_upload(const std::string& key, std::map<std::string, std::string> headers);
  result<std::string> put_part(const std::string& id, int number, std::string body);
  result<std::string> complete(const std::string& id, const std::vector<int>& numbers,
                               const s3_condition& only);
  void abort(const std::string& id);
  [[nodiscard]] const std::map<std::string, upload>& uploads() const noexcept { return uploads_; }

 private:
  [[nodiscard]] std::string etag_for(const std::string& body);
  [[nodiscard]] result<void> met(const std::string& key, const s3_condition& only) const;

  std::map<std::string, s3_object> objects_;
  std::map<std::string, upload> uploads_;
  std::uint64_t writes_ = 0;
  std::uint64_t made_ = 0;
};

}  // namespace shipflow::cloud
