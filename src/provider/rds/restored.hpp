// What a restore makes: its name, its origin, and how it is found again.
#pragma once

#include "provider/rds/snapshots.hpp"

#include <optional>
#include <string>

namespace shipflow::rds {

/// Of a new instance or cluster: `as`, or one made of the effect's key. Error: it is the source itself.
[[nodiscard]] result<std::string> new_name(const session& s);

struct origin {
  std::string snapshot;            ///< a name; or
  bool latest = false;             ///< the latest point in time; or
  std::optional<time_point> at{};  ///< another one
  std::string text{};              ///< for people
};
/// By the inputs `snapshot` and `at`; the snapshot `latest` is looked for.
[[nodiscard]] aws::got<origin> origin_of(session& s);
/// What the inputs say, for people.
[[nodiscard]] std::string origin_text(const session& s);

struct instance {
  std::string id, status, effect, kind, parameters, address;
  std::int64_t port = 0;
  bool is_public = false;
};
/// Empty: there is none.
[[nodiscard]] aws::got<std::optional<instance>> find_instance(session& s, const std::string& id);

/// Subnet group and security groups of the source, and tags of what this effect makes.
[[nodiscard]] json::object network_of(const session& s, const source& from);
/// The request was made, or refused because that name is taken.
[[nodiscard]] answer exists(const session& s, const std::string& kind, const std::string& id);

}  // namespace shipflow::rds
