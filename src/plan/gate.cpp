// Steps that read a report: `gate: { file, <kind>: {bounds}, missing, none_ran }`.
#include "plan/builder.hpp"
#include "plan/input_list.hpp"

#include <shipflow/gate.hpp>

#include <utility>

namespace shipflow::planning {
namespace {

const std::pair<std::string, node>* find_kind(const node& body) {
  for (const auto& field : body.fields)
    if (report_kind_of(field.first)) return &field;
  return nullptr;
}

// What is known already is checked now and not after hours.
void check_bounds(builder& b, report_kind kind, const json::value& bounds, const node& at) {
  if (!bounds.is_object() || is_deferred(bounds)) return;
  if (const auto read = read_bounds(kind, bounds.get_object()); !read) b.error(at, read.error().message);
}

}  // namespace

draft_index add_gate(builder& b, std::string_view part, const node& body, const node* directory) {
  const auto i = b.add(part, step_kind::action, {});
  const auto* kind = find_kind(body);
  const auto what = b.all().bound.of_provider("gate", "check", body);
  input_list inputs(b.read(), body);
  for (const char* key : {"file", "missing", "none_ran"})
    if (const auto* n = body.find(key)) inputs.written(key, *n);
  if (directory != nullptr) inputs.written("directory", *directory);
  if (kind != nullptr) {
    inputs.composed("kind", json::value(kind->first), kind->second);
    const auto bounds =
        kind->second.is(node_kind::null) ? json::value(json::object{}) : inputs.rendered(kind->second);
    check_bounds(b, *report_kind_of(kind->first), bounds, kind->second);
    inputs.composed("bounds", bounds, kind->second);
  }
  b.fill(i, what, inputs);
  auto& s = b.at(i).step;
  const auto* file = s.inputs.if_contains("file");
  s.title = "gate on " + (kind == nullptr ? std::string("a report") : kind->first) +
            (file == nullptr ? "" : " " + text_of(*file));
  return i;
}

void build_gate(builder& b) { (void)add_gate(b, "", b.source().body, b.own("directory")); }

}  // namespace shipflow::planning
