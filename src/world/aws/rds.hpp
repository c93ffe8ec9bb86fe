// Amazon RDS and Aurora in memory and in virtual time: instances, clusters and their snapshots, as documented.
//
// A snapshot is made for `makes`, with a percentage; meanwhile its source is `backing-up` and takes no second one. One
// may fail at its end, or never end. A restore makes a new instance or cluster, which is `creating` for `restores`; a cluster
// has instances, one of which writes, and is deleted after them.
//
// Source: docs.aws.amazon.com/AmazonRDS/latest/APIReference; AmazonRDS/latest/UserGuide: accessing-monitoring, USER_CreateSnapshot.
#pragma once

#include "world/aws/answers.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::cloud {

struct rds_options {
  std::string region = "eu-central-1";
  std::string account = "123456789012";
  duration makes{60'000};      ///< a snapshot
  duration restores{300'000};  ///< an instance
  duration deletes{5'000};
  int quota = 100;  ///< manual snapshots of a region
};

/// An instance, or a cluster.
struct database {
  std::string id;
  bool cluster = false;
  std::string status = "available";
  std::string engine = "postgres", version = "15.4", kind = "db.t4g.medium";
  int size_gb = 20;
  bool encrypted = true;
  int retention = 7;         ///< days that automated backups are kept; 0: there are none
  duration behind{300'000};  ///< so old is the latest point in time that can be restored
  std::map<std::string, std::string> tags;
  std::optional<time_point> next;  ///< when `status` ends
  std::string member_of{};         ///< cluster of an instance, or empty
  bool is_protected = false;       ///< from deletion
};

enum class fate { good, fails, never_ends };

struct db_snapshot {
  std::string id, source;
  bool cluster = false, automated = false;
  std::string status = "creating";
  std::string engine, version;
  int size_gb = 0;
  bool encrypted = true;
  std::map<std::string, std::string> tags;
  time_point created{};
  std::optional<time_point> next;  ///< when `status` ends
  fate ends = fate::good;
};

class rds {
 public:
  explicit rds(rds_options options = {}) : options_(std::move(options)) {}

  /// Available, with an automated snapshot of the last night; a cluster with a writer, "<id>-1".
  database& install(database d, time_point now);
  /// Of somebody, and complete.
  db_snapshot& install(db_snapshot s);
  [[nodiscard]] reply ask(const std::string& name, const json::object& input, time_point now);
  /// Lets happen what happens until `now`.
  void advance(time_point now);
  [[nodiscard]] std::optional<time_point> next_change() const;

  [[nodiscard]] database* find(const std::string& id, bool cluster);
  [[nodiscard]] db_snapshot* find_snapshot(const std::string& id, bool cluster);
  [[nodiscard]] const std::deque<db_snapshot>& snapshots() const noexcept { return snapshots_; }
  [[nodiscard]] const std::deque<database>& databases() const noexcept { return databases_; }
  /// What becomes of the snapshots that are asked for next.
  void next_snapshots(fate f) { next_fate_ = f; }
  /// Effects so far.
  [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }

 private:
  using handler = reply (rds::*)(const json::object& input, bool cluster);
  struct operation {
    handler answers;
    bool cluster;
  };
  [[nodiscard]] static const std::map<std::string, operation>& operations();
  reply create_snapshot(const json::object& in, bool cluster);
  reply describe_snapshots(const json::object& in, bool cluster);
  reply delete_snapshot(const json::object& in, bool cluster);
  reply describe(const json::object& in, bool cluster);
  reply restore_snapshot(const json::object& in, bool cluster);
  reply restore_time(const json::object& in, bool cluster);
  reply delete_instance(const json::object& in, bool cluster);
  reply create_instance(const json::object& in, bool cluster);
  reply delete_cluster(const json::object& in, bool cluster);

  reply restored(const json::object& in, const database& like, const std::string& name);
  [[nodiscard]] std::vector<const database*> members_of(const std::string& cluster) const;
  void show_cluster(json::object& out, const database& d) const;
  [[nodiscard]] json::object shown(const db_snapshot& s) const;
  [[nodiscard]] json::object shown(const database& d) const;
  [[nodiscard]] std::string arn(const std::string& what) const;

  rds_options options_;
  time_point now_{};
  std::deque<database> databases_;
  std::deque<db_snapshot> snapshots_;
  fate next_fate_ = fate::good;
  std::uint64_t changes_ = 0;
};

}  // namespace shipflow::cloud
