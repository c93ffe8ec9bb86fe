// validate, plan, schema: what can be said without a store.
#include "commands.hpp"
#include "host.hpp"
#include "inputs.hpp"

#include <shipflow/changes.hpp>
#include <shipflow/plan_timeline.hpp>

#include <algorithm>
#include <cstdio>

namespace program {

namespace json = shipflow::json;

int complain(const shipflow::error& e) {
  std::fprintf(stderr, "shipflow: %s\n", e.text().c_str());
  const bool input = e.code == shipflow::errc::invalid_argument || e.code == shipflow::errc::invalid_document;
  return input ? 2 : 1;
}

bool tell(const shipflow::diagnostics& found) {
  if (!found.items().empty()) std::fputs(found.text().c_str(), stderr);
  return !found.has_errors();
}

namespace {

// A slip there would be found by the first event that starts something else or nothing.
void warn_of_environments(inputs& read) {
  const auto* triggers = read.document.root.find("triggers");
  if (triggers == nullptr || !triggers->is(shipflow::node_kind::mapping) || read.environments.empty()) return;
  for (const auto& name : shipflow::triggered_environments(triggers->to_json().as_object()))
    if (std::find(read.environments.begin(), read.environments.end(), name) == read.environments.end())
      read.found.warning(triggers->place, triggers->pointer,
                         "`triggers` name environment `" + name + "`, which the environments document lacks");
}

}  // namespace

int validate(const arguments& given) {
  auto read = read_inputs(given);
  const bool whole = given.has("--environments") && given.has("--environment") && !read.what.version.empty();
  if (whole && !read.found.has_errors()) {
    auto dry = open_dry_host();
    if (!dry) return complain(dry.error());
    (void)compile_inputs(read, (*dry)->engine->offers());
  }
  if (!whole && !read.found.has_errors()) shipflow::check_triggers(read.document, read.found);
  warn_of_environments(read);
  if (!tell(read.found)) return 2;
  std::printf("%s is valid: %zu steps\n", given.words.front().c_str(), read.document.steps.size());
  return 0;
}

namespace {

// Former releases say how long steps take; without a store the plan alone does.
int show_timeline(const arguments& given, const shipflow::plan& plan) {
  std::map<std::string, shipflow::step_estimate> known;
  const auto keep = open_to_read(given);
  if (!keep && keep.error().code != shipflow::errc::not_found) return complain(keep.error());
  if (keep) {
    auto found = shipflow::estimates_of(**keep, plan);
    if (!found) return complain(found.error());
    known = std::move(*found);
  }
  std::fputs(shipflow::to_timeline(plan, known).c_str(), stdout);
  return 0;
}

}  // namespace

int show_plan(const arguments& given) {
  auto read = read_inputs(given);
  auto dry = open_dry_host();
  if (!dry) return complain(dry.error());
  if (read.found.has_errors()) return tell(read.found) ? 0 : 2;
  const auto plan = compile_inputs(read, (*dry)->engine->offers());
  if (!tell(read.found)) return 2;
  const auto format = given.get("--format", given.has("--json") ? "json" : "table");
  if (format == "json")
    std::printf("%s\n", json::serialize(shipflow::to_json(plan)).c_str());
  else if (format == "mermaid")
    std::fputs(shipflow::to_mermaid(plan).c_str(), stdout);
  else if (format == "table")
    std::fputs(shipflow::to_table(plan).c_str(), stdout);
  else if (format == "timeline")
    return show_timeline(given, plan);
  else
    return complain(
        shipflow::make_error(shipflow::errc::invalid_argument,
                             "--format takes table, timeline, mermaid or json, not \"" + format + "\""));
  return 0;
}

int schema(const arguments& given) {
  const auto& what = given.words.front();
  if (what != "plan" && what != "environments")
    return complain(
        shipflow::make_error(shipflow::errc::invalid_argument, "usage: shipflow schema plan|environments"));
  std::printf(
      "%s\n",
      json::serialize(what == "plan" ? shipflow::plan_schema() : shipflow::environments_schema()).c_str());
  return 0;
}

}  // namespace program
