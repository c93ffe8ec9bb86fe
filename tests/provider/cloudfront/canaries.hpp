// A distribution with a canary, in the world of the provider and behind the double.
#pragma once

#include "sites.hpp"

namespace tests {

inline json::object a_canary(const json::object& more = {}) {
  auto target = a_distribution();
  target["canary"] = more;
  return target;
}

/// Nothing of a canary is there yet, unless the binding names a staging distribution.
class canary_site final : public in_world {
 public:
  explicit canary_site(const json::object& canary = {}, const cloudfront_world_options& options = {})
      : cloud(make_cloudfront_world(where, options)) {
    target = a_canary(canary);
    cloud->install("production", "api", target, "/releases/1.4.0").value();
  }
  [[nodiscard]] json::value path() const { return at(cloud->snapshot(), "/traffic:api/origin_path"); }
  [[nodiscard]] json::value percent() const { return at(cloud->snapshot(), "/traffic:api/share/percent"); }

  std::shared_ptr<cloudfront_world> cloud;

 private:
  provider& asked() override { return *cloud; }
};

inline const json::object to_new{{"version", "1.5.0"}};
inline json::object weight(int percent) { return {{"weight", percent}, {"path", "/releases/1.5.0"}}; }

}  // namespace tests
