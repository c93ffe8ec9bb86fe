#include "health/slot.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace shipflow::health {
namespace {

constexpr double largest_count = 9e15;  // below it every whole double is exact

slot_sample invalid(series_kind kind) { return {slot_state::invalid, kind, 0, 0, missing_cause::source}; }
slot_sample missing(series_kind kind, missing_cause cause) {
  return {slot_state::missing, kind, 0, 0, cause};
}
slot_sample empty(series_kind kind) { return {slot_state::empty, kind, 0, 0, missing_cause::source}; }

slot_sample counter_sample(double number, slot_index k, std::optional<counter_memory>& memory) {
  const auto before = memory;
  memory = counter_memory{number, k};
  if (!before || before->slot != k - 1) return missing(series_kind::counter, missing_cause::source);
  const double growth = number < before->number ? number : number - before->number;
  if (growth == 0) return empty(series_kind::counter);
  const auto events = static_cast<std::int64_t>(std::llround(std::min(growth, largest_count)));
  return {slot_state::value, series_kind::counter, growth, events, missing_cause::source};
}

slot_sample empty_counter(slot_index k, std::optional<counter_memory>& memory) {
  // No events yet or any more: the next growth counts from what was there, or from zero.
  memory = counter_memory{memory ? memory->number : 0, k};
  return empty(series_kind::counter);
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
  if (r.what == reading::state::missing) return missing(kind, missing_cause::series);
  if (r.what == reading::state::invalid) return invalid(kind);
  if (r.what == reading::state::empty)
    return kind == series_kind::counter ? empty_counter(k, memory) : empty(kind);
  if (!std::isfinite(r.number)) return invalid(kind);
  if (kind == series_kind::gauge) return {slot_state::value, kind, r.number, 1, missing_cause::source};
  return r.number < 0 ? invalid(kind) : counter_sample(r.number, k, memory);
}

json::value exact(double v) {
  if (v == std::floor(v) && std::fabs(v) <= largest_count && !(v == 0 && std::signbit(v)))
    return static_cast<std::int64_t>(v);
  std::array<char, 40> buffer{};
  const auto [end, ec] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v);
  return json::string(json::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data())));
}

std::optional<double> exact_double(const json::value& v) {
  if (v.is_int64()) return static_cast<double>(v.get_int64());
  if (!v.is_string()) return std::nullopt;
  const auto& text = v.get_string();
  double out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

json::value to_json(const slot_sample& s) {
  return json::array{static_cast<std::int64_t>(s.state), static_cast<std::int64_t>(s.kind), exact(s.sum),
                     s.count, static_cast<std::int64_t>(s.cause)};
}

result<slot_sample> sample_from_json(const json::value& v) {
  const auto bad = [] { return make_error(errc::corrupt, "a stored slot sample is not readable"); };
  const auto* list = v.if_array();
  if (list == nullptr || list->size() != 5) return bad();
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
  return slot_sample{static_cast<slot_state>(*state), static_cast<series_kind>(*kind), *sum, *count,
                     static_cast<missing_cause>(*cause)};
}

}  // namespace shipflow::health
