// What S3 says, as values. Pure.
#pragma once

#include "http/client.hpp"
#include "s3/bucket.hpp"

namespace shipflow::s3 {

/// Names in a listing are decoded only where it says that they are encoded: not every server does what it is asked.
[[nodiscard]] result<listing> read_listing(std::string_view xml);
[[nodiscard]] result<folder_page> read_folders(std::string_view xml);
[[nodiscard]] result<std::vector<refused_key>> read_removal(std::string_view xml);
[[nodiscard]] result<std::string> read_upload_id(std::string_view xml);
/// The ETag of a copy or of parts put together; empty where the server does not say.
[[nodiscard]] result<std::string> read_new_etag(std::string_view xml);

struct upload_page {
  std::vector<upload> uploads;
  std::string next_key, next_id;  ///< empty at the end
};
[[nodiscard]] result<upload_page> read_uploads(std::string_view xml);
struct part_page {
  std::vector<part> parts;
  std::string next;  ///< empty at the end
};
[[nodiscard]] result<part_page> read_parts(std::string_view xml);

/// From the headers of GET and HEAD; the size is that of the whole object.
[[nodiscard]] object read_object(const http::response& got);
[[nodiscard]] std::string etag_of(const http::response& got);

/// Bodies of requests.
[[nodiscard]] std::string removal_text(const std::vector<std::string>& keys);
[[nodiscard]] std::string completion_text(const std::vector<part>& parts);

}  // namespace shipflow::s3
