// Snapshots and their sources, read, and what is asked of a snapshot that is to be a backup.
#pragma once

#include "provider/rds/binding.hpp"

#include <optional>
#include <string>
#include <vector>

namespace shipflow::rds {

inline constexpr aws::service service{"RDS", "rds", "rds", aws::protocol::query, "2014-10-31"};

/// Tags of what this provider makes.
inline constexpr const char* effect_tag = "shipflow:effect";
inline constexpr const char* run_tag = "shipflow:run";

/// Operations and members are called otherwise for clusters.
struct words {
  const char* create;
  const char* describe;
  const char* remove;
  const char* list;
  const char* one;
  const char* id;
  const char* source;
  const char* arn;
  const char* encrypted;
};
[[nodiscard]] const words& words_of(bool cluster);

struct taken {
  std::string id, source, status, arn, engine_version, effect, run;
  int percent = 0;
  int size_gb = 0;
  bool encrypted = false;
  std::optional<time_point> created;
};
/// The snapshot of that name; empty: there is none.
[[nodiscard]] aws::got<std::optional<taken>> find_snapshot(session& s, const std::string& id);
/// All of the source, newest first. `type`: manual or automated.
[[nodiscard]] aws::got<std::vector<taken>> snapshots_of_source(session& s, const char* type);
/// The newest one that is available and that this provider made.
[[nodiscard]] aws::got<taken> newest_own(session& s);

struct source {
  std::string status, engine, version;
  bool encrypted = false;
  int retention = 0;  ///< days
  std::optional<time_point> restorable;
  json::object raw;
};
[[nodiscard]] aws::got<source> look_at_source(session& s);
/// It does not become available by itself.
[[nodiscard]] bool is_stuck(const std::string& status);

/// Why a snapshot is no backup of this source; empty: it is one. Pure.
[[nodiscard]] std::string lacks(const taken& t, const binding& b, bool encrypted,
                                std::optional<duration> max_age, time_point now);
[[nodiscard]] json::object outputs_of(const taken& t);

/// Tags of what this effect makes.
[[nodiscard]] json::object own_tags(const request& q);
/// "shipflow-shop-production-r7-1f2e3d4c5b": letters, digits and single hyphens, at most 255. Pure.
[[nodiscard]] std::string snapshot_name(const binding& b, const request& q);
/// "shipflow-shop-aurora-1f2e3d4c5b" for what a restore makes, at most 63. Pure.
[[nodiscard]] std::string copy_name(const binding& b, const request& q);
/// The input as a duration; empty: it was not given.
[[nodiscard]] result<std::optional<duration>> span_of(const json::object& inputs, const char* name);

}  // namespace shipflow::rds
