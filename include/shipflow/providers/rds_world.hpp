// The world model of the `rds` provider: the provider's own code, over a model of RDS in virtual time (see world.hpp).
//
//   virtual_time time(1);
//   auto w = std::make_shared<world>(time);
//   auto databases = make_rds_world(w, {});
//   databases->install("production", "backups", target);      // the instance or cluster of the binding, available
//
// What is modelled: snapshots that take a while, with a percentage; a source that is busy meanwhile and refuses a second
// one; automated backups; restores to new instances; tags and the quota of snapshots. Data are not.
//
// It disturbs (see world.hpp) by letting a snapshot fail, and by letting it never end.
#pragma once

#include <shipflow/world.hpp>

#include <memory>
#include <string>

namespace shipflow {
inline namespace v1 {

struct rds_world_options {
  duration call{80};           ///< what one call of the provider takes
  duration snapshot{120'000};  ///< until a snapshot is available
  duration restore{600'000};   ///< until a restored instance is
};

/// Serves as provider `rds`. Answers come through the world's time.
class rds_world : public world_model {
 public:
  ~rds_world() override;
  /// What the binding names, available and with automated backups. Error: `invalid_argument` (the binding).
  virtual result<void> install(const std::string& environment, const std::string& component,
                               const json::object& target) = 0;
};
[[nodiscard]] std::shared_ptr<rds_world> make_rds_world(const std::shared_ptr<world>& where,
                                                        rds_world_options options);

}  // namespace v1
}  // namespace shipflow
