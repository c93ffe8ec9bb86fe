// What decides: shipflow's tests, and for comparison what others do, written from their documentation.
#pragma once

#include "world.hpp"

#include <functional>
#include <memory>

namespace analysis {

/// One rule watching one release.
class rule {
 public:
  virtual ~rule() = default;
  /// A slot of ten seconds has ended. True: decided (abort, or promote).
  virtual bool slot(std::int64_t k, const fleet& f) = 0;
};

/// Sees whole minutes only.
class minute_rule : public rule {
 public:
  bool slot(std::int64_t k, const fleet& f) final;

 protected:
  virtual bool minute(const fleet& f) = 0;

 private:
  fleet sum_{};
};

struct named_rule {
  std::string name;
  std::function<std::unique_ptr<rule>()> make;
};

/// The rules compared, shipflow's last. `slots`: how long the release is watched.
[[nodiscard]] std::vector<named_rule> abort_rules(std::int64_t slots);
enum class temper { recommended, none };

/// Promotion by evidence that the canary is below twice the baseline's rate.
[[nodiscard]] named_rule promote_rule(double ratio, temper how);
/// The recommended lanes, or others, with the instances told apart.
[[nodiscard]] std::unique_ptr<rule> count_rule(const std::vector<shipflow::lane>& lanes, double alpha);

}  // namespace analysis
