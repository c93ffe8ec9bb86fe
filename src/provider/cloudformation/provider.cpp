#include "aws/serve.hpp"
#include "provider/cloudformation/actions.hpp"

#include <shipflow/providers/cloudformation.hpp>

namespace shipflow {
inline namespace v1 {

std::shared_ptr<provider> make_cloudformation_provider(cloudformation_options options) {
  const cloudformation::file_reader file =
      [read = options.aws.file](const std::string& path) -> result<std::string> {
    if (!read) return make_error(errc::unsupported, "no file can be read here: " + path);
    return read(path);
  };
  const std::shared_ptr<cloudformation::depot> assets = cloudformation::make_depot(options.aws);
  const auto carry_out = [file, assets](aws::desk& on, const request& q) {
    return cloudformation::carry_out(on, q, file, *assets);
  };
  return aws::serve({"cloudformation", cloudformation::action_specs, cloudformation::actions_for, carry_out},
                    std::move(options.aws), options.threads);
}

}  // namespace v1
}  // namespace shipflow
