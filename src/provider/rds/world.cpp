// The world model of the rds provider: its calls, over databases that are memory.
#include "aws/model_desk.hpp"
#include "provider/rds/actions.hpp"
#include "world/aws/rds.hpp"

#include <shipflow/providers/rds_world.hpp>

#include <map>

namespace shipflow {
namespace rds {
namespace {

class desk_of_model final : public aws::desk_over<shipflow::cloud::rds> {
 public:
  using desk_over::desk_over;

 protected:
  /// A restored cluster and its writer are effects of their own.
  [[nodiscard]] std::string part_of(const request& q, const json::object& input) const override {
    return q.action == "restore" && input.contains("DBClusterIdentifier") &&
                   input.contains("DBInstanceIdentifier")
               ? "/writer"
               : std::string{};
  }
};

shipflow::cloud::rds_options options_for(const rds_world_options& from) {
  shipflow::cloud::rds_options out;
  out.makes = from.snapshot;
  out.restores = from.restore;
  return out;
}

class model final : public aws::modelled<rds_world> {
 public:
  model(const std::shared_ptr<world>& where, const rds_world_options& options)
      : modelled({"rds", action_specs, actions_for, carry_out}, where, options.call),
        desk_(where, action_specs(), shipflow::cloud::rds(options_for(options))) {}

  result<void> install(const std::string& environment, const std::string& component,
                       const json::object& target) override {
    const auto b = read_binding(target);
    if (!b) return b.error();
    if (desk_.model.find(b->source, b->cluster) == nullptr) {
      shipflow::cloud::database d;
      d.id = b->source;
      d.cluster = b->cluster;
      desk_.model.install(std::move(d), place().time().now());
    }
    components_[environment + "/" + component] = *b;
    return {};
  }

  /// Nothing of it is ever put back.
  [[nodiscard]] json::object snapshot() const override { return {}; }

  bool disturb(disturbance what, const request& about) override {
    const auto found = components_.find(about.environment + "/" + about.component);
    if (found == components_.end()) return false;
    if (what != disturbance::fail_half_way && what != disturbance::stall) return false;
    auto* s = desk_.model.find_snapshot(snapshot_name(found->second, about), found->second.cluster);
    if (s == nullptr || s->status != "creating") return false;
    s->ends = what == disturbance::stall ? shipflow::cloud::fate::never_ends : shipflow::cloud::fate::fails;
    if (what == disturbance::stall) s->next.reset();
    return true;
  }

 protected:
  [[nodiscard]] aws::model_desk& desk() override { return desk_; }

 private:
  desk_of_model desk_;
  std::map<std::string, binding> components_;
};

}  // namespace
}  // namespace rds

inline namespace v1 {

rds_world::~rds_world() = default;

std::shared_ptr<rds_world> make_rds_world(const std::shared_ptr<world>& where, rds_world_options options) {
  return std::make_shared<rds::model>(where, options);
}

}  // namespace v1
}  // namespace shipflow
