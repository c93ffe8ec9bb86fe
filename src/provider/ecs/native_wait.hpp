// A deployment that ECS shifts itself, on its way: what is waited for, how it stands, and what every action does with it.
#pragma once

#include "provider/ecs/picture.hpp"

#include <optional>
#include <string>

namespace shipflow::ecs {

inline constexpr duration look_soon{1'000};
inline constexpr duration catching_up{60'000};

enum class aim { share, end, back };

struct wait {
  std::string cluster, service, deployment, before, definition;
  aim to = aim::share;
  int weight = 0;
  time_point begun{};
  json::object configuration;  ///< that the service has in the end
  json::object outputs;
};

[[nodiscard]] json::object handle_of(const wait& w);
[[nodiscard]] wait wait_from(const json::value& handle);
[[nodiscard]] wait wait_for(session& s, aim to, int weight);
/// Of the one service.
[[nodiscard]] const place& place_of(const session& s);

/// Empty: it is not to be seen.
[[nodiscard]] got<std::optional<staged>> stage_of(session& s, const std::string& arn);
struct standing {
  json::object service;
  std::optional<staged> now;
};
[[nodiscard]] got<standing> look(session& s);

/// A pause that has its answer already may still be read as waiting for one.
[[nodiscard]] got<bool> answer_pause(session& s, const staged& now, const char* action);
/// UpdateService; the service as it is then.
[[nodiscard]] got<json::object> deploy(session& s, const std::string& definition,
                                       const json::object& configuration);
/// The outputs with the version of their task definition.
[[nodiscard]] got<json::object> with_version(session& s, json::object outputs);

/// Settle comes next for what is under way.
[[nodiscard]] answer under_way(const answer& a, const json::object& handle);
[[nodiscard]] answer given_up(session& s, const std::string& why);
/// done, or progress while the configuration is put back.
[[nodiscard]] answer finished(session& s, const wait& w);
[[nodiscard]] answer towards_share(session& s, const wait& w, const staged& now);
[[nodiscard]] answer towards_end(session& s, const wait& w, const staged& now);

/// Back to a revision, from wherever the deployment is.
[[nodiscard]] answer take_back(session& s, const std::string& definition, const json::object& configuration);
/// That revision can be deployed again.
[[nodiscard]] answer ready_for(session& s, const std::string& definition);

}  // namespace shipflow::ecs
