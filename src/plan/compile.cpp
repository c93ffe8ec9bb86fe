// The passes, in order: constants, steps, edges, order, guards, rollback.
#include "plan/certainty.hpp"
#include "plan/groups.hpp"
#include "plan/guards.hpp"
#include "plan/links.hpp"
#include "plan/messages.hpp"
#include "plan/order.hpp"
#include "plan/rollback.hpp"
#include "plan/tasks.hpp"

#include <shipflow/changes.hpp>

#include <initializer_list>
#include <utility>

namespace shipflow {
namespace planning {
namespace {

// Sections that would act by themselves in a later version: said, not silently passed over.
void warn_of(const node& root, std::initializer_list<const char*> words, plan& to, diagnostics& out) {
  for (const char* word : words) {
    const auto* found = root.find(word);
    if (found == nullptr || found->is(node_kind::null)) continue;
    const auto message = "`" + std::string(word) + "` is not evaluated by this version";
    out.warning(found->place, found->pointer, message);
    to.warnings.push_back(message);
  }
}

void describe(const surroundings& all, plan& to) {
  to.name = all.document.name;
  to.environment = all.where.name;
  to.environment_url = all.where.url;
  to.about = all.where.about;
  to.release = all.what;
  to.parameters = all.words.parameters();
  to.roles = all.where.roles;
  to.protection = all.where.protection;
  to.calendar = all.where.calendar;
  to.promoted_from = all.where.promoted_from;
  for (const auto& [name, v] : all.where.variables)
    if (v.secret) to.secrets[name] = v.source;
  to.locks = {"environment:" + all.where.name};
  warn_of(all.document.root, {"report"}, to, all.out);
  check_triggers(all.document, all.out);
}

std::map<std::string, const node*> places_of(const plan_document& document) {
  std::map<std::string, const node*> places;
  for (const auto& step : document.steps) places.emplace(step.id, &step.all);
  return places;
}

plan compile_all(const surroundings& all) {
  plan to;
  describe(all, to);
  build_groups(all);
  links edges(all.to, all.out);
  edges.connect();
  read_rollback(all, to.rollback);
  read_tasks(all, to.tasks);
  const auto placed = order_steps(all.to, to.steps, all.out);
  if (placed.empty() && !all.to.drafts.empty()) return to;
  build_guards(all, edges, placed, to);
  check_rollback(all, places_of(all.document), to);
  check_certainty(all, to);
  read_messages(all, to);
  to.components = all.bound.components();
  return to;
}

}  // namespace
}  // namespace planning

inline namespace v1 {

plan compile(const plan_document& document, const environment& where, const release_info& what,
             const json::object& parameters, const catalogue& offers, diagnostics& out) {
  using namespace planning;
  const scope words(document, where, what, parameters, out);
  bindings bound(document, where, offers, words, out);
  workshop to;
  return compile_all({document, where, what, offers, words, bound, to, out});
}

}  // namespace v1
}  // namespace shipflow
