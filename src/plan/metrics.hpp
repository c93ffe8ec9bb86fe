// The metrics of an environment, read once when the first trigger wants them.
#pragma once

#include "plan/builder.hpp"

#include <shipflow/condition.hpp>

#include <optional>
#include <string>

namespace shipflow::planning {

class metric_shelf {
 public:
  explicit metric_shelf(const surroundings& all) : all_(all) {}

  /// All metrics that could be read; the others are findings, once.
  [[nodiscard]] const metric_table& table();
  /// A finding, once, when the metric's source is not built or refuses the question. `component` is
  /// that of the trigger, for metrics that name none.
  void check_source(const std::string& metric, const std::string& component, duration slot);

 private:
  const surroundings& all_;
  std::optional<metric_table> table_;
  std::set<std::string> refused_;
};

}  // namespace shipflow::planning
