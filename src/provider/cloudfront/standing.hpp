// What stands of a canary: the distribution that viewers know, its policy, and the staging distribution behind it.
#pragma once

#include "provider/cloudfront/binding.hpp"

#include <string>

namespace shipflow::cloudfront {

struct distribution {
  std::string id, domain, etag;
  json::object config;
  bool deployed = false;
};

struct policy {
  std::string id, etag;
  json::object config;
};

/// Empty ids: there is none.
struct standing {
  distribution primary, staging;
  policy rule;
  bool attached = false;  ///< the policy to the primary
  std::string origin;     ///< id of the one whose path is switched

  [[nodiscard]] std::string path() const { return path_in(primary.config, origin); }
  [[nodiscard]] std::string staging_path() const { return path_in(staging.config, origin); }
  [[nodiscard]] share given() const { return share_in(rule.config); }
  [[nodiscard]] bool complete() const { return !staging.id.empty() && attached; }
  [[nodiscard]] bool deployed() const { return primary.deployed && (staging.id.empty() || staging.deployed); }
};

/// Reads all of it; the staging distribution by the binding, else by the policy, else by the reference it was made with.
/// What the baseline says of it is tried first. Refused: distributions that cannot have a canary, with the remedy.
[[nodiscard]] aws::got<standing> look_around(session& s);
/// Changes the configuration, if it is still the one that was seen.
[[nodiscard]] aws::outcome write_config(session& s, const distribution& seen, json::object config);
/// Gives that share of the viewers the staging distribution, if the policy is still the one that was seen.
[[nodiscard]] aws::outcome write_share(session& s, const policy& seen, const share& wanted);
/// The reference that the staging distribution of this one is made with. Pure.
[[nodiscard]] std::string staging_reference(const std::string& distribution);
/// The id of the origin that the binding means.
[[nodiscard]] aws::got<std::string> origin_named(session& s, json::object& config);

}  // namespace shipflow::cloudfront
