#include "provider/local/ledger.hpp"

#include "provider/local/fields.hpp"

#include <algorithm>
#include <array>

namespace shipflow::local {
namespace {

constexpr int format = 1;
constexpr std::size_t effects_kept = 32;
constexpr std::array stages{stage::starting, stage::serving, stage::draining, stage::ending};
constexpr std::int64_t far_future = 253'402'300'799'000;

per_colour<int> read_share(const json::object& from, const std::string& where, fields& parent) {
  fields f(from, where);
  per_colour<int> share;
  for (const auto c : both_colours) share[c] = static_cast<int>(f.integer(name_of(c), 0, 0, 100));
  parent.adopt(f);
  return share;
}

instance read_instance(const json::object& from, fields& parent) {
  fields f(from, "instance");
  instance i;
  i.id = f.text("id");
  const auto in = colour_from(f.text("colour"));
  i.in = in.value_or(colour::blue);
  i.version = f.text("version");
  i.recipe = f.text("recipe");
  i.port = static_cast<int>(f.integer("port", 0, 1, 65535));
  const auto at = f.text("stage");
  const auto* found = std::find_if(stages.begin(), stages.end(), [&](stage s) { return name_of(s) == at; });
  if (found == stages.end() || !in || i.id.empty())
    f.fail("id", "belongs to an instance that makes no sense");
  if (found != stages.end()) i.at = *found;
  i.since = f.integer("since", 0, 0, far_future);
  parent.adopt(f);
  return i;
}

json::value to_json(const instance& i) {
  return json::object{{"id", i.id},         {"colour", name_of(i.in)}, {"version", i.version},
                      {"recipe", i.recipe}, {"port", i.port},          {"stage", name_of(i.at)},
                      {"since", i.since}};
}

std::optional<fleet> read_fleet(fields& parent, std::string_view key, const json::object& fleets) {
  const auto* member = fleets.if_contains(key);
  if (member == nullptr || !member->is_object()) return std::nullopt;
  fields f(member->get_object(), "fleet");
  fleet out;
  out.version = f.text("version");
  out.image = f.text("image");
  out.recipe = f.text("recipe");
  out.wanted = static_cast<int>(f.integer("wanted", 0, 1, 500));
  parent.adopt(f);
  return out;
}

void read_effects(const json::value* from, ledger& to) {
  if (from == nullptr || !from->is_array()) return;
  for (const auto& entry : from->get_array()) {
    const auto* pair = entry.if_array();
    if (pair != nullptr && pair->size() == 2 && (*pair)[0].is_string())
      to.effects.emplace_back(std::string((*pair)[0].get_string()), (*pair)[1]);
  }
}

void read_instances(const json::value* from, ledger& to, fields& f) {
  if (from == nullptr) return;
  if (!from->is_array()) return f.fail("instances", "must be a list");
  for (const auto& entry : from->get_array()) {
    if (!entry.is_object()) return f.fail("instances", "must be a list of mappings");
    to.instances.push_back(read_instance(entry.get_object(), f));
  }
}

}  // namespace

std::string_view name_of(stage s) noexcept {
  switch (s) {
    case stage::starting: return "starting";
    case stage::serving: return "serving";
    case stage::draining: return "draining";
    case stage::ending: return "ending";
  }
  return "starting";
}

const json::value* ledger::effect(const std::string& key) const {
  for (const auto& [name, handle] : effects)
    if (name == key) return &handle;
  return nullptr;
}

void ledger::remember(const std::string& key, json::value handle) {
  std::erase_if(effects, [&](const auto& entry) { return entry.first == key; });
  effects.emplace_back(key, std::move(handle));
  if (effects.size() > effects_kept) effects.erase(effects.begin());
}

bool ledger::empty() const noexcept {
  return !balancer && instances.empty() && !fleets[colour::blue] && !fleets[colour::green];
}

json::value to_json(const per_colour<int>& share) {
  return json::object{{"blue", share[colour::blue]}, {"green", share[colour::green]}};
}

std::string text_of(const per_colour<int>& share) {
  return "blue " + std::to_string(share[colour::blue]) + ", green " + std::to_string(share[colour::green]);
}

json::value to_json(const ledger& l) {
  json::object fleets;
  for (const auto c : both_colours) {
    if (!l.fleets[c]) continue;
    const auto& f = *l.fleets[c];
    fleets[name_of(c)] =
        json::object{{"version", f.version}, {"image", f.image}, {"recipe", f.recipe}, {"wanted", f.wanted}};
  }
  json::array instances;
  for (const auto& i : l.instances) instances.push_back(to_json(i));
  json::array effects;
  for (const auto& [key, handle] : l.effects) effects.push_back(json::array{key, handle});
  return json::object{{"format", format},
                      {"serial", l.serial},
                      {"balancer", l.balancer},
                      {"front", l.front},
                      {"fleets", std::move(fleets)},
                      {"instances", std::move(instances)},
                      {"traffic",
                       {{"share", to_json(l.traffic.share)},
                        {"run", l.traffic.run},
                        {"effect", l.traffic.effect},
                        {"before", to_json(l.traffic.before)}}},
                      {"maintenance", l.maintenance},
                      {"launched_by", l.launched_by},
                      {"launched", name_of(l.launched)},
                      {"retired_by", l.retired_by},
                      {"effects", std::move(effects)}};
}

result<ledger> ledger_from_json(const json::value& v) {
  const auto* o = v.if_object();
  if (o == nullptr) return make_error(errc::corrupt, "fleet.json is no JSON object");
  fields f(*o, "fleet.json");
  if (const auto written = f.integer("format", 0, 0, 1'000'000); written > format)
    return make_error(errc::newer_version, "fleet.json was written by a newer shipflow");
  ledger l;
  l.serial = static_cast<std::uint64_t>(f.integer("serial", 0, 0, INT64_MAX));
  const auto flag = [&](std::string_view key) {
    const auto* member = o->if_contains(key);
    return member != nullptr && member->is_bool() && member->get_bool();
  };
  l.balancer = flag("balancer");
  l.maintenance = flag("maintenance");
  l.front = f.object("front");
  l.launched_by = f.text("launched_by");
  l.launched = colour_from(f.text("launched")).value_or(colour::blue);
  l.retired_by = f.text("retired_by");
  const auto fleets = f.object("fleets");
  for (const auto c : both_colours) l.fleets[c] = read_fleet(f, name_of(c), fleets);
  const auto traffic = f.object("traffic");
  fields t(traffic, "fleet.json: traffic");
  l.traffic.share = read_share(t.object("share"), "fleet.json: share", t);
  l.traffic.before = read_share(t.object("before"), "fleet.json: before", t);
  l.traffic.run = t.text("run");
  l.traffic.effect = t.text("effect");
  f.adopt(t);
  read_instances(o->if_contains("instances"), l, f);
  read_effects(o->if_contains("effects"), l);
  if (!f.good()) return make_error(errc::corrupt, f.problem().message);
  return l;
}

}  // namespace shipflow::local
