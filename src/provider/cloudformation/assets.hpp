// What stacks need in S3 and ECR before they are changed, and where it belongs.
#pragma once

#include "aws/desk.hpp"

#include <functional>
#include <string>
#include <vector>

namespace shipflow::cloudformation {

/// A file's content.
using file_reader = std::function<result<std::string>(const std::string& path)>;

/// Account and region that an artifact is meant for; empty: not known.
struct home {
  std::string account, region;
};
/// The text with "${AWS::AccountId}", "${AWS::Region}" and "${AWS::Partition}" filled in. Error: one is not known.
[[nodiscard]] result<std::string> filled(std::string text, const home& in);

/// One object of S3 to be.
struct asset {
  enum class packing { as_it_is, zip };
  std::string name;  ///< what people call it
  std::string path;  ///< of the file, or of the folder that becomes an archive
  packing packed = packing::as_it_is;
  std::string content;  ///< instead of a path
  std::string bucket, key, region;
  std::string owner;              ///< account that the bucket must belong to; empty: any
  std::string role, external_id;  ///< to be assumed for it, or empty
};
/// One image that has to be in ECR already.
struct needed_image {
  std::string name, registry, region, repository, tag;
};
struct needed {
  std::vector<asset> files;
  std::vector<needed_image> images;
};
/// A manifest of assets (`X.assets.json`) in the folder of an assembly. Errors: `invalid_argument`, `unsupported` (an
/// asset that a program makes), `not_found`, each with its place.
[[nodiscard]] result<needed> read_assets(const file_reader& file, const std::string& folder,
                                         const std::string& manifest, const home& in);

/// "https://BUCKET.s3.REGION.amazonaws.com/KEY".
[[nodiscard]] std::string url_of(const std::string& bucket, const std::string& region,
                                 const std::string& key);

}  // namespace shipflow::cloudformation
