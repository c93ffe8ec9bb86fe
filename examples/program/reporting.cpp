// report: a release told afterwards, or so far.
#include "commands.hpp"
#include "files.hpp"
#include "host.hpp"

#include <shipflow/release_report.hpp>

namespace program {
namespace {

using shipflow::errc;
using shipflow::make_error;

std::vector<shipflow::guard_evidence> seen_by(shipflow::store& store, const std::string& run) {
  // A report without plots is better than none.
  auto seen = shipflow::evidence_of(store, run);
  return seen ? std::move(*seen) : std::vector<shipflow::guard_evidence>{};
}

}  // namespace

int report(const arguments& given) {
  const auto store = open_to_read(given);
  if (!store) return complain(store.error());
  const auto& run = given.words.front();
  auto told = shipflow::report_release(**store, run);
  if (!told) return complain(told.error());
  told->looked_at = shipflow::loop{}.now();
  const auto seen = seen_by(**store, run);
  tell_health(*told, seen);
  const auto format = given.get("--format", given.has("--json") ? "json" : "markdown");
  if (format == "markdown") return put_out(given, shipflow::to_markdown(*told));
  if (format == "html") return put_out(given, shipflow::to_html(*told, seen));
  if (format == "json") return put_out(given, shipflow::json::serialize(to_json(*told)) + "\n");
  if (format == "incident") return put_out(given, shipflow::incident_text(*told));
  return complain(make_error(errc::invalid_argument,
                             "--format takes markdown, html, json or incident, not \"" + format + "\""));
}

}  // namespace program
