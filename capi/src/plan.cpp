#include "plan.hpp"

#include "document.hpp"
#include "guard.hpp"
#include "host.hpp"
#include "text.hpp"

#include <shipflow/system.hpp>

using namespace shipflow_c;

namespace {

using shipflow::json::object;

shipflow::release_info release_of(const object& given, shipflow::diagnostics& found) {
  const auto doc = shipflow::parse_document(shipflow::json::serialize(given), "request.release", found);
  return shipflow::read_release(doc, found);
}

shipflow::variable_sources sources_of(const shipflow::json::value* variables) {
  auto out = shipflow::system_variable_sources();
  if (variables == nullptr) return out;
  if (!variables->is_object())
    throw failure(SHIPFLOW_INVALID_ARGUMENT, "request: `variables` must be an object");
  out.process_environment =
      [given = variables->get_object()](const std::string& name) -> std::optional<std::string> {
    const auto* value = given.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
  };
  return out;
}

shipflow::plan compiled(shipflow_engine* engine, const shipflow_document* plan_document,
                        const shipflow_document* environments, shipflow_str request) {
  const auto given = object_of(request, "request");
  members m(given, "request");
  const auto name = m.needed("environment");
  const auto given_release = m.object("release");
  const auto parameters = m.object("parameters");
  const auto sources = sources_of(m.any("variables"));
  m.done();
  shipflow::diagnostics found;
  const auto release = release_of(given_release, found);
  const auto what = shipflow::read_plan(checked(plan_document, "plan_document").tree, found);
  const auto where =
      shipflow::read_environment(checked(environments, "environments").tree, name, sources, found);
  if (found.has_errors()) throw failure(found);
  auto out = checked(engine, "engine").held->read_engine([&](shipflow::engine& e) {
    return shipflow::compile(what, where, release, parameters, e.offers(), found);
  });
  if (found.has_errors()) throw failure(found);
  return out;
}

shipflow_buf* printed(const shipflow::plan& p, const std::string& form) {
  if (form == "json") return to_buf(shipflow::canonical(shipflow::to_json(p)));
  if (form == "table") return to_buf(shipflow::to_table(p));
  if (form == "mermaid") return to_buf(shipflow::to_mermaid(p));
  if (form == "warnings") {
    shipflow::json::array lines;
    for (const auto& line : p.warnings) lines.emplace_back(line);
    return to_buf(std::move(lines));
  }
  throw failure(SHIPFLOW_NOT_FOUND, "no form `" + form + "`: there are json, table, mermaid and warnings");
}

}  // namespace

extern "C" {

shipflow_status shipflow_plan_compile(shipflow_engine* engine, const shipflow_document* plan_document,
                                      const shipflow_document* environments, shipflow_str request,
                                      shipflow_plan** out, shipflow_error** err) noexcept {
  return guard(out, err,
               [&] { return new shipflow_plan(compiled(engine, plan_document, environments, request)); });
}

shipflow_status shipflow_plan_from_json(shipflow_str text, shipflow_plan** out,
                                        shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    const auto parsed = shipflow::parse_json(text_of(text, "text"), 128);
    if (!parsed) throw failure(SHIPFLOW_CORRUPT, "text: " + parsed.error().text());
    return new shipflow_plan(value_of(shipflow::plan_from_json(*parsed)));
  });
}

shipflow_status shipflow_plan_print(const shipflow_plan* plan, shipflow_str form, shipflow_buf** out,
                                    shipflow_error** err) noexcept {
  return guard(out, err, [&] { return printed(plan_of(plan), needed_text(form, "form")); });
}

shipflow_str shipflow_plan_digest(const shipflow_plan* plan) noexcept {
  const auto* p = usable(plan);
  return p == nullptr ? shipflow_str{nullptr, 0} : view_of(p->digest);
}

void shipflow_plan_free(shipflow_plan* plan) noexcept {
  if (plan != nullptr && plan->what == shipflow_plan::kind) delete plan;
}

}  // extern "C"
