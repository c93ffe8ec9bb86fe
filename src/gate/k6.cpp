// Summaries of k6: --summary-export puts the numbers of a metric beside each other, handleSummary under
// `values`. In the first a threshold says true when it failed, in the second {ok: true} when it held.
#include "gate/readers.hpp"

namespace shipflow::gate_room {
namespace {

const json::value* metric(const json::object& metrics, std::string_view name) {
  const auto* found = metrics.if_contains(name);
  if (found == nullptr || !found->is_object()) return nullptr;
  const auto* values = found->get_object().if_contains("values");
  return values != nullptr && values->is_object() ? values : found;
}

void count_thresholds(std::string_view name, const json::value& metric, report& to) {
  const auto* all = metric.is_object() ? metric.get_object().if_contains("thresholds") : nullptr;
  if (all == nullptr || !all->is_object()) return;
  for (const auto& [text, said] : all->get_object()) {
    const auto* ok = said.is_object() ? said.get_object().if_contains("ok") : nullptr;
    const bool held = ok != nullptr ? *ok == true : said == false;
    if (held) continue;
    ++to.numbers["thresholds"];
    add_finding(to, std::string(name) + " " + std::string(text));
  }
}

// The share of calls without an error, in percent; k6 counts what failed.
std::optional<double> rate_of(const json::object& metrics, std::string_view name) {
  const auto* m = metric(metrics, name);
  if (m == nullptr) return std::nullopt;
  auto rate = number_in(*m, "rate");
  if (!rate || m->get_object().contains("value")) rate = number_in(*m, "value");
  return rate && *rate >= 0 && *rate <= 1 ? rate : std::nullopt;
}

}  // namespace

result<report> read_k6(std::string_view text) {
  const auto parsed = parse(report_kind::k6, text);
  if (!parsed) return parsed.error();
  const auto* metrics = parsed->is_object() ? parsed->get_object().if_contains("metrics") : nullptr;
  if (metrics == nullptr || !metrics->is_object()) return no_report(report_kind::k6, "it has no metrics");
  const auto& all = metrics->get_object();
  report to;
  to.kind = report_kind::k6;
  to.numbers["thresholds"] = 0;
  for (const auto& [name, m] : all) count_thresholds(name, m, to);
  if (const auto* requests = metric(all, "http_reqs"))
    if (const auto count = number_in(*requests, "count")) to.numbers["requests"] = *count;
  if (const auto failed = rate_of(all, "http_req_failed")) to.numbers["success"] = 100 * (1 - *failed);
  if (const auto held = rate_of(all, "checks")) to.numbers["checks"] = 100 * *held;
  if (const auto* times = metric(all, "http_req_duration"))
    for (const auto& [key, number] :
         {std::pair{"avg", "mean"}, std::pair{"med", "median"}, std::pair{"p(90)", "p90"},
          std::pair{"p(95)", "p95"}, std::pair{"p(99)", "p99"}, std::pair{"max", "max"}})
      if (const auto value = number_in(*times, key)) to.numbers[number] = *value;
  if (to.numbers.contains("requests") && to.numbers["requests"] <= 0)
    return no_report(report_kind::k6, "no requests were made");
  if (to.numbers.size() == 1) return no_report(report_kind::k6, "it has none of the metrics of HTTP");
  return to;
}

}  // namespace shipflow::gate_room
