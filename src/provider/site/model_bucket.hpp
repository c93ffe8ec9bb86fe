// The model of S3 as the bucket of the provider's code. Used on one thread.
#pragma once

#include "s3/bucket.hpp"
#include "world/aws/s3.hpp"

#include <functional>
#include <limits>

namespace shipflow::site {

class model_bucket final : public s3::bucket {
 public:
  explicit model_bucket(cloud::s3_bucket& over) : over_(over) {}

  /// So many writes from now on; the next one is refused with `cancelled`, as if the program had ended.
  void allow(std::uint64_t writes) {
    left_ = writes;
    cut_off_ = false;
  }
  [[nodiscard]] bool cut_off() const noexcept { return cut_off_; }
  /// After every write.
  std::function<void()> on_write;
  /// Objects of a listing at a time.
  std::size_t page = 1000;

  result<s3::listing> list(const std::string& prefix, const std::string& token) override;
  result<s3::folder_page> folders(const std::string& prefix, const std::string& token) override;
  result<s3::object> get(const std::string& key, std::uint64_t from, std::uint64_t most) override;
  result<s3::object> head(const std::string& key) override;
  result<std::string> put(const std::string& key, std::string body, const std::string& sha256,
                          const s3::attributes& with, const s3::condition& only) override;
  result<std::string> copy(const std::string& from, const std::string& etag, const std::string& to,
                           const s3::attributes* with) override;
  result<std::vector<s3::refused_key>> remove(const std::vector<std::string>& keys) override;
  result<std::string> begin_upload(const std::string& key, const s3::attributes& with) override;
  result<std::string> put_part(const s3::upload& in, int number, std::string body,
                               const std::string& sha256) override;
  result<std::string> copy_part(const s3::upload& in, int number, const std::string& from,
                                const std::string& etag, const s3::range& of) override;
  result<std::string> complete(const s3::upload& in, const std::vector<s3::part>& parts,
                               const s3::condition& only) override;
  result<void> abort(const s3::upload& in) override;
  result<std::vector<s3::upload>> uploads(const std::string& prefix) override;
  result<std::vector<s3::part>> parts_of(const s3::upload& in) override;

 private:
  /// Counts one write, if it may happen.
  [[nodiscard]] result<void> writing();
  template <class T>
  result<T> wrote(result<T> r) {
    if (r && on_write) on_write();
    return r;
  }

  cloud::s3_bucket& over_;
  std::uint64_t left_ = std::numeric_limits<std::uint64_t>::max();
  bool cut_off_ = false;
};

}  // namespace shipflow::site
