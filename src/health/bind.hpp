// A condition made ready for evaluation: names are indices, durations are slots, thresholds are
// in the unit of the readings.
#pragma once

#include <shipflow/condition.hpp>
#include <shipflow/verdict/count_ratio.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::health {

/// Whether true is bad (alert) or good (normal range).
enum class condition_role { alert, normal };

/// One series of one arm, read through a metric.
struct series_key {
  std::string metric;
  std::string series;
  metric_arm arm = metric_arm::fleet;
  friend bool operator==(const series_key&, const series_key&) = default;
};

/// One aggregate over one window.
struct bound_number {
  static constexpr std::size_t none = SIZE_MAX;

  aggregate_kind what = aggregate_kind::value;
  std::size_t first = none;   ///< index into the inputs
  std::size_t second = none;  ///< total of a ratio, count of a mean
  std::int64_t window = 1;    ///< slots; 0: since the start
  std::int64_t min_count = 0;
  double p = 0;                 ///< of a quantile
  std::optional<double> limit;  ///< bound of slow, cap of mean, in the unit of the readings
};

/// Which test of <shipflow/verdict.hpp>.
enum class test_kind { count_ratio, bucket_ratio, peer_rank, bounded_mean };
[[nodiscard]] std::string_view name_of(test_kind k) noexcept;

/// A test of the canary against its baseline.
struct bound_test {
  test_kind kind = test_kind::count_ratio;
  double alpha = 0;
  std::vector<lane> lanes;  ///< of counts; else one, with ratio, pace and spread; none: not to be trusted
  bound_number canary, baseline;
};

enum class gate_side { above, below };

/// An absolute gate: a share, or a capped mean in the unit of the readings.
struct bound_gate {
  gate_side side = gate_side::above;
  double limit = 0;
  double beta = 0;
};

struct bound_atom {
  std::string text;  ///< as printed
  atom_kind kind = atom_kind::compare;
  bound_number number;  ///< absent: `first` is the series, `second` its witness
  std::optional<bound_number>
      other;  ///< compare: what the threshold is a multiple of; burn: the short window
  std::optional<bound_test> test;
  std::optional<bound_gate> gate;
  comparison op = comparison::greater;
  double low = 0;  ///< threshold or lower end, in the unit of the readings; a factor when there is `other`
  double high = 0;
  bool dynamic_minimum =
      false;  ///< of a multiple: one event alone must not decide at the threshold of the slot
  std::int64_t absent_slots = 0;
  quantity_unit shown = quantity_unit::none;  ///< unit in which the value is reported
  double shown_factor = 1;                    ///< reported = value * factor
};

/// Postfix: push an atom's truth, or combine the newest `operands` truths.
struct bound_step {
  node_logic logic = node_logic::atom;
  std::size_t operands = 0;  ///< atom: its index
};

struct bound_condition {
  std::string text;
  condition_role role = condition_role::alert;
  duration slot{0};
  std::vector<bound_atom> atoms;
  std::vector<bound_step> program;
  hold_kind hold = hold_kind::none;  ///< `consecutive` is turned into `span`
  std::int64_t need = 0;             ///< span: slots; of_slots: m; cumulative: n
  std::int64_t of = 0;               ///< of_slots: n
  std::int64_t keep = 0;             ///< slots
  std::int64_t warmup = 0;           ///< slots
  std::int64_t longest_gap = 2;      ///< slots of unknown in a row that `for` survives
  missing_policy missing = missing_policy::hold;
  low_policy low = low_policy::unknown;
};

/// Binds, adding the series needed to `inputs`. Errors as documented at `check_condition`.
[[nodiscard]] result<bound_condition> bind_condition(const condition& c, condition_role role,
                                                     const metric_table& metrics, duration slot,
                                                     std::vector<series_key>& inputs);

}  // namespace shipflow::health
