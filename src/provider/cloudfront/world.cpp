// The world model of the cloudfront provider: its calls, over distributions that are memory.
#include "aws/model_desk.hpp"
#include "base/members.hpp"
#include "provider/cloudfront/actions.hpp"
#include "world/aws/cloudfront.hpp"

#include <shipflow/providers/cloudfront_world.hpp>

#include <map>

namespace shipflow {
namespace cloudfront {
namespace {

using desk_of_model = aws::desk_over<shipflow::cloud::cloudfront>;

shipflow::cloud::cloudfront_options options_for(const cloudfront_world_options& from) {
  shipflow::cloud::cloudfront_options out;
  out.deploys = from.deployment;
  out.invalidates = from.invalidation;
  return out;
}

class model final : public aws::modelled<cloudfront_world> {
 public:
  model(const std::shared_ptr<world>& where, const cloudfront_world_options& options)
      : modelled({"cloudfront", action_specs, actions_for, carry_out}, where, options.call),
        desk_(where, action_specs(), shipflow::cloud::cloudfront(options_for(options))) {}

  result<void> install(const std::string& environment, const std::string& component,
                       const json::object& target, const std::string& origin_path) override {
    const auto b = read_binding(target);
    if (!b) return b.error();
    if (desk_.model.find(b->distribution) == nullptr) {
      auto& made = desk_.model.install(b->distribution, origin_path);
      if (!b->origin.empty()) shipflow::cloud::cloudfront::name_origin(made, b->origin);
    }
    components_[environment + "/" + component] = {component, *b};
    return {};
  }
  result<void> install_observed(const std::string& environment, const std::string& component,
                                const json::object& target, const json::value& observed) override {
    return install(environment, component, target,
                   members::text(members::as_object(observed), "origin_path"));
  }

  [[nodiscard]] json::object snapshot() const override {
    json::object all;
    for (const auto& [key, c] : components_) {
      auto& known = const_cast<desk_of_model&>(desk_).model;  // NOLINT(cppcoreguidelines-pro-type-const-cast)
      const auto* d = known.find(c.bound.distribution);
      all["origin:" + c.name] = shipflow::cloud::cloudfront::origin_path(*d, c.bound.origin);
    }
    return all;
  }

  bool disturb(disturbance what, const request& about) override {
    const auto found = components_.find(about.environment + "/" + about.component);
    if (found == components_.end()) return false;
    auto& d = *desk_.model.find(found->second.bound.distribution);
    if (what == disturbance::stall) return shipflow::cloud::cloudfront::stall(d);
    if (about.action != "switch_origin") return false;
    const auto& origin = found->second.bound.origin;
    if (what == disturbance::foreign_change) {
      before_ = shipflow::cloud::cloudfront::origin_path(d, origin);
      shipflow::cloud::cloudfront::set_origin_path(d, "/by-hand", origin);
    } else if (what == disturbance::put_right && before_) {
      shipflow::cloud::cloudfront::set_origin_path(d, *std::exchange(before_, std::nullopt), origin);
    } else {
      return false;
    }
    place().touch();
    return true;
  }

 protected:
  [[nodiscard]] aws::model_desk& desk() override { return desk_; }

 private:
  struct installed {
    std::string name;
    binding bound;
  };
  desk_of_model desk_;
  std::map<std::string, installed> components_;
  std::optional<std::string> before_;
};

}  // namespace
}  // namespace cloudfront

inline namespace v1 {

cloudfront_world::~cloudfront_world() = default;

std::shared_ptr<cloudfront_world> make_cloudfront_world(const std::shared_ptr<world>& where,
                                                        cloudfront_world_options options) {
  return std::make_shared<cloudfront::model>(where, options);
}

}  // namespace v1
}  // namespace shipflow
