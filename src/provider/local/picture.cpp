#include "provider/local/picture.hpp"

#include "provider/local/fields.hpp"
#include "provider/local/ground.hpp"
#include "provider/local/weights.hpp"

namespace shipflow::local {
namespace {

json::value fleet_json(const fleet& f, int ready) {
  json::object o{{"version", f.version}, {"instances", f.wanted}, {"ready", ready}, {"recipe", f.recipe}};
  if (!f.image.empty()) o["image"] = f.image;
  return o;
}

int ready_of(const component& c, const view& v, colour in) {
  int ready = 0;
  for (const auto& i : c.book.instances)
    if (i.in == in && i.at == stage::serving && v.ready(i.id)) ++ready;
  return ready;
}

std::optional<fleet> read_fleet(const json::object& fleets, colour in, fields& parent) {
  const auto* member = fleets.if_contains(name_of(in));
  if (member == nullptr || !member->is_object()) return std::nullopt;
  fields f(member->get_object(), "baseline: fleet");
  fleet out;
  out.version = f.text("version");
  out.image = f.text("image");
  out.recipe = f.text("recipe");
  out.wanted = static_cast<int>(f.integer("instances", 0, 1, most_instances));
  parent.adopt(f);
  return out;
}

}  // namespace

std::string picture::version() const {
  return live && fleets[*live] ? fleets[*live]->version : std::string{};
}

bool picture::nothing() const noexcept {
  return balancer == presence::absent && !fleets[colour::blue] && !fleets[colour::green];
}

result<picture> observe(const component& c) {
  picture p;
  p.fleets = c.book.fleets;
  p.maintenance = c.book.maintenance;
  const auto there = balancer_presence(c);
  if (!there) return there.error();
  p.balancer = *there;
  if (p.balancer == presence::down) p.weights = c.book.traffic.share;
  if (p.balancer == presence::running) {
    const auto seen = c.on->look_patiently(c);
    if (!seen) return seen.error();
    p.weights = observed_share(*seen);
    p.maintenance = seen->maintenance;
    for (const auto in : both_colours) p.ready[in] = ready_of(c, *seen, in);
  }
  p.live = live_of(p.weights);
  return p;
}

json::object to_json(const picture& p) {
  json::object fleets;
  for (const auto in : both_colours)
    if (p.fleets[in]) fleets[name_of(in)] = fleet_json(*p.fleets[in], p.ready[in]);
  const auto version = p.version();
  return {{"live", p.live ? json::value(name_of(*p.live)) : json::value(nullptr)},
          {"version", version.empty() ? json::value(nullptr) : json::value(version)},
          {"weights", to_json(p.weights)},
          {"fleets", std::move(fleets)},
          {"maintenance", p.maintenance},
          {"balancer", name_of(p.balancer)}};
}

result<picture> picture_from_json(const json::value& v) {
  const auto* o = v.if_object();
  if (o == nullptr) return make_error(errc::invalid_argument, "a baseline of this provider is a mapping");
  fields f(*o, "baseline");
  picture p;
  p.live = colour_from(f.text("live"));
  const auto weights = f.object("weights");
  fields w(weights, "baseline: weights");
  const auto fleets = f.object("fleets");
  for (const auto in : both_colours) {
    p.weights[in] = static_cast<int>(w.integer(name_of(in), 0, 0, 100));
    p.fleets[in] = read_fleet(fleets, in, f);
  }
  f.adopt(w);
  const auto* maintenance = o->if_contains("maintenance");
  p.maintenance = maintenance != nullptr && maintenance->is_bool() && maintenance->get_bool();
  const auto there = f.text("balancer", "running");
  p.balancer = there == "absent" ? presence::absent : there == "down" ? presence::down : presence::running;
  if (!f.good()) return f.problem();
  return p;
}

}  // namespace shipflow::local
