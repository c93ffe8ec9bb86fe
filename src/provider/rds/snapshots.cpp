#include "provider/rds/snapshots.hpp"

#include "aws/lists.hpp"
#include "aws/paging.hpp"
#include "base/members.hpp"

#include <algorithm>
#include <array>

namespace shipflow::rds {
namespace {

constexpr words of_instances{"CreateDBSnapshot",     "DescribeDBSnapshots", "DeleteDBSnapshot",
                             "DBSnapshots",          "DBSnapshot",          "DBSnapshotIdentifier",
                             "DBInstanceIdentifier", "DBSnapshotArn",       "Encrypted"};
constexpr words of_clusters{
    "CreateDBClusterSnapshot", "DescribeDBClusterSnapshots", "DeleteDBClusterSnapshot",
    "DBClusterSnapshots",      "DBClusterSnapshot",          "DBClusterSnapshotIdentifier",
    "DBClusterIdentifier",     "DBClusterSnapshotArn",       "StorageEncrypted"};
constexpr std::array<std::string_view, 8> stuck{"stopped",       "stopping",
                                                "failed",        "storage-full",
                                                "deleting",      "inaccessible-encryption-credentials",
                                                "restore-error", "insufficient-capacity"};

std::optional<time_point> time_at(const json::object& o, const char* name) {
  const auto t = parse_time(members::text(o, name));
  return t ? std::optional(*t) : std::nullopt;
}

taken read(const json::object& o, bool cluster) {
  const auto& w = words_of(cluster);
  const auto tags = aws::listed(o, "TagList", "Tag");
  taken t;
  t.id = members::text(o, w.id);
  t.source = members::text(o, w.source);
  t.status = members::text(o, "Status");
  t.arn = members::text(o, w.arn);
  t.engine_version = members::text(o, "EngineVersion");
  t.effect = aws::tag_in(tags, effect_tag);
  t.run = aws::tag_in(tags, run_tag);
  t.percent = static_cast<int>(std::clamp<std::int64_t>(members::whole(o, "PercentProgress"), 0, 100));
  t.size_gb = static_cast<int>(members::whole(o, "AllocatedStorage"));
  t.encrypted = members::truth(o, w.encrypted);
  t.created = time_at(o, "SnapshotCreateTime");
  return t;
}

/// What may stand in an identifier, other characters as hyphens.
std::string as_identifier(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool good = (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9');
    if (good)
      out += low;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

}  // namespace

const words& words_of(bool cluster) { return cluster ? of_clusters : of_instances; }

aws::got<std::optional<taken>> find_snapshot(session& s, const std::string& id) {
  const auto& w = words_of(s.bound.cluster);
  const auto said = s.attempt(service, w.describe, {{w.id, id}});
  if (!said) {
    if (said.error().code == errc::not_found) return std::optional<taken>{};
    return aws::visit::not_read(said.error());
  }
  for (const auto* o : aws::listed(*said, w.list, w.one))
    if (auto t = read(*o, s.bound.cluster); t.id == id) return std::optional(std::move(t));
  return std::optional<taken>{};
}

aws::got<std::vector<taken>> snapshots_of_source(session& s, const char* type) {
  const auto& w = words_of(s.bound.cluster);
  std::vector<taken> out;
  const auto all = aws::read_all_pages(s, {service, w.describe, "Marker"},
                                       {{w.source, s.bound.source}, {"SnapshotType", type}},
                                       [&](const json::object& said) {
                                         for (const auto* o : aws::listed(said, w.list, w.one))
                                           out.push_back(read(*o, s.bound.cluster));
                                         return members::text(said, "Marker");
                                       });
  if (!all) return all.error();
  std::stable_sort(out.begin(), out.end(),
                   [](const taken& a, const taken& b) { return a.created > b.created; });
  return out;
}

aws::got<taken> newest_own(session& s) {
  const auto all = snapshots_of_source(s, "manual");
  if (!all) return all.error();
  for (const auto& t : *all)
    if (!t.effect.empty() && t.status == "available") return t;
  return s.refuse(errc::not_found, "there is no snapshot of " + s.bound.source +
                                       " that shipflow made; release with a step `snapshot` first");
}

aws::got<source> look_at_source(session& s) {
  const bool c = s.bound.cluster;
  const auto said = s.read(service, c ? "DescribeDBClusters" : "DescribeDBInstances",
                           {{words_of(c).source, s.bound.source}});
  if (!said) return said.error();
  for (const auto* o : aws::listed(*said, c ? "DBClusters" : "DBInstances", c ? "DBCluster" : "DBInstance")) {
    source out;
    out.status = members::text(*o, c ? "Status" : "DBInstanceStatus");
    out.engine = members::text(*o, "Engine");
    out.version = members::text(*o, "EngineVersion");
    out.encrypted = members::truth(*o, "StorageEncrypted");
    out.retention = static_cast<int>(members::whole(*o, "BackupRetentionPeriod"));
    out.restorable = time_at(*o, "LatestRestorableTime");
    out.raw = *o;
    return out;
  }
  return s.refuse(errc::not_found,
                  "there is no " + std::string(c ? "cluster " : "instance ") + s.bound.source);
}

bool is_stuck(const std::string& status) {
  return status.starts_with("incompatible-") || std::find(stuck.begin(), stuck.end(), status) != stuck.end();
}

std::string lacks(const taken& t, const binding& b, bool encrypted, std::optional<duration> max_age,
                  time_point now) {
  if (t.status != "available") return "it is " + t.status;
  if (t.source != b.source) return "it is one of " + t.source;
  if (t.size_gb <= 0 && !b.cluster) return "its size is not known";
  if (encrypted && !t.encrypted) return "it is not encrypted";
  if (!max_age) return {};
  if (!t.created) return "its age is not known";
  if (now - *t.created > *max_age)
    return "it is " + format_duration(now - *t.created) + " old, more than " + format_duration(*max_age);
  return {};
}

json::object outputs_of(const taken& t) {
  return {{"snapshot", t.id},
          {"arn", t.arn},
          {"source", t.source},
          {"created", t.created ? json::value(format_time(*t.created)) : json::value(nullptr)},
          {"size_gb", t.size_gb},
          {"encrypted", t.encrypted},
          {"engine_version", t.engine_version}};
}

json::object own_tags(const request& q) {
  return aws::numbered("Tag", aws::tag_list({{effect_tag, q.effect_key},
                                             {run_tag, q.run},
                                             {"shipflow:step", q.step},
                                             {"shipflow:environment", q.environment},
                                             {"shipflow:component", q.component}}));
}

std::string snapshot_name(const binding& b, const request& q) {
  constexpr std::size_t most_part = 100;
  const auto part = [](const std::string& text) { return as_identifier(text.substr(0, most_part)); };
  return as_identifier("shipflow-" + part(b.source) + "-" + part(q.run)) + "-" +
         sha256_hex(q.effect_key).substr(0, 10);
}

std::string copy_name(const binding& b, const request& q) {
  constexpr std::size_t most_part = 35;
  return as_identifier("shipflow-" + b.source.substr(0, most_part)) + "-" +
         sha256_hex(q.effect_key).substr(0, 10);
}

result<std::optional<duration>> span_of(const json::object& inputs, const char* name) {
  const auto* v = members::find(inputs, name);
  if (v == nullptr || v->is_null()) return std::optional<duration>{};
  const auto read = parse_duration(members::text(inputs, name));
  if (!read) return make_error(errc::invalid_argument, std::string(name) + ": " + read.error().message);
  return std::optional(*read);
}

}  // namespace shipflow::rds
