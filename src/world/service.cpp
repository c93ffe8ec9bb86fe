#include "world/service.hpp"

#include <algorithm>

namespace shipflow::worlds {
namespace {

constexpr std::array<std::string_view, 2> colours{"blue", "green"};
constexpr duration start_up{20'000};
constexpr int usual_size = 3;

std::size_t colour_named(const json::value* v, std::size_t otherwise) {
  if (v == nullptr || !v->is_string()) return otherwise;
  for (std::size_t c = 0; c < colours.size(); ++c)
    if (v->get_string() == colours.at(c)) return c;
  return otherwise;
}

const json::value* member(const json::value& v, std::string_view key) {
  const auto* o = v.if_object();
  return o == nullptr ? nullptr : o->if_contains(json::string_view(key.data(), key.size()));
}

int number(const json::value* v, int otherwise) {
  if (v == nullptr || !v->is_number()) return otherwise;
  return v->to_number<int>();
}

std::string text(const json::value* v, std::string_view otherwise) {
  return v == nullptr || !v->is_string() ? std::string(otherwise) : std::string(v->get_string());
}

}  // namespace

int fleet::healthy(time_point now) const {
  if (!exists()) return 0;
  const int up = now >= ready ? wanted
                              : static_cast<int>((now - begun).count() * wanted /
                                                 std::max<std::int64_t>(1, (ready - begun).count()));
  return std::min(up, wanted - broken);
}

service::service(std::string name) : name_(std::move(name)) { fleets_[0] = {"0.9.0", usual_size, 0, {}, {}}; }

bool service::knows(const std::string& action) const {
  return action == "launch" || action == "shift" || action == "retire" || action == "replace";
}

std::size_t service::live() const { return weights_[0] >= weights_[1] ? 0 : 1; }

json::value service::describe(std::size_t colour) const {
  const auto& f = fleets_.at(colour);
  if (!f.exists()) return nullptr;
  return json::object{{"version", f.version}, {"instances", f.wanted}};
}

json::value service::observe(const std::string& action, const json::value& about) const {
  const auto now_live = live();
  auto colour = action == "replace" ? now_live : 1 - now_live;
  colour = colour_named(member(about, "colour"), colour);
  json::object out{{"colour", json::string(colours.at(colour))}, {"version", fleets_.at(now_live).version}};
  if (action == "shift")
    out["restores"] = json::object{{"blue", weights_[0]}, {"green", weights_[1]}};
  else
    out["restores"] = describe(colour);
  return out;
}

result<time_point> service::shift(const request& q, time_point now) {
  const auto* seen = member(q.baseline, "restores");
  const json::value is = json::object{{"blue", weights_[0]}, {"green", weights_[1]}};
  if (seen != nullptr && *seen != is)
    return make_error(errc::conflict,
                      "the traffic of " + name_ + " is not as observed: " + json::serialize(is));
  const auto to = colour_named(q.inputs.if_contains("colour"), 1 - live());
  const auto weight = number(q.inputs.if_contains("weight"), 100);
  if (fleets_.at(to).healthy(now) < fleets_.at(to).wanted || !fleets_.at(to).exists())
    return make_error(errc::failed, "the fleet that shall get traffic is not healthy");
  weights_.at(to) = weight;
  weights_.at(1 - to) = 100 - weight;
  return now;
}

result<time_point> service::apply(const request& q, time_point now) {
  if (q.action == "shift") return shift(q, now);
  const auto seen = colour_named(member(q.baseline, "colour"), 1 - live());
  if (q.action == "retire") {
    if (weights_.at(seen) > 0) return make_error(errc::failed, "the fleet to retire still gets traffic");
    fleets_.at(seen) = {};
    return now;
  }
  const auto colour = q.action == "replace" ? live() : seen;
  const auto size = fleets_.at(live()).wanted;
  fleet made{text(q.inputs.if_contains("version"), "1.0.0"),
             number(q.inputs.if_contains("instances"), size > 0 ? size : usual_size), 0, now, now + start_up};
  // New instances are added before old ones go, so a fleet replaced in place keeps its size.
  if (q.action == "replace") made.ready = made.begun = time_point{};
  fleets_.at(colour) = made;
  return now + start_up;
}

void service::put(std::size_t colour, const json::value& described, time_point now) {
  auto& f = fleets_.at(colour);
  if (described.is_null()) {
    f = {};
    return;
  }
  const bool there = f.exists() && f.version == text(member(described, "version"), "") && f.broken == 0;
  const auto begun = there ? f.begun : now;
  const auto ready = there ? f.ready : now + start_up;
  f = {text(member(described, "version"), ""), number(member(described, "instances"), usual_size), 0, begun,
       ready};
}

result<time_point> service::undo(const request& q, time_point now) {
  const auto* before = member(q.baseline, "restores");
  if (before == nullptr) return make_error(errc::invalid_argument, "there is nothing to restore");
  if (q.action == "shift") {
    const std::array<int, 2> wanted{number(member(*before, "blue"), 0), number(member(*before, "green"), 0)};
    for (std::size_t c = 0; c < 2; ++c)
      if (wanted.at(c) > 0 && fleets_.at(c).healthy(now) < fleets_.at(c).wanted)
        return make_error(errc::unavailable, "the old fleet is not healthy yet");
    weights_ = wanted;
    return now;
  }
  const auto colour = colour_named(member(q.baseline, "colour"), 1 - live());
  if (before->is_null() && weights_.at(colour) > 0)
    return make_error(errc::failed, "the fleet to end still gets traffic");
  const bool in_place = q.action == "replace";
  put(colour, *before, now);
  if (in_place) fleets_.at(colour).begun = fleets_.at(colour).ready = time_point{};
  return in_place ? now + start_up : std::max(now, fleets_.at(colour).ready);
}

json::object service::outputs(const std::string& action) const {
  const auto colour = action == "launch" ? 1 - live() : live();
  return {{"colour", json::string(colours.at(colour))},
          {"version", fleets_.at(colour).version},
          {"instances", fleets_.at(colour).wanted},
          {"weights", {{"blue", weights_[0]}, {"green", weights_[1]}}}};
}

void service::break_half_way(const std::string& action) {
  // What already serves people stays: only a fleet without traffic is brought up broken.
  const auto colour = 1 - live();
  if (action == "launch" && fleets_.at(colour).exists() && weights_.at(colour) == 0)
    fleets_.at(colour).broken = 1;
}

bool service::move_by_hand(time_point now) {
  const auto to = 1 - live();
  const bool able = fleets_.at(to).exists() && fleets_.at(to).healthy(now) >= fleets_.at(to).wanted;
  if (!able || weights_.at(to) != 0) return false;
  weights_.at(to) = 7;
  weights_.at(1 - to) = 93;
  return true;
}

void service::snapshot(json::object& into) const {
  into["traffic:" + name_] = json::object{{"blue", weights_[0]}, {"green", weights_[1]}};
  into["fleet:" + name_] = json::object{{"blue", describe(0)}, {"green", describe(1)}};
}

void service::serves(std::vector<serving>& into, time_point now) const {
  for (std::size_t c = 0; c < 2; ++c)
    into.push_back({name_, fleets_.at(c).version, weights_.at(c), fleets_.at(c).healthy(now),
                    fleets_.at(c).wanted, false});
}

std::optional<time_point> service::next_change(time_point now) const {
  std::optional<time_point> out;
  for (const auto& f : fleets_)
    if (f.exists() && f.ready > now && (!out || f.ready < *out)) out = f.ready;
  return out;
}

}  // namespace shipflow::worlds
