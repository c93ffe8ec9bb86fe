// Assets as bytes, from the disk.
#pragma once

#include "provider/cloudformation/assets.hpp"
#include "provider/cloudformation/zip.hpp"

namespace shipflow::cloudformation {

/// Hands the bytes of an asset on in pieces: a file, a text, or an archive of a folder with its files in the order of their
/// names. Links are followed as long as they end inside the folder. Errors: `not_found`, `io`, `invalid_argument`.
[[nodiscard]] result<void> pour(const asset& a, const byte_sink& into);
/// What S3 says of it to those who fetch it.
[[nodiscard]] std::string_view content_type_of(const asset& a);

}  // namespace shipflow::cloudformation
