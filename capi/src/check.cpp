// Checks of providers that the host writes.
#include "fields.hpp"
#include "guard.hpp"
#include "host.hpp"
#include "text.hpp"

using namespace shipflow_c;

namespace {

constexpr std::array<field<shipflow::provider_trial>, 4> trial_fields{{
    {"action", &shipflow::provider_trial::action, true},
    {"target", &shipflow::provider_trial::target},
    {"inputs", &shipflow::provider_trial::inputs},
    {"secrets", &shipflow::provider_trial::secrets},
}};

shipflow::provider_trial trial_of(const shipflow::json::value& v) {
  if (!v.is_object()) throw failure(SHIPFLOW_INVALID_ARGUMENT, "trials must be a list of objects");
  members m(v.get_object(), "trials");
  shipflow::provider_trial out;
  read_fields(m, trial_fields, out);
  out.patience = shipflow::duration{m.integer("patience_ms", 30'000, 1, 86'400'000)};
  m.done();
  return out;
}

std::vector<shipflow::provider_trial> trials_of(shipflow_str text) {
  const auto v = shipflow::parse_json(text_of(text, "trials"));
  if (!v || !v->is_array() || v->get_array().empty())
    throw failure(SHIPFLOW_INVALID_ARGUMENT, "trials must be a JSON array with at least one trial");
  std::vector<shipflow::provider_trial> out;
  for (const auto& item : v->get_array()) out.push_back(trial_of(item));
  return out;
}

}  // namespace

extern "C" {

shipflow_status shipflow_engine_check_provider(shipflow_engine* engine, shipflow_str name,
                                               shipflow_str trials, shipflow_error** err) noexcept {
  return guard(err, [&] {
    auto& at = *checked(engine, "engine").held;
    const auto called = needed_text(name, "name");
    const auto found = at.providers.find(called);
    if (found == at.providers.end())
      throw failure(SHIPFLOW_NOT_FOUND, "the host has added no provider `" + called + "`");
    at.begin_check(found->second, trials_of(trials));
  });
}

}  // extern "C"
