#include "aws/serve.hpp"
#include "provider/rds/actions.hpp"

#include <shipflow/providers/rds.hpp>

namespace shipflow {
inline namespace v1 {

std::shared_ptr<provider> make_rds_provider(rds_options options) {
  return aws::serve({"rds", rds::action_specs, rds::actions_for, rds::carry_out}, std::move(options.aws),
                    options.threads);
}

}  // namespace v1
}  // namespace shipflow
