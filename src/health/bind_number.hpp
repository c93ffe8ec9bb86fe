// Aggregates bound to series: which metric they are read through, over which window, in which unit.
#pragma once

#include "health/bind.hpp"

namespace shipflow::health {

/// An aggregate with its metric: what to compute, from where, in which unit.
struct source_of_numbers {
  aggregate what;
  const metric_definition* metric = nullptr;
};

[[nodiscard]] bool counts_events(aggregate_kind k) noexcept;
/// Shares of events: compare with percentages, and one event alone must not decide.
[[nodiscard]] bool is_share_of_events(aggregate_kind k) noexcept;

class number_binder {
 public:
  number_binder(const metric_table& metrics, duration slot, std::vector<series_key>& inputs)
      : metrics_(metrics), slot_(slot), inputs_(inputs) {}

  // All answer false after an error, which is then in `problem`; the first one is kept.

  /// Replaces a metric's name by what it stands for; what the condition says wins.
  bool resolve(const aggregate& a, source_of_numbers& s);
  /// `text` names the atom in errors. `arm` overrides what condition and metric say.
  bool bind(const source_of_numbers& s, const std::string& text, bound_number& out,
            metric_arm arm = metric_arm::unset);
  /// The quantity in the unit of the readings of a time or share; false where it cannot be one.
  bool in_readings(const quantity& q, const source_of_numbers& s, const std::string& text, double& out);
  bool window(const metric_window& w, const std::string& text, std::int64_t& out);
  bool unknown_series(const std::string& name);
  bool fail(const std::string& why, errc code = errc::invalid_document);

  std::size_t input(const series_key& key);
  [[nodiscard]] std::int64_t slots_up(duration d) const {
    return (d.count() + slot_.count() - 1) / slot_.count();
  }

  std::optional<error> problem;

 private:
  bool resolve_series(const aggregate& a, source_of_numbers& s);
  bool unknown_metric(const std::string& name);

  const metric_table& metrics_;
  duration slot_;
  std::vector<series_key>& inputs_;
};

}  // namespace shipflow::health
