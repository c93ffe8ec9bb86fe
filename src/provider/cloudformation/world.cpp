// The world model of the cloudformation provider: its calls, over stacks that are memory.
#include "aws/model_desk.hpp"
#include "base/members.hpp"
#include "provider/cloudformation/actions.hpp"
#include "world/aws/cloudformation.hpp"

#include <shipflow/providers/cloudformation_world.hpp>

#include <map>
#include <set>

namespace shipflow {
namespace cloudformation {
namespace {

class desk_of_model final : public aws::desk_over<shipflow::cloud::cloudformation> {
 public:
  using desk_over::desk_over;

 protected:
  /// Images that an assembly needs are in ECR.
  aws::outcome carry_out(const aws::service& of, const std::string& operation,
                         const json::object& input) override {
    if (operation == "DescribeImages") return json::object{{"imageDetails", json::array{json::object{}}}};
    return desk_over::carry_out(of, operation, input);
  }
  /// An assembly's stacks are effects of their own.
  [[nodiscard]] std::string part_of(const request& q, const json::object& input) const override {
    return q.action == "deploy_assembly" ? "/" + members::text(input, "StackName") : std::string{};
  }
};

shipflow::cloud::cloudformation_options options_for(const cloudformation_world_options& from) {
  shipflow::cloud::cloudformation_options out;
  out.plans = from.change_set;
  out.changes_in = from.execution;
  return out;
}

/// A template's text is its name; an assembly has one stack.
result<std::string> assumed_file(const std::string& path) {
  if (!path.ends_with("/manifest.json")) return path;
  return std::string(R"({"artifacts": {"assembly": {"type": "aws:cloudformation:stack",
                         "properties": {"templateFile": "assembly.template.json"}}}})");
}

/// Assets are published at once, and stay.
class all_there final : public depot {
 public:
  brought bring(const asset& /*a*/, const aws::destination& /*where*/) override { return {}; }
};

aws::served served_with(file_reader file) {
  if (!file) file = assumed_file;
  const auto assets = std::make_shared<all_there>();
  return {"cloudformation", action_specs, actions_for,
          [file = std::move(file), assets](aws::desk& on, const request& q) {
            return carry_out(on, q, file, *assets);
          }};
}

class model final : public aws::modelled<cloudformation_world> {
 public:
  model(const std::shared_ptr<world>& where, const cloudformation_world_options& options)
      : modelled(served_with(options.file), where, options.call),
        desk_(where, action_specs(), shipflow::cloud::cloudformation(options_for(options))) {}

  void install(const std::string& environment, const std::string& component, const std::string& stack,
               const std::string& template_text) override {
    if (!template_text.empty()) desk_.model.install(stack, template_text);
    if (!stack.empty()) named_.insert(stack);
    components_[environment + "/" + component] = component;
  }

  [[nodiscard]] json::object snapshot() const override {
    json::object stacks;
    for (const auto& [name, s] : desk_.model.stacks())
      if (s.status != "REVIEW_IN_PROGRESS") stacks[name] = s.template_text;
    json::object all;
    for (const auto& [key, name] : components_) {
      all["assembly:" + name] = stacks;
      // Those that are not there are looked for too.
      for (const auto& stack : named_)
        all["stack:" + name + "/" + stack] = stacks.contains(stack) ? stacks.at(stack) : json::value(nullptr);
    }
    return all;
  }

  bool disturb(disturbance what, const request& about) override {
    if (what != disturbance::fail_half_way || about.action == "continue_rollback") return false;
    for (const auto& [name, s] : desk_.model.stacks())
      if (desk_.model.break_now(*desk_.model.find(name))) return true;
    return false;
  }

 protected:
  [[nodiscard]] aws::model_desk& desk() override { return desk_; }

 private:
  desk_of_model desk_;
  std::map<std::string, std::string> components_;
  std::set<std::string> named_;
};

}  // namespace
}  // namespace cloudformation

inline namespace v1 {

cloudformation_world::~cloudformation_world() = default;

std::shared_ptr<cloudformation_world> make_cloudformation_world(const std::shared_ptr<world>& where,
                                                                const cloudformation_world_options& options) {
  return std::make_shared<cloudformation::model>(where, options);
}

}  // namespace v1
}  // namespace shipflow
