// A bucket of Amazon S3, or of a server that speaks as it does.
#pragma once

#include "aws/client.hpp"
#include "s3/bucket.hpp"

#include <memory>

namespace shipflow::s3 {

struct location {
  std::string bucket;
  std::string region{}, endpoint_url{};
  std::string owner{};       ///< 12 digits: S3 refuses everything if the bucket is another account's
  std::string encryption{};  ///< "aws:kms", "AES256", or empty: the bucket's own
  std::string kms_key{};
  std::stop_token stop{};
  duration deadline{120'000};  ///< of one request, all tries together
};

/// The client outlives the bucket.
[[nodiscard]] std::unique_ptr<bucket> make_bucket(aws::client& through, location at);

}  // namespace shipflow::s3
