// Files on their way to the bucket, and what their bytes are called.
#pragma once

#include "provider/site/session.hpp"
#include "provider/site/tree.hpp"

namespace shipflow::site {

/// Larger content goes up in parts of this size.
inline constexpr std::uint64_t part_size = std::uint64_t{16} << 20U;
/// That of the parts of something so large: the usual one, unless there would be more parts than S3 takes.
[[nodiscard]] std::uint64_t part_size_for(std::uint64_t size);
/// The same, for another usual size.
[[nodiscard]] std::uint64_t step_for(std::uint64_t size, std::uint64_t usual);

/// The digest of a manifest, and the ETag that S3 gives when nothing encrypts.
[[nodiscard]] result<std::string> digest_of(content& of, std::uint64_t size);
[[nodiscard]] result<std::string> etag_of(content& of, std::uint64_t size);

struct parcel {
  std::string key;  ///< without the prefix
  stamp is;
  s3::attributes with;  ///< its `digest`, where known, must be that of the bytes
  s3::condition only{};
};
struct delivered {
  std::string etag;
  std::string digest;
};

/// Sends what fits into one request. What changes while it is read is read again twice, then refused with `conflict`.
[[nodiscard]] result<delivered> send(session& s, const tree& from, const parcel& what);

/// Content of a file, and what came of it.
struct consignment {
  content* from;
  parcel what;
  delivered arrived{};
};
/// Sends parts of all of them at the same time, one after the other put together while the next is being sent; parts
/// that are there already from an attempt that was cut off are not sent again.
[[nodiscard]] result<void> send_in_parts(session& s, std::vector<consignment>& all);

/// Text of any size, as an object of shipflow's own. Its ETag.
[[nodiscard]] result<std::string> send_own(session& s, const std::string& name, content& from,
                                           std::uint64_t size, const s3::condition& only);

}  // namespace shipflow::site
