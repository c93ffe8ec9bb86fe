// Scopes that are always closed again: maintenance mode and `ensure`.
#include "plan/builder.hpp"

#include <utility>

namespace shipflow::planning {
namespace {

// The scope ends when the steps of `until` have ended; a rollback closes it as well.
void close_scope(builder& b, draft_index begin) {
  b.leave_at(begin);
  const auto* until = b.body("until");
  if (until == nullptr)
    return b.error(b.source().body, "`" + b.source().kind + "` needs `until`, the steps it is for");
  const auto i = b.add_restore(begin);
  for (const auto& name : b.read().texts(*until)) b.wait_for(i, name, *until);
}

}  // namespace

void build_maintenance(builder& b) {
  const auto i = b.add("", step_kind::action, {});
  const auto* written = b.body("component");
  if (written == nullptr) b.error(b.source().body, "`maintenance` needs `component`");
  const auto component = written == nullptr ? std::nullopt : b.read().text(*written);
  const auto what =
      component ? b.all().bound.of_component(*component, "maintenance", "maintenance", b.source().body)
                : std::nullopt;
  input_list inputs(b.read(), b.source().body);
  if (const auto* page = b.body("page")) inputs.written("page", *page);
  inputs.implied("on", true);
  b.at(i).step.title = "maintenance of " + component.value_or("");
  b.fill(i, what, inputs);
  close_scope(b, i);
}

void build_ensure(builder& b) {
  const auto* begin = b.body("begin");
  if (begin == nullptr) return b.error(b.source().body, "`ensure` needs `begin`");
  close_scope(b, add_call(b, "", *begin, b.body("end")));
}

}  // namespace shipflow::planning
