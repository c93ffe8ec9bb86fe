// The world model of the `site` provider: the provider's own code, over a model of S3 in virtual time (see world.hpp).
//
//   virtual_time time(1);
//   auto w = std::make_shared<world>(time);
//   auto site = make_site_world(w, {});
//   site->install("production", "frontend", target, "1.4.0");      // what stands before the release
//
// What is modelled. Objects with their ETags and attributes, conditions, copies, listings in pages. Files are not read: a
// release has a first page, some pages, a style sheet whose name changes with its version, and files that never change.
// A release is put in place a few objects at a time, so that a program that ends in between leaves it half done.
//
// It disturbs (see world.hpp) by standing still. Somebody else who publishes is not modelled: the lock keeps them out.
#pragma once

#include <shipflow/world.hpp>

#include <memory>
#include <string>

namespace shipflow {
inline namespace v1 {

struct site_world_options {
  duration call{40};    ///< what one call of the provider takes
  duration slice{400};  ///< what `writes` writes take
  int writes = 6;
};

/// Serves as provider `site`. Answers come through the world's time.
class site_world : public world_model {
 public:
  ~site_world() override;
  /// What stands before the release; an empty version: nothing. Errors: `invalid_argument` (the binding).
  virtual result<void> install(const std::string& environment, const std::string& component,
                               const json::object& target, const std::string& version) = 0;
  /// The same from what the real provider's `observe` answered.
  virtual result<void> install_observed(const std::string& environment, const std::string& component,
                                        const json::object& target, const json::value& observed) = 0;
};
[[nodiscard]] std::shared_ptr<site_world> make_site_world(std::shared_ptr<world> where,
                                                          site_world_options options);

}  // namespace v1
}  // namespace shipflow
