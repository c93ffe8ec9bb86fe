#include "health/slot.hpp"

#include "health/slot_parts.hpp"

#include <cmath>
#include <utility>

namespace shipflow::health {
namespace {

constexpr double largest_count = 9e15;  // below it every whole double is exact

slot_sample invalid(series_kind kind) { return {slot_state::invalid, kind, 0, 0, missing_cause::source}; }
slot_sample missing(series_kind kind, missing_cause cause) {
  return {slot_state::missing, kind, 0, 0, cause};
}
slot_sample empty(series_kind kind) { return {slot_state::empty, kind, 0, 0, missing_cause::source}; }

// What a counter grew by, or a delta is.
slot_sample grown(double growth) {
  auto out = empty(series_kind::counter);
  if (growth > 0) {
    out.state = slot_state::value;
    out.sum = growth;
    out.count = std::llround(std::min(growth, largest_count));
  }
  return out;
}

slot_sample empty_counter(slot_index k, std::optional<counter_memory>& memory) {
  // No events yet or any more: the next growth counts from what was there, or from zero.
  if (!memory) memory.emplace();
  memory->slot = k;
  return empty(series_kind::counter);
}

slot_sample counter_sample(const reading& r, slot_index k, std::optional<counter_memory>& memory) {
  counter_memory now{r.number, k, r.buckets, sorted_instances(r)};
  if (!r.buckets.empty() && !complete_buckets(now)) return invalid(series_kind::counter);
  const auto before = std::exchange(memory, std::move(now));
  const bool follows = before && before->slot == k - 1 && same_edges(*before, *memory);
  if (!follows) return missing(series_kind::counter, missing_cause::source);
  const bool restarted = r.number < before->number;
  auto out = grown(restarted ? r.number : r.number - before->number);
  out.instances = instance_growth(before->instances, memory->instances);
  if (!bucket_growth(restarted ? nullptr : &*before, *memory, out.buckets))
    return invalid(series_kind::counter);
  return out;
}

// Once the difference is taken, a counter and a delta are the same thing.
slot_sample delta_sample(const reading& r, slot_index k) {
  if (r.what == reading::state::missing) return missing(series_kind::counter, missing_cause::series);
  if (r.what == reading::state::empty) return empty(series_kind::counter);
  const bool sound = r.what == reading::state::value && std::isfinite(r.number) && r.number >= 0;
  if (!sound || r.buckets.size() > most_buckets) return invalid(series_kind::counter);
  counter_memory now{r.number, k, r.buckets, sorted_instances(r)};
  if (!r.buckets.empty() && !complete_buckets(now)) return invalid(series_kind::counter);
  auto out = grown(r.number);
  out.instances = std::move(now.instances);
  return bucket_growth(nullptr, now, out.buckets) ? out : invalid(series_kind::counter);
}

}  // namespace

slot_index slot_of(time_point t, duration length) noexcept {
  const auto ms = to_ms(t);
  const auto k = ms / length.count();
  return ms % length.count() < 0 ? k - 1 : k;
}
time_point slot_begin(slot_index k, duration length) noexcept { return time_point{length * k}; }
time_point slot_end(slot_index k, duration length) noexcept { return time_point{length * (k + 1)}; }

std::string_view name_of(slot_state s) noexcept {
  switch (s) {
    case slot_state::value: return "value";
    case slot_state::empty: return "empty";
    case slot_state::missing: return "missing";
    case slot_state::invalid: return "invalid";
  }
  return "";
}

slot_sample sample_of(const reading& r, series_kind kind, slot_index k,
                      std::optional<counter_memory>& memory) {
  if (kind == series_kind::delta) return delta_sample(r, k);
  if (r.what == reading::state::missing) return missing(kind, missing_cause::series);
  if (r.what == reading::state::invalid) return invalid(kind);
  if (r.what == reading::state::empty)
    return kind == series_kind::counter ? empty_counter(k, memory) : empty(kind);
  if (!std::isfinite(r.number)) return invalid(kind);
  if (r.buckets.size() > most_buckets) return invalid(kind);
  if (kind == series_kind::gauge)
    return {slot_state::value, kind, r.number, 1, missing_cause::source, {}, sorted_instances(r)};
  return r.number < 0 ? invalid(kind) : counter_sample(r, k, memory);
}

}  // namespace shipflow::health
