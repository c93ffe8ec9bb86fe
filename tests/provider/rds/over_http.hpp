// The real provider against the double.
#pragma once

#include "aws/place.hpp"
#include "aws_double/double.hpp"
#include "databases.hpp"
#include "world/aws/rds.hpp"

#include <shipflow/providers/rds.hpp>

namespace tests {

inline void put_up_databases(aws_double& d) {
  d.with<cloud::rds>([](auto& model, auto now) {
    cloud::database instance;
    instance.id = "shop-production";
    model.install(instance, now);
    cloud::database cluster;
    cluster.id = "shop-aurora";
    cluster.cluster = true;
    model.install(cluster, now);
  });
}

/// One try of each call, so that the provider hears of what goes wrong.
inline aws_options once(const aws_double& d) {
  auto options = place::with_keys(d.url()).options();
  options.attempts = 1;
  return options;
}

class over_http final : public in_earnest {
 public:
  explicit over_http(const aws_options& options) : in_earnest(make_rds_provider({.aws = options})) {
    target = an_instance();
  }
  explicit over_http(const aws_double& d) : over_http(place::with_keys(d.url()).options()) {}
};

}  // namespace tests
