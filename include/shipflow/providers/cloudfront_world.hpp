// The world model of the `cloudfront` provider: the provider's own code, over a model of CloudFront in virtual time (see
// world.hpp).
//
//   virtual_time time(1);
//   auto w = std::make_shared<world>(time);
//   auto cdn = make_cloudfront_world(w, {});
//   cdn->install("production", "cdn", target, "/releases/1.4.0");
//
// What is modelled: configurations with ETags, their deployment, invalidations by reference and their limits, staging
// distributions with their policies and promotion. A staging distribution that the binding names is there, without a policy
// and at the same path. What edges hold is not modelled.
//
// It disturbs (see world.hpp) by changing the origin's path, and by letting nothing come to an end.
#pragma once

#include <shipflow/world.hpp>

#include <memory>
#include <string>

namespace shipflow {
inline namespace v1 {

struct cloudfront_world_options {
  duration call{120};            ///< what one call of the provider takes
  duration deployment{180'000};  ///< of a changed configuration
  duration invalidation{45'000};
};

/// Serves as provider `cloudfront`. Answers come through the world's time.
class cloudfront_world : public world_model {
 public:
  ~cloudfront_world() override;
  /// The distribution of the binding, deployed, its origin at that path. Error: `invalid_argument` (the binding).
  virtual result<void> install(const std::string& environment, const std::string& component,
                               const json::object& target, const std::string& origin_path) = 0;
  /// The same from what the real provider's `observe` answered.
  virtual result<void> install_observed(const std::string& environment, const std::string& component,
                                        const json::object& target, const json::value& observed) = 0;
};
[[nodiscard]] std::shared_ptr<cloudfront_world> make_cloudfront_world(const std::shared_ptr<world>& where,
                                                                      cloudfront_world_options options);

}  // namespace v1
}  // namespace shipflow
