#include "engine/guard_watch.hpp"

#include "engine/actor.hpp"
#include "engine/probe_watch.hpp"
#include "engine/trigger_watch.hpp"

namespace shipflow::engine_room {

guard_watch::~guard_watch() = default;

void guard_watch::arm() {}
void guard_watch::clock_jumped(duration /*by*/) {}

std::vector<sample_chunk> guard_watch::take_samples() { return {}; }

std::unique_ptr<guard_watch> guard_watch::make(actor& run, std::size_t guard,
                                               const std::vector<sample_chunk>& kept) {
  const bool looks = !run.state().what->guards.at(guard).probe.empty();
  return looks ? make_probe_watch(run, guard, kept) : make_trigger_watch(run, guard, kept);
}

}  // namespace shipflow::engine_room
