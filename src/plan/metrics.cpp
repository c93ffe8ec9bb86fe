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

void metric_shelf::check_source(const std::string& metric, const std::string& component, duration slot) {
  const auto found = table().find(metric);
  if (found == table().end() || refused_.contains(metric)) return;
  const auto& m = found->second;
  metric_request q;
  q.source = m.source;
  q.metric = m.name;
  q.series = m.series;
  q.spec = m.spec;
  q.environment = all_.where.name;
  q.component = m.component.empty() ? component : m.component;
  if (all_.bound.has_component(q.component)) q.target = all_.bound.target_of(q.component);
  q.until = time_point{slot};
  const auto checked = all_.offers.check_metric(q);
  if (checked) return;
  refused_.insert(metric);
  const auto* written = all_.where.metrics.find(metric);
  const bool unknown = checked.error().code == errc::not_found;
  all_.out.error(written->place, written->pointer,
                 unknown ? "metric source `" + m.source + "` is not built in this version"
                         : "metric `" + metric + "`: " + checked.error().message);
}

}  // namespace shipflow::planning
