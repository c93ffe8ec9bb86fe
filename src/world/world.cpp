#include <shipflow/world.hpp>

namespace shipflow {
inline namespace v1 {

void world::about_to(const request& q) {
  if (on_effect) on_effect(q);
}

void world::carried_out(const request& q, effect_class repeat, bool undo) {
  auto& count = effects_[q.effect_key];
  count.step = q.step;
  count.action = q.action;
  count.repeat = repeat;
  ++(undo ? count.undone : count.times);
}

void world::touch() {
  if (on_change) on_change();
}

world_model::~world_model() = default;
std::optional<time_point> world_model::next_change() const { return std::nullopt; }
bool world_model::disturb(disturbance /*what*/, const request& /*about*/) { return false; }
std::vector<serving> world_model::serves() const { return {}; }

}  // namespace v1
}  // namespace shipflow
