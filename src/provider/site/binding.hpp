// A component's binding in an environments document, as <shipflow/providers/site.hpp> describes it.
#pragma once

#include "provider/site/rules.hpp"

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <string>

namespace shipflow::site {

struct binding {
  std::string bucket;
  std::string prefix;  ///< empty, or ending with '/'
  std::string region, endpoint_url, account;
  std::string encryption;  ///< "aws:kms", "AES256" or empty: the bucket's own
  std::string kms_key;
  std::string directory;  ///< of the files, where the step does not say
  rules serve;
  int keep_releases = 3;                        ///< so many previous ones can be restored
  duration keep_for = std::chrono::hours(168);  ///< what left a release stays at least so long
  duration stale_lock = std::chrono::minutes(15);
  int connections = 32;
};

[[nodiscard]] result<binding> read_binding(const json::object& target);

}  // namespace shipflow::site
