#include "plan/metrics.hpp"

namespace shipflow::planning {

const metric_table& metric_shelf::table() {
  if (table_) return *table_;
  table_.emplace();
  const renderer read(all_.words, nullptr, all_.out);
  for (const auto& [name, written] : all_.where.metrics.fields) {
    const auto spec = read.value(written);
    if (!spec.is_object()) {
      read.error(written, "must be a mapping");
      continue;
    }
    auto metric = read_metric(name, spec.get_object());
    if (metric)
      table_->emplace(name, std::move(*metric));
    else
      read.error(written, metric.error().message);
  }
  return *table_;
}

void metric_shelf::check_source(const std::string& metric) {
  const auto found = table().find(metric);
  if (found == table().end() || !checked_.insert(metric).second) return;
  const auto& source = found->second.source;
  if (all_.offers.has_metric_source(source)) return;
  const auto* written = all_.where.metrics.find(metric);
  all_.out.error(written->place, written->pointer,
                 "metric source `" + source + "` is not built in this version");
}

}  // namespace shipflow::planning
