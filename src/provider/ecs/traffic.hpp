// Weighted forwards of a listener or rule: read as a whole, changed in nothing but the forward.
#pragma once

#include "provider/ecs/session.hpp"

#include <map>

namespace shipflow::ecs {

/// What decides where requests go.
struct route {
  json::array actions;                 ///< as AWS gives them
  std::map<std::string, int> weights;  ///< by target group, as they stand
  std::string memory;                  ///< what shipflow noted there last
};
[[nodiscard]] got<route> read_route(session& s);

/// The target group of each colour: of the binding, or the one its service registers in.
[[nodiscard]] got<per_colour<std::string>> groups_of(session& s, const per_colour<json::object>& services);
/// Percent per colour of the requests that go to one of both.
[[nodiscard]] per_colour<int> share_of(const route& r, const per_colour<std::string>& groups);

/// The actions with these weights in their forward, 0 spelt out, and everything else as it was. What AWS does
/// not tell is asked to stay (client secrets). Error: there is no forward. Pure.
[[nodiscard]] result<json::array> with_weights(const json::array& actions,
                                               const per_colour<std::string>& groups,
                                               const per_colour<int>& share);
[[nodiscard]] got<json::object> write_actions(session& s, const json::array& actions);

/// Notes at the listener or rule who set what, before it is set: so that another hand is told from ours.
struct note {
  std::string run, effect;
  per_colour<int> set, was;
};
[[nodiscard]] std::string to_text(const note& n);
[[nodiscard]] std::optional<note> note_from(const std::string& text);
[[nodiscard]] got<json::object> write_note(session& s, const note& n);
/// Ids fit for a tag.
[[nodiscard]] std::string short_id(const std::string& id);

/// Healthy targets of a group, and what the others are.
struct health {
  int healthy = 0;
  int others = 0;
  bool unused = false;  ///< no listener or rule forwards to it, so nobody checks
  std::string states;   ///< "2 initial, 1 draining"
};
[[nodiscard]] got<health> read_health(session& s, const std::string& group);

}  // namespace shipflow::ecs
