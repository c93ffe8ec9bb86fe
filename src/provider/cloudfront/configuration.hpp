// What is changed in the configurations of distributions and policies, and what stays. Pure.
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/json.hpp>

#include <string>
#include <vector>

namespace shipflow::cloudfront {

/// The origins of a configuration, in their order; XML says one of them as no list.
[[nodiscard]] std::vector<json::object*> origins_of(json::object& config);
/// The path of that origin; empty id: the only one. False: there is no such origin.
[[nodiscard]] bool put_path(json::object& config, const std::string& origin, const std::string& path);
[[nodiscard]] std::string path_in(json::object config, const std::string& origin);
/// What viewers' paths are put behind: empty, or from a slash on and without one at its end.
[[nodiscard]] bool is_origin_path(const std::string& path);

/// The staging distribution's configuration with all that a continuous deployment may change as `primary` has it, its
/// origin at `path`. What is the staging distribution's own, and what is not known here, stays.
[[nodiscard]] json::object staged(const json::object& primary, json::object staging,
                                  const std::string& origin, const std::string& path);
/// What promoting would change of the primary beside the origin's path.
[[nodiscard]] std::vector<std::string> differences(const json::object& primary, const json::object& staging,
                                                   const std::string& origin);
/// Why this distribution cannot have a canary, with the remedy; empty: it can.
[[nodiscard]] std::string obstacle_in(const json::object& config);

/// Who gets what the staging distribution serves.
struct share {
  int percent = 0;  ///< of the viewers: 0, or 1 to 15
  std::string header{}, value{};
  bool stopped = false;  ///< switched off with a share in it, as no run leaves it
  friend bool operator==(const share&, const share&) = default;
};
inline constexpr int most_percent = 15;
/// How long a viewer stays with a distribution. Seconds, 300 to 3,600; 0: not at all.
struct stickiness {
  int idle = 0, most = 0;
};
[[nodiscard]] share share_in(const json::object& policy);
/// The policy with that share, and all else of it as it was.
[[nodiscard]] json::object with_share(json::object policy, const share& wanted, const stickiness& sticky);
/// {"percent"} or {"header", "value"}; `stopped` if it is.
[[nodiscard]] json::object to_json(const share& s);
[[nodiscard]] share share_from(const json::object& o);
/// "5% of the viewers", "viewers who send aws-cf-cd-x: y", "nobody".
[[nodiscard]] std::string text_of(const share& s);

}  // namespace shipflow::cloudfront
