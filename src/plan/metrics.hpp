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
  /// A finding, once, when the source of the metric is not built.
  void check_source(const std::string& metric);

 private:
  const surroundings& all_;
  std::optional<metric_table> table_;
  std::set<std::string> checked_;
};

}  // namespace shipflow::planning
