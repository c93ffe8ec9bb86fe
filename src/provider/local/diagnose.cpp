#include "provider/local/actions.hpp"
#include "provider/local/ground.hpp"
#include "provider/local/instances.hpp"

namespace shipflow::local {
namespace {

constexpr std::size_t lines_shown = 20;
constexpr std::size_t instances_shown = 10;

json::array lines_of(const component& c, const instance* i) {
  json::array lines;
  const auto text = c.on->last_lines(c, i, lines_shown);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

json::object balancer_evidence(const component& c, bool answers) {
  json::object o;
  const auto there = balancer_presence(c);
  o["state"] = there ? std::string(name_of(*there)) : there.error().message;
  o["answers"] = answers;
  if (const auto keeper = c.on->look_at_balancer(c)) o["process"] = describe(*keeper);
  o["lines"] = lines_of(c, nullptr);
  return o;
}

}  // namespace

json::object diagnose(const component& c) {
  const auto seen = c.on->look(c);
  json::object evidence;
  evidence["balancer"] = balancer_evidence(c, static_cast<bool>(seen));
  json::array instances;
  for (const auto& i : c.book.instances) {
    const auto state = c.on->look_at_instance(c, i);
    const bool well =
        state && state->what == process::phase::running && state->restarts == 0 && seen && seen->ready(i.id);
    if (well || instances.size() >= instances_shown) continue;
    json::object o{{"instance", i.id},
                   {"version", i.version},
                   {"port", i.port},
                   {"stage", name_of(i.at)},
                   {"process", state ? describe(*state) : state.error().message}};
    if (seen)
      if (const auto* server = seen->find(i.id)) o["health"] = server->health;
    o["lines"] = lines_of(c, &i);
    instances.push_back(std::move(o));
  }
  evidence["instances"] = std::move(instances);
  return evidence;
}

}  // namespace shipflow::local
