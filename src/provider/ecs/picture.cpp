#include "provider/ecs/picture.hpp"

#include "base/members.hpp"
#include "provider/ecs/actions.hpp"

namespace shipflow::ecs {
namespace {

json::object fleet_json(const binding& b, colour c, const fleet& f) {
  return {{"cluster", b.at[c].cluster}, {"service", b.at[c].service}, {"definition", f.definition},
          {"image", f.image},           {"version", f.version},       {"desired", f.desired},
          {"running", f.running},       {"deployment", f.deployment}};
}

got<fleet> fleet_of(session& s, colour c, const json::object& service) {
  fleet f;
  f.definition = members::text(service, "taskDefinition");
  if (f.definition.empty())
    return s.refuse(errc::unsupported, "service " + s.at(c) +
                                           " has no task definition: it is deployed by CodeDeploy or another "
                                           "controller, which is not built in this version");
  f.desired = static_cast<int>(members::whole(service, "desiredCount"));
  f.running = static_cast<int>(members::whole(service, "runningCount"));
  for (const auto& d : members::list(service, "deployments"))
    if (members::text(members::as_object(d), "status") == "PRIMARY")
      f.deployment = members::text(members::as_object(d), "id");
  const auto described = describe_definition(s, f.definition);
  if (!described) return described.error();
  const auto& definition = members::object(*described, "taskDefinition");
  const auto container = container_of(s.bound, s.bound.at[c], definition);
  if (!container) return answer::failed(container.error());
  f.image = image_of(definition, *container);
  f.version = tag_of(*described, version_tag);
  if (f.version.empty()) f.version = version_of(f.image);
  return f;
}

std::optional<colour> larger(const per_colour<int>& share) {
  if (share == per_colour<int>{}) return std::nullopt;
  return share[colour::green] > share[colour::blue] ? colour::green : colour::blue;
}

// Without a listener the one that has tasks is live.
got<std::optional<colour>> live_by_size(session& s, const picture& p) {
  std::optional<colour> out;
  for (const auto c : both_colours) {
    if (!p.fleets[c] || p.fleets[c]->desired == 0) continue;
    if (out)
      return s.refuse(errc::invalid_argument,
                      "both services have tasks and nothing says which is live; name the listener that does, "
                      "as `listener` or under `follows` of blue_green");
    out = c;
  }
  return out;
}

got<view> with_traffic(session& s, view v) {
  auto groups = groups_of(s, v.services);
  if (!groups) return groups.error();
  v.groups = std::move(*groups);
  auto traffic = read_route(s);
  if (!traffic) return traffic.error();
  v.traffic = std::move(*traffic);
  v.seen.weights = share_of(v.traffic, v.groups);
  v.seen.live = larger(v.seen.weights);
  return v;
}

}  // namespace

got<view> look_around(session& s) {
  view v;
  for (const auto c : both_colours) {
    if (c == colour::green && !s.bound.two) continue;
    auto service = describe(s, s.bound.at[c]);
    if (!service) return service.error();
    auto f = fleet_of(s, c, *service);
    if (!f) return f.error();
    v.seen.fleets[c] = std::move(*f);
    v.services[c] = std::move(*service);
  }
  if (s.bound.told()) {
    if (s.q.action == "maintenance") {
      auto rule = maintenance_rule(s);
      if (!rule) return rule.error();
      v.seen.maintenance = !rule->empty();
    }
    return with_traffic(s, std::move(v));
  }
  if (!s.bound.two) {
    v.seen.live = colour::blue;
    if (!s.bound.native) return v;
    auto served = read_served(s, v.services[colour::blue]);
    if (!served) return served.error();
    v.seen.served = std::move(*served);
    v.seen.former = former_of(v.services[colour::blue]);
    v.seen.configuration = members::object(v.services[colour::blue], "deploymentConfiguration");
    return v;
  }
  const auto live = live_by_size(s, v.seen);
  if (!live) return live.error();
  v.seen.live = *live;
  return v;
}

json::object to_json(const binding& b, const picture& p) {
  json::object services;
  for (const auto c : both_colours)
    if (p.fleets[c]) services[name_of(c)] = fleet_json(b, c, *p.fleets[c]);
  json::object out{{"live", p.live ? json::value(name_of(*p.live)) : json::value(nullptr)},
                   {"version", p.live && p.fleets[*p.live] ? p.fleets[*p.live]->version : std::string{}},
                   {"services", std::move(services)}};
  if (b.native) {
    out["served"] = to_json(p.served);
    out["former"] = p.former;
    out["configuration"] = p.configuration;
  }
  if (!b.told()) return out;
  out["weights"] = weights_json(p.weights);
  out["maintenance"] = p.maintenance;
  return out;
}

result<picture> picture_from_json(const json::value& v) {
  const auto& o = members::as_object(v);
  if (!o.contains("services"))
    return make_error(errc::invalid_argument, "that is no picture of ECS services");
  picture p;
  p.live = colour_from(members::text(o, "live"));
  p.maintenance = members::truth(o, "maintenance");
  p.former = members::text(o, "former");
  p.configuration = members::object(o, "configuration");
  const auto& served = members::object(o, "served");
  for (const auto& m : served) {
    const std::string definition(m.key());
    p.served[definition] = static_cast<int>(members::whole(served, definition));
  }
  const auto& services = members::object(o, "services");
  for (const auto c : both_colours) {
    p.weights[c] = static_cast<int>(members::whole(members::object(o, "weights"), name_of(c)));
    const auto& one = members::object(services, name_of(c));
    if (one.empty()) continue;
    p.fleets[c] = fleet{members::text(one, "definition"),
                        members::text(one, "image"),
                        members::text(one, "version"),
                        static_cast<int>(members::whole(one, "desired")),
                        static_cast<int>(members::whole(one, "running")),
                        members::text(one, "deployment")};
  }
  return p;
}

}  // namespace shipflow::ecs
