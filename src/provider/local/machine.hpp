// This machine as the ground of components: keepers, HAProxy, files.
#pragma once

#include "provider/local/ground.hpp"

namespace shipflow::local {

class machine final : public ground {
 public:
  explicit machine(house home) : home_(std::move(home)) {}

  [[nodiscard]] std::int64_t now_ms() const override;
  [[nodiscard]] result<component> open(const std::string& environment, const std::string& name,
                                       const json::object* target, access how) override;
  [[nodiscard]] result<void> save(component& c) override;
  [[nodiscard]] result<void> keep_recipe(const component& c, const recipe& r) override;
  [[nodiscard]] result<recipe> read_recipe(const component& c, const std::string& digest) override;
  counters count(const component& c, const view& v) override;
  [[nodiscard]] result<int> free_port(const ledger& book) override;
  [[nodiscard]] result<void> start_instance(const component& c, const instance& i) override;
  [[nodiscard]] result<process::state> look_at_instance(const component& c, const instance& i) override;
  [[nodiscard]] result<bool> end_instance(const component& c, const instance& i) override;
  [[nodiscard]] std::string last_lines(const component& c, const instance* i, std::size_t lines) override;
  [[nodiscard]] result<process::state> look_at_balancer(const component& c) override;
  [[nodiscard]] result<void> start_balancer(component& c) override;
  [[nodiscard]] result<std::optional<view>> try_balancer(const component& c, std::int64_t begun) override;
  [[nodiscard]] result<bool> end_balancer(const component& c) override;
  [[nodiscard]] result<void> reconcile_servers(const component& c, const view& v) override;
  [[nodiscard]] result<void> set_weights(const component& c) override;
  [[nodiscard]] result<void> set_maintenance(const component& c) override;
  [[nodiscard]] result<bool> take_out(const component& c, const view& v, const instance& i,
                                      patience how) override;
  [[nodiscard]] result<view> look(const component& c) override;
  [[nodiscard]] result<view> look_patiently(const component& c) override;

 private:
  const house home_;
};

}  // namespace shipflow::local
