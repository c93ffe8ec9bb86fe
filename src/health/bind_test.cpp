#include "health/bind_test.hpp"

#include "health/quantity.hpp"

#include <algorithm>
#include <optional>

namespace shipflow::health {
namespace {

constexpr duration minute{60'000};
constexpr duration day{86'400'000};

/// What is tested when the condition names no test; empty when there is none.
std::optional<test_kind> usual_test(const aggregate& a) {
  switch (a.kind) {
    case aggregate_kind::ratio:
    case aggregate_kind::slow: return test_kind::count_ratio;
    case aggregate_kind::quantile: return test_kind::bucket_ratio;
    case aggregate_kind::mean: return a.limit ? test_kind::bounded_mean : test_kind::peer_rank;
    case aggregate_kind::value: return test_kind::peer_rank;
    default: return std::nullopt;
  }
}

std::optional<test_kind> named_test(const aggregate& a, std::string_view name) {
  const auto usual = usual_test(a);
  if (usual && name_of(*usual) == name) return usual;
  const bool ranked =
      a.kind == aggregate_kind::ratio || a.kind == aggregate_kind::mean || a.kind == aggregate_kind::value;
  if (ranked && !a.limit && name == name_of(test_kind::peer_rank)) return test_kind::peer_rank;
  return std::nullopt;
}

/// Slots of `every`, or what is recommended: see the header of the language.
std::vector<lane> lanes_of(const condition_atom& a, test_kind kind, duration slot) {
  const bool worse = a.kind == atom_kind::worse;
  const bool given = a.span.count() != 0;
  if (worse && !given && kind == test_kind::count_ratio) return worse_lanes(a.factor, slot.count());
  const auto usual = kind == test_kind::bucket_ratio ? slot : std::max(slot, minute);
  const auto length = given ? a.span : usual;
  const auto merged = (length.count() + slot.count() - 1) / slot.count();
  const auto in_a_day = std::max<std::int64_t>(day.count() / (merged * slot.count()), 1);
  return {{worse ? worse_ratio(a.factor, in_a_day) : no_worse_ratio(a.factor), merged, 1}};
}

bool own_pace(const condition_atom& a, number_binder& numbers, duration slot, const std::string& text) {
  if (a.what.over.kind != window_kind::unset)
    return numbers.fail(text + ": evidence is gathered over all slots; leave out `over`");
  if (a.what.on != metric_arm::unset)
    return numbers.fail(text + ": the canary is compared with its baseline; leave out `on`");
  return a.span.count() % slot.count() == 0 ||
         numbers.fail(text + ": every " + format_duration(a.span) + " is not a multiple of the slot " +
                      format_duration(slot));
}

}  // namespace

std::string_view name_of(test_kind k) noexcept {
  switch (k) {
    case test_kind::count_ratio: return "count_ratio";
    case test_kind::bucket_ratio: return "bucket_ratio";
    case test_kind::peer_rank: return "peer_rank";
    case test_kind::bounded_mean: return "bounded_mean";
  }
  return "";
}

bool bind_arm_test(const condition_atom& a, number_binder& numbers, duration slot, bound_atom& out) {
  source_of_numbers s;
  if (!own_pace(a, numbers, slot, out.text) || !numbers.resolve(a.what, s)) return false;
  const auto kind = a.test.empty() ? usual_test(s.what) : named_test(s.what, a.test);
  const auto what = std::string(name_of(s.what.kind));
  if (!kind && a.test.empty())
    return numbers.fail(out.text + ": " + what +
                        " has no test; write for example ratio(bad, all) or slow(latency, > 500ms)");
  if (!kind)
    return numbers.fail(out.text + ": there is no test \"" + a.test + "\" for " + what +
                        "; leave it out for the usual one");
  const bool two_sided = *kind == test_kind::count_ratio || *kind == test_kind::bounded_mean;
  if (a.kind == atom_kind::no_worse && !two_sided)
    return numbers.fail(out.text + ": no_worse needs a ratio, slow or a capped mean; write for example " +
                        "slow(latency, > 500ms)");
  s.what.over = {};
  auto& t = out.test.emplace();
  t.kind = *kind;
  t.alpha = base_value(a.share);
  t.lanes = lanes_of(a, *kind, slot);
  return numbers.bind(s, out.text, t.canary, metric_arm::canary) &&
         numbers.bind(s, out.text, t.baseline, metric_arm::baseline);
}

bool bind_gate(const condition_atom& a, number_binder& numbers, bound_atom& out) {
  source_of_numbers s;
  if (a.what.over.kind != window_kind::unset)
    return numbers.fail(out.text + ": evidence is gathered over all slots; leave out `over`");
  if (!numbers.resolve(a.what, s)) return false;
  s.what.over = {};
  const bool share = is_share_of_events(s.what.kind);
  const bool mean = s.what.kind == aggregate_kind::mean && s.what.limit;
  if (!share && !mean)
    return numbers.fail(
        out.text + ": certain needs a ratio, slow or a mean with a cap, for example mean(latency cap 10s)");
  auto& g = out.gate.emplace();
  const bool above = a.op == comparison::greater || a.op == comparison::greater_equal;
  g.side = above ? gate_side::above : gate_side::below;
  g.beta = base_value(a.share);
  if (!numbers.bind(s, out.text, out.number)) return false;
  if (share && a.low.unit == quantity_unit::time)
    return numbers.fail(out.text + ": a share compares with for example 5%");
  if (share)
    g.limit = base_value(a.low);
  else if (!numbers.in_readings(a.low, s, out.text, g.limit))
    return false;
  const double most = share ? 1 : *out.number.limit;
  return (g.limit > 0 && g.limit < most) ||
         numbers.fail(out.text + " can never be certain: the limit must lie between 0 and " +
                      (share ? std::string("100%") : "the cap"));
}

}  // namespace shipflow::health
