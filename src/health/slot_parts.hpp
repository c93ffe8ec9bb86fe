// Buckets and instances of a series: from readings to what happened in a slot.
#pragma once

#include "health/slot.hpp"

namespace shipflow::health {

inline constexpr std::size_t most_buckets = 200;
inline constexpr std::size_t most_instances = 1000;

/// Instances with a finite number that is not negative for counters, by name, each once; none when too many.
[[nodiscard]] std::vector<slot_instance> sorted_instances(const reading& r);

/// Are the buckets of a histogram with `m.number` events in all sound? Adds the last, infinite one.
[[nodiscard]] bool complete_buckets(counter_memory& m);
[[nodiscard]] bool same_edges(const counter_memory& a, const counter_memory& b);

/// [number, slot], followed by buckets and instances when there are any; and back.
[[nodiscard]] json::value to_json(const counter_memory& m);
[[nodiscard]] std::optional<counter_memory> memory_from_json(const json::value& v);

/// Growth per bucket since `before`, or since zero when null; false when one ran backwards.
[[nodiscard]] bool bucket_growth(const counter_memory* before, const counter_memory& now,
                                 std::vector<slot_bucket>& out);
/// Of those in both, a fall is a restart from zero.
[[nodiscard]] std::vector<slot_instance> instance_growth(const std::vector<slot_instance>& before,
                                                         const std::vector<slot_instance>& now);

}  // namespace shipflow::health
