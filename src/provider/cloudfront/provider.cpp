#include "aws/serve.hpp"
#include "provider/cloudfront/actions.hpp"

#include <shipflow/providers/cloudfront.hpp>

namespace shipflow {
inline namespace v1 {

std::shared_ptr<provider> make_cloudfront_provider(cloudfront_options options) {
  constexpr int patient = 10;
  if (options.aws.attempts == aws_options{}.attempts) options.aws.attempts = patient;
  return aws::serve({"cloudfront", cloudfront::action_specs, cloudfront::actions_for, cloudfront::carry_out},
                    std::move(options.aws), options.threads);
}

}  // namespace v1
}  // namespace shipflow
