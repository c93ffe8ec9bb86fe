// CloudFormation's model in the double: made with the options that were put there before.
#pragma once

#include "models.hpp"
#include "world/aws/cloudformation.hpp"

namespace tests {

template <>
struct making<shipflow::cloud::cloudformation> {
  static std::shared_ptr<shipflow::cloud::cloudformation> make(models& others) {
    return std::make_shared<shipflow::cloud::cloudformation>(
        others.of<shipflow::cloud::cloudformation_options>());
  }
};

}  // namespace tests
