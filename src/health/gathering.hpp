// What both arms did in the slots that one step of a test covers.
#pragma once

#include "health/number.hpp"

#include <shipflow/verdict/bounded_mean.hpp>

#include <map>

namespace shipflow::health {

/// Events of both arms per bucket; with other edges than before nothing can be added.
struct gathered_buckets {
  std::vector<double> edges, canary, baseline;
  [[nodiscard]] bool add(const slot_sample& c, const slot_sample& b);
};

/// Sums of capped values: each event counts as the middle of its bucket.
struct gathered_values {
  value_sums canary{0, 0, 0}, baseline{0, 0, 0};
  void add(const bound_number& n, const slot_sample& c, const slot_sample& b);
};

/// Instance by instance: numerator and denominator of whatever is compared.
struct gathered_peers {
  std::map<std::string, tally> canary, baseline;
  void add(const bound_test& t, std::span<const slot_sample> inputs);
};

/// All instances' numbers, those without a denominator left out.
[[nodiscard]] std::vector<double> numbers_of(const std::map<std::string, tally>& instances);

[[nodiscard]] json::value to_json(const gathered_buckets& g);
[[nodiscard]] json::value to_json(const gathered_values& g);
[[nodiscard]] json::value to_json(const gathered_peers& g);
[[nodiscard]] bool from_json(const json::value& v, gathered_buckets& out);
[[nodiscard]] bool from_json(const json::value& v, gathered_values& out);
[[nodiscard]] bool from_json(const json::value& v, gathered_peers& out);

}  // namespace shipflow::health
