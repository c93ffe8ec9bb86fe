#include "provider/local/work.hpp"

#include "provider/local/fields.hpp"

namespace shipflow::local {
namespace {

json::value goal_json(const std::optional<fleet>& goal) {
  if (!goal) return nullptr;
  return json::object{
      {"version", goal->version}, {"image", goal->image}, {"recipe", goal->recipe}, {"wanted", goal->wanted}};
}

std::optional<fleet> goal_from(const json::value& v, fields& parent) {
  const auto* o = v.if_object();
  if (o == nullptr) return std::nullopt;
  fields f(*o, "handle: goal");
  fleet goal;
  goal.version = f.text("version");
  goal.image = f.text("image");
  goal.recipe = f.text("recipe");
  goal.wanted = static_cast<int>(f.integer("wanted", 0, 1, 500));
  parent.adopt(f);
  return goal;
}

bool flag(const json::object& o, std::string_view key) {
  const auto* member = o.if_contains(key);
  return member != nullptr && member->is_bool() && member->get_bool();
}

}  // namespace

json::value to_json(const work& w) {
  json::object goals;
  for (const auto c : both_colours)
    if (w.goals[c]) goals[name_of(c)] = goal_json(*w.goals[c]);
  json::object o{{"action", w.action},
                 {"goals", std::move(goals)},
                 {"batch", w.batch},
                 {"routed", w.routed},
                 {"stop_balancer", w.stop_balancer},
                 {"drain", w.drain.count()},
                 {"begun", w.begun},
                 {"outputs", w.outputs}};
  if (w.claims) o["claims"] = name_of(*w.claims);
  return o;
}

result<work> work_from_json(const json::value& v) {
  const auto* o = v.if_object();
  if (o == nullptr) return make_error(errc::invalid_argument, "a handle of this provider is a mapping");
  fields f(*o, "handle");
  work w;
  w.action = f.text("action");
  const auto goals = f.object("goals");
  for (const auto c : both_colours)
    if (const auto* goal = goals.if_contains(name_of(c))) w.goals[c] = goal_from(*goal, f);
  w.batch = static_cast<int>(f.integer("batch", 0, 0, 500));
  w.routed = flag(*o, "routed");
  w.stop_balancer = flag(*o, "stop_balancer");
  w.claims = colour_from(f.text("claims"));
  w.drain = duration{f.integer("drain", 10'000, 0, 86'400'000)};
  w.begun = f.integer("begun", 0, 0, INT64_MAX);
  w.outputs = f.object("outputs");
  if (!f.good()) return f.problem();
  return w;
}

result<void> begin_work(component& c, const std::string& effect, const work& w) {
  for (const auto colour : both_colours)
    if (w.goals[colour]) c.book.fleets[colour] = *w.goals[colour];
  if (!effect.empty()) c.book.remember(effect, to_json(w));
  return c.save();
}

}  // namespace shipflow::local
