// Samples as JSON, for the sample table and for records of decisions.
#include "health/slot_parts.hpp"
#include "verdict/exact.hpp"

#include <cmath>

namespace shipflow::health {
namespace {

constexpr double largest_count = 9e15;

json::object parts_json(const slot_sample& s) {
  json::object out;
  json::array buckets;
  for (const auto& b : s.buckets) buckets.push_back(json::array{exact(b.upper), exact(b.count)});
  json::array instances;
  for (const auto& i : s.instances) instances.push_back(json::array{i.name, exact(i.sum)});
  if (!buckets.empty()) out["buckets"] = std::move(buckets);
  if (!instances.empty()) out["instances"] = std::move(instances);
  return out;
}

const json::array* pair_of(const json::value& v) {
  const auto* list = v.if_array();
  return list != nullptr && list->size() == 2 ? list : nullptr;
}

bool read_buckets(const json::object& parts, slot_sample& out) {
  const auto* list = parts.if_contains("buckets");
  if (list == nullptr) return true;
  if (!list->is_array() || list->get_array().size() > most_buckets + 1) return false;
  double before = -HUGE_VAL;
  for (const auto& item : list->get_array()) {
    const auto* pair = pair_of(item);
    const auto upper = pair == nullptr ? std::nullopt : exact_double(pair->at(0));
    const auto count = pair == nullptr ? std::nullopt : exact_double(pair->at(1));
    if (!upper || !count || !(*upper > before) || !(*count >= 0) || !std::isfinite(*count)) return false;
    out.buckets.push_back({*upper, *count});
    before = *upper;
  }
  return out.buckets.empty() || std::isinf(before);
}

bool read_instances(const json::object& parts, slot_sample& out) {
  const auto* list = parts.if_contains("instances");
  if (list == nullptr) return true;
  if (!list->is_array() || list->get_array().size() > most_instances) return false;
  for (const auto& item : list->get_array()) {
    const auto* pair = pair_of(item);
    const auto sum = pair == nullptr ? std::nullopt : exact_double(pair->at(1));
    if (!sum || !std::isfinite(*sum) || !pair->at(0).is_string()) return false;
    out.instances.push_back({std::string(pair->at(0).get_string()), *sum});
  }
  return true;
}

}  // namespace

json::value exact(double v) { return verdict_room::exact(v); }
std::optional<double> exact_double(const json::value& v) { return verdict_room::exact_double(v); }

json::value to_json(const counter_memory& m) {
  json::array out{exact(m.number), m.slot};
  slot_sample parts;
  for (const auto& b : m.buckets) parts.buckets.push_back({b.upper, b.count});
  parts.instances = m.instances;
  if (!parts.buckets.empty() || !parts.instances.empty()) out.push_back(parts_json(parts));
  return out;
}

std::optional<counter_memory> memory_from_json(const json::value& v) {
  const auto* list = v.if_array();
  if (list == nullptr || list->size() < 2 || list->size() > 3 || !list->at(1).is_int64()) return std::nullopt;
  const auto number = exact_double(list->at(0));
  if (!number || !std::isfinite(*number) || *number < 0) return std::nullopt;
  counter_memory out{*number, list->at(1).get_int64()};
  if (list->size() == 2) return out;
  slot_sample read;
  const auto* parts = list->at(2).if_object();
  if (parts == nullptr || !read_buckets(*parts, read) || !read_instances(*parts, read)) return std::nullopt;
  for (const auto& b : read.buckets) out.buckets.push_back({b.upper, b.count});
  out.instances = std::move(read.instances);
  return out;
}

json::value to_json(const slot_sample& s) {
  json::array out{static_cast<std::int64_t>(s.state), static_cast<std::int64_t>(s.kind), exact(s.sum),
                  s.count, static_cast<std::int64_t>(s.cause)};
  auto parts = parts_json(s);
  if (!parts.empty()) out.push_back(std::move(parts));
  return out;
}

result<slot_sample> sample_from_json(const json::value& v) {
  const auto bad = [] { return make_error(errc::corrupt, "a stored slot sample is not readable"); };
  const auto* list = v.if_array();
  if (list == nullptr || list->size() < 5 || list->size() > 6) return bad();
  const auto number = [&](std::size_t i, std::int64_t most) -> std::optional<std::int64_t> {
    const auto* n = list->at(i).if_int64();
    return n == nullptr || *n < 0 || *n > most ? std::nullopt : std::optional(*n);
  };
  const auto state = number(0, 3);
  const auto kind = number(1, 1);
  const auto sum = exact_double(list->at(2));
  const auto count = number(3, static_cast<std::int64_t>(largest_count));
  const auto cause = number(4, 1);
  if (!state || !kind || !sum || !std::isfinite(*sum) || !count || !cause) return bad();
  slot_sample out{static_cast<slot_state>(*state), static_cast<series_kind>(*kind), *sum, *count,
                  static_cast<missing_cause>(*cause)};
  if (list->size() == 6) {
    const auto* parts = list->at(5).if_object();
    if (parts == nullptr || !read_buckets(*parts, out) || !read_instances(*parts, out)) return bad();
  }
  return out;
}

}  // namespace shipflow::health
