// Slots: time cut into [k*length, (k+1)*length) of the epoch, and what one series did in one slot.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/probe.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::health {

using slot_index = std::int64_t;

/// The slot a time lies in; also right before 1970. `length` above zero.
[[nodiscard]] slot_index slot_of(time_point t, duration length) noexcept;
[[nodiscard]] time_point slot_begin(slot_index k, duration length) noexcept;
/// The first time outside the slot: when the look that closes it is due.
[[nodiscard]] time_point slot_end(slot_index k, duration length) noexcept;

/// The four states never turn into each other: no data is not zero, nonsense is not no data.
enum class slot_state {
  value,    ///< something happened, or a gauge was read
  empty,    ///< the source answered: nothing happened
  missing,  ///< no reading, or a counter without a reading at the begin of the slot
  invalid,  ///< NaN, infinite, negative counter, or what the source itself called invalid
};
[[nodiscard]] std::string_view name_of(slot_state s) noexcept;

/// Why a sample is missing decides whether its absence says something about the release.
enum class missing_cause {
  source,  ///< the source did not answer: says nothing
  series,  ///< the source answered and does not have this series
};

/// Events of a histogram above the bucket before and at or below `upper`, in the slot.
struct slot_bucket {
  double upper = 0;
  double count = 0;
  friend bool operator==(const slot_bucket&, const slot_bucket&) = default;
};

/// Growth or reading of one instance.
struct slot_instance {
  std::string name;
  double sum = 0;
  friend bool operator==(const slot_instance&, const slot_instance&) = default;
};

struct slot_sample {
  slot_state state = slot_state::missing;
  series_kind kind = series_kind::counter;
  double sum = 0;          ///< counter: its growth in the slot; gauge: the reading
  std::int64_t count = 0;  ///< counter: growth as whole events; gauge: 1
  missing_cause cause = missing_cause::source;
  std::vector<slot_bucket> buckets{};      ///< of a histogram; the last `upper` is infinite
  std::vector<slot_instance> instances{};  ///< by ascending name; those seen at both ends of the slot
  friend bool operator==(const slot_sample&, const slot_sample&) = default;
};

/// A counter's last reading and the slot it closed.
struct counter_memory {
  double number = 0;
  slot_index slot = 0;
  std::vector<bucket> buckets{};
  std::vector<slot_instance> instances{};  ///< by ascending name
  friend bool operator==(const counter_memory&, const counter_memory&) = default;
};

/// The sample of slot `k` from the reading that closed it. A counter's growth needs the reading
/// that closed slot k-1, otherwise the slot is missing; a fall is a restart from zero. `memory`
/// is brought up to date. A delta needs no memory and gives a sample of a counter.
[[nodiscard]] slot_sample sample_of(const reading& r, series_kind kind, slot_index k,
                                    std::optional<counter_memory>& memory);

/// [state, kind, sum, count, cause], for the sample table, and back; exact. With buckets or instances
/// [..., {"buckets": [[upper, count], ...], "instances": [[name, sum], ...]}].
[[nodiscard]] json::value to_json(const slot_sample& s);
[[nodiscard]] result<slot_sample> sample_from_json(const json::value& v);

/// A double that survives JSON text bit by bit: whole numbers as integers, others as a string.
[[nodiscard]] json::value exact(double v);
[[nodiscard]] std::optional<double> exact_double(const json::value& v);

}  // namespace shipflow::health
