#include "aws/serve.hpp"
#include "provider/ecs/actions.hpp"

#include <shipflow/providers/ecs.hpp>

namespace shipflow {
inline namespace v1 {

std::shared_ptr<provider> make_ecs_provider(ecs_options options) {
  return aws::serve({"ecs", ecs::action_specs, ecs::actions_for, ecs::carry_out}, std::move(options.aws),
                    options.threads);
}

}  // namespace v1
}  // namespace shipflow
