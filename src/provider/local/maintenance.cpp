// The maintenance switch: one entry of a map that HAProxy looks at for every request.
#include "provider/local/actions.hpp"
#include "provider/local/ground.hpp"

namespace shipflow::local {
namespace {

constexpr duration look_again{200};

json::object switched(bool on) { return {{"on", on}}; }

/// Until HAProxy says so. A HAProxy that comes up meanwhile reads it from the file.
answer attempt(job& j, bool on, std::int64_t begun) {
  if (j.c.book.maintenance != on) {
    j.c.book.maintenance = on;
    if (auto saved = j.c.save(); !saved) return answer::failed(saved.error());
  }
  const auto there = balancer_presence(j.c);
  if (!there) return answer::failed(there.error());
  if (*there != presence::running) return answer::done(switched(on));
  if (auto set = j.c.on->set_maintenance(j.c); !set && !set.error().retryable())
    return answer::failed(set.error());
  const auto seen = j.c.on->try_balancer(j.c, begun);
  if (!seen) return answer::failed(seen.error());
  if (*seen && (*seen)->maintenance == on) return answer::done(switched(on));
  if (j.q.what == verb::settle) return answer::in_progress(-1, "HAProxy comes up", look_again);
  return answer::started(json::object{{"on", on}, {"begun", begun}}, look_again);
}

result<bool> wanted(const json::value& from, const std::string& where) {
  const auto* o = from.if_object();
  const auto* on = o == nullptr ? nullptr : o->if_contains("on");
  if (on != nullptr && on->is_bool()) return on->get_bool();
  if (on != nullptr && on->is_string() && (on->get_string() == "true" || on->get_string() == "false"))
    return on->get_string() == "true";
  return make_error(errc::invalid_argument, where + ": on must be true or false");
}

answer settle(job& j) {
  const auto on = wanted(j.q.handle, "handle of maintenance");
  if (!on) return answer::failed(on.error());
  fields f(j.q.handle.get_object(), "handle of maintenance");
  const auto begun = f.integer("begun", 0, 0, INT64_MAX);
  return f.good() ? attempt(j, *on, begun) : answer::failed(f.problem());
}

}  // namespace

answer maintenance(job& j) {
  if (j.q.what == verb::settle) return settle(j);
  if (j.q.what == verb::ready) return answer::done();
  if (j.q.what == verb::undo) return attempt(j, j.base.maintenance, j.c.on->now_ms());
  const auto on = wanted(j.q.inputs, j.c.name + ": inputs of maintenance");
  if (!on) return answer::failed(on.error());
  if (j.q.what == verb::apply) return attempt(j, *on, j.c.on->now_ms());
  const auto now = observe(j.c);
  if (!now) return answer::unknown(now.error().message);
  return now->maintenance == *on ? answer::done(switched(*on)) : answer::not_applied();
}

}  // namespace shipflow::local
