// Ceph's S3 gateway, started once by tests/tools/ceph.sh; every test has a bucket of its own.
#pragma once

#include "http/server_process.hpp"
#include "s3/s3_place.hpp"

#include <memory>

namespace tests {

class ceph_gateway {
 public:
  /// Null where Ceph cannot be had, which is said once.
  [[nodiscard]] static const ceph_gateway* get();
  ~ceph_gateway();
  ceph_gateway(const ceph_gateway&) = delete;
  ceph_gateway& operator=(const ceph_gateway&) = delete;

  [[nodiscard]] s3_place new_bucket() const;

 private:
  ceph_gateway();
  enum class state { up, missing, silent };
  [[nodiscard]] state up();

  temporary_directory home_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace tests
