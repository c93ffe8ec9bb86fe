// Objects copied within the bucket, whatever their size.
#pragma once

#include "provider/site/session.hpp"

namespace shipflow::site {

struct copying {
  std::string from;  ///< keys without the prefix
  std::string etag;  ///< that the source must have, or empty
  std::uint64_t size = 0;
  std::string to;
  const s3::attributes* with = nullptr;  ///< null: those of the source
};

/// Whether it goes in parts, which takes the whole crew.
[[nodiscard]] bool in_parts(const session& s, std::uint64_t size);

/// The ETag of the copy. What is too large for one request goes in parts, from the same state of the source; of its
/// attributes those that s3::attributes has are copied then.
[[nodiscard]] result<std::string> copy(session& s, const copying& what);

}  // namespace shipflow::site
