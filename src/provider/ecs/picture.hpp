// What is there: the services, their versions, and where requests go. The value of `observe`.
#pragma once

#include "provider/ecs/native.hpp"
#include "provider/ecs/services.hpp"
#include "provider/ecs/traffic.hpp"

#include <optional>
#include <string>

namespace shipflow::ecs {

struct fleet {
  std::string definition, image, version;
  int desired = 0;
  int running = 0;
  std::string deployment;  ///< id of the primary one
};

struct picture {
  std::optional<colour> live;
  per_colour<std::optional<fleet>> fleets;
  per_colour<int> weights;
  bool maintenance = false;
  std::string former{};          ///< revision of the deployment that is being replaced, there
  served_by served{};            ///< where ECS shifts the traffic itself
  json::object configuration{};  ///< deploymentConfiguration, there
};
[[nodiscard]] json::object to_json(const binding& b, const picture& p);
[[nodiscard]] result<picture> picture_from_json(const json::value& v);

/// A picture with what it was taken from.
struct view {
  picture seen;
  per_colour<json::object> services;
  per_colour<std::string> groups;
  route traffic;
};
[[nodiscard]] got<view> look_around(session& s);

/// The rule that answers with the maintenance page; empty when there is none.
[[nodiscard]] got<std::string> maintenance_rule(session& s);

}  // namespace shipflow::ecs
