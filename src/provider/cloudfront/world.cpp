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

class desk_of_model final : public aws::desk_over<shipflow::cloud::cloudfront> {
 public:
  using desk_over::desk_over;

 protected:
  /// Some actions have several effects: a copy, a policy, what it says, what each distribution serves, its caches.
  [[nodiscard]] std::string part_of(const request& q, const json::object& input) const override {
    if (q.action != "launch" && q.action != "shift" && q.action != "switch_origin") return {};
    for (const auto& [member, part] : parts)
      if (input.contains(member)) return part + members::text(input, "Id");
    return {};
  }

 private:
  static inline const std::map<std::string, std::string> parts{
      {"CopyDistributionRequest", "/copy"},
      {"ContinuousDeploymentPolicyConfig", "/policy "},
      {"DistributionConfig", "/configuration "},
      {"StagingDistributionId", "/promotion "},
      {"InvalidationBatch", "/caches "}};
};

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
    if (b->tried && !b->tried->staging.empty() && desk_.model.find(b->tried->staging) == nullptr)
      put_up_staging(*b, origin_path);
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
      const auto path = shipflow::cloud::cloudfront::origin_path(*d, c.bound.origin);
      all["origin:" + c.name] = path;
      if (!c.bound.tried) continue;
      all["traffic:" + c.name] = json::object{{"share", share_of(known, *d)}, {"origin_path", path}};
      // One that is made by the release stays, and then serves what the primary does.
      const auto* staging = known.staging_of(*d);
      if (staging == nullptr && !c.bound.tried->staging.empty()) staging = known.find(c.bound.tried->staging);
      all["staging:" + c.name] =
          staging == nullptr ? path : shipflow::cloud::cloudfront::origin_path(*staging, c.bound.origin);
    }
    return all;
  }

  bool disturb(disturbance what, const request& about) override {
    const auto found = components_.find(about.environment + "/" + about.component);
    if (found == components_.end()) return false;
    auto& d = *desk_.model.find(found->second.bound.distribution);
    if (what == disturbance::stall) return shipflow::cloud::cloudfront::stall(d);
    if (about.action != "switch_origin" && about.action != "shift") return false;
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
  static json::object share_of(shipflow::cloud::cloudfront& in, const shipflow::cloud::distribution& d) {
    const auto* rule = in.find_policy(members::text(d.config, "ContinuousDeploymentPolicyId"));
    return to_json(rule == nullptr ? share{} : share_in(rule->config));
  }
  void put_up_staging(const binding& b, const std::string& origin_path) {
    auto& made = desk_.model.install(b.tried->staging, origin_path);
    if (!b.origin.empty()) shipflow::cloud::cloudfront::name_origin(made, b.origin);
    made.config["Staging"] = "true";
    made.config["Aliases"] = json::object{{"Quantity", "0"}};
    made.config["CallerReference"] = "by-hand-too";
  }
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
