// The ground of a rehearsal: sites in virtual time instead of this machine.
#pragma once

#include "provider/local/ground.hpp"
#include "provider/local/site.hpp"

#include <shipflow/world.hpp>

#include <functional>
#include <map>
#include <memory>

namespace shipflow::local {

class world_ground final : public ground {
 public:
  world_ground(std::shared_ptr<world> where, local_world_options options)
      : where_(std::move(where)), options_(std::move(options)) {}

  /// What the call at hand is about: the effects that it has are reported under it.
  void begin_call(const request* q) { q_ = q; }

  [[nodiscard]] site& at(const std::string& environment, const std::string& name);
  [[nodiscard]] site* find(const std::string& environment, const std::string& name);
  [[nodiscard]] std::map<std::string, site>& sites() noexcept { return sites_; }
  [[nodiscard]] const std::map<std::string, site>& sites() const noexcept { return sites_; }
  [[nodiscard]] const local_world_options& options() const noexcept { return options_; }
  /// Starts a process that is as old as wanted.
  void start_process(site& s, const instance& i, std::int64_t started) const;

  [[nodiscard]] std::int64_t now_ms() const override { return to_ms(where_->time().now()); }
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
  [[nodiscard]] result<view> look_patiently(const component& c) override { return look(c); }

 private:
  [[nodiscard]] static site& of(const component& c);
  /// Tells the world of effects that are new in the book.
  void report(const ledger& before, const ledger& after) const;

  std::shared_ptr<world> where_;
  local_world_options options_;
  std::map<std::string, site> sites_;  ///< by environment/component
  const request* q_ = nullptr;
};

}  // namespace shipflow::local
