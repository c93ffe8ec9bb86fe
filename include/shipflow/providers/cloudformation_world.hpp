// The world model of the `cloudformation` provider: the provider's own code, over a model of CloudFormation in virtual time
// (see world.hpp).
//
//   virtual_time time(1);
//   auto w = std::make_shared<world>(time);
//   auto stacks = make_cloudformation_world(w, {});
//   stacks->install("production", "infrastructure", "network", "Resources: {}");
//
// What is modelled: stacks, change sets, executions that take a while and may be taken back, events. Resources are not;
// assets and images are there.
//
// It disturbs (see world.hpp) by letting an execution fail, which CloudFormation then takes back.
#pragma once

#include <shipflow/world.hpp>

#include <functional>
#include <memory>
#include <string>

namespace shipflow {
inline namespace v1 {

struct cloudformation_world_options {
  duration call{150};  ///< what one call of the provider takes
  duration change_set{5'000};
  duration execution{120'000};
  /// Content of templates and manifests; empty: a template's text is its name, and an assembly has one stack.
  std::function<result<std::string>(const std::string& path)> file{};
};

/// Serves as provider `cloudformation`. Answers come through the world's time.
class cloudformation_world : public world_model {
 public:
  ~cloudformation_world() override;
  /// A stack that is there, complete; without a template it is one that is not there yet.
  virtual void install(const std::string& environment, const std::string& component, const std::string& stack,
                       const std::string& template_text) = 0;
};
[[nodiscard]] std::shared_ptr<cloudformation_world> make_cloudformation_world(
    const std::shared_ptr<world>& where, const cloudformation_world_options& options);

}  // namespace v1
}  // namespace shipflow
