#include "engine/guard_watch.hpp"

#include "engine/actor.hpp"
#include "engine/probe_watch.hpp"

namespace shipflow::engine_room {

guard_watch::~guard_watch() = default;

std::unique_ptr<guard_watch> guard_watch::make(actor& run, std::size_t guard) {
  const auto& planned = run.state().what->guards.at(guard);
  (void)planned;
  return make_probe_watch(run, guard);
}

}  // namespace shipflow::engine_room
