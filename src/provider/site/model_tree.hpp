// Files of a release that nobody built: some change with its version, some never do.
#pragma once

#include "provider/site/tree.hpp"

#include <map>

namespace shipflow::site {

/// Files in memory, by key.
class model_tree final : public tree {
 public:
  explicit model_tree(std::map<std::string, std::string> files)
      : files_(std::move(files)), at_(files_.begin()) {}
  result<std::optional<file>> next() override;
  [[nodiscard]] result<std::unique_ptr<content>> open(const std::string& key) const override;

 private:
  std::map<std::string, std::string> files_;
  std::map<std::string, std::string>::const_iterator at_;
};

[[nodiscard]] std::map<std::string, std::string> files_of_version(const std::string& version);

}  // namespace shipflow::site
