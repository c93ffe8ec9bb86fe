// Rehearsals.
#include "guard.hpp"
#include "plan.hpp"
#include "text.hpp"

#include <shipflow/rehearsal.hpp>

#include <limits>

using namespace shipflow_c;

namespace {

shipflow::rehearsal_mode mode_of(const std::string& word) {
  using mode = shipflow::rehearsal_mode;
  for (const auto m : {mode::single, mode::exhaustive, mode::swarm})
    if (name_of(m) == word) return m;
  throw failure(SHIPFLOW_INVALID_ARGUMENT,
                "options: `mode` must be exhaustive, swarm or single, not `" + word + "`");
}

shipflow::rehearsal_options options_of(shipflow_str text) {
  const auto given = object_of(text, "options");
  members m(given, "options");
  shipflow::rehearsal_options out;
  out.mode = mode_of(m.text("mode", "exhaustive"));
  out.seed = static_cast<std::uint64_t>(m.integer("seed", 1, 0, std::numeric_limits<std::int64_t>::max()));
  out.runs = static_cast<std::size_t>(m.integer("runs", 1'000, 1, 10'000'000));
  out.watch = shipflow::duration{m.integer("watch_ms", 0, 0, 864'000'000'000)};
  for (const auto& fault : m.texts("faults")) out.faults.push_back(value_of(shipflow::parse_fault(fault)));
  m.done();
  return out;
}

}  // namespace

extern "C" {

shipflow_status shipflow_plan_rehearse(const shipflow_plan* plan, shipflow_str options, shipflow_buf** out,
                                       shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    const auto& what = plan_of(plan);
    return to_buf(shipflow::to_json(value_of(shipflow::rehearse(what, options_of(options)))));
  });
}

}  // extern "C"
