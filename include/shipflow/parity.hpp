// What differs between two environments: what staging cannot show about production.
#pragma once

#include <shipflow/model.hpp>

#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// One place in which two environments differ. An absent side is empty and says so.
struct parity_difference {
  std::string path;  ///< "bind.api.instances"
  std::string left, right;
  bool in_left = false, in_right = false;
};
/// Compares what the documents say, layers applied; no variable is resolved, and what the documents themselves hold of
/// secrets (`{ value, secret: true }`, the URL of a Slack channel) is compared and shown as `***`. What
/// differs in the name of the environment alone (`shop-staging`, `shop-production`) does not count, nor do
/// `extends`, `purpose` and `url`. Lists are compared as a whole. In the order of the paths. O(n log n).
[[nodiscard]] std::vector<parity_difference> compare_environments(const environment& left,
                                                                  const environment& right);

}  // namespace v1
}  // namespace shipflow
