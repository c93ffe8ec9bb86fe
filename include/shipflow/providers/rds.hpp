// The `rds` provider: backups of a database of Amazon RDS, that a rollback can rely on.
//
// Binding, in an environments document
//
//   bind:
//     backups:
//       provider: rds
//       instance: shop-production      # an instance of RDS; or
//       cluster: shop-aurora           # a cluster of Aurora
//       encrypted: true                # what is not encrypted is no backup; default: as the source is
//       region, endpoint_url, account  # account: 12 digits, with credentials of another account nothing is changed
//
// Actions. None needs to be undone: what they make is kept.
//
//   snapshot {}
//       Makes a manual snapshot and waits until it is available, with RDS's percentage. Its name is
//       `shipflow-<source>-<run>-<ten digits of the effect's key>`, so after a crash, and when RDS says that it exists, the
//       same is found again; one of that name which this effect did not make is `conflict`. Tags: `shipflow:effect`,
//       `shipflow:run`, `shipflow:step`, `shipflow:environment`, `shipflow:component`. A source that is busy (backing-up,
//       modifying ...) is waited for; one that will not become available by itself (stopped, storage-full, failed ...) is
//       `failed` at once. The snapshot is checked as by `verify` before it is said to be done. One that ends as failed,
//       deleting or incompatible-* is `failed`; one that never ends is ended by the step's timeout, and kept.
//   verify {snapshot, max_age, encrypted}
//       A snapshot that is available, of this source, not empty, encrypted as asked for, and no older than `max_age`
//       (default: any age). Without `snapshot` it is the newest that `snapshot` made.
//   backup {max_age}
//       The automated backup: it is on, and the latest point in time that can be restored is no older than `max_age`
//       (default 1h). For a prerequisite, and as the source of a restore.
//   prune {keep, older_than}
//       Deletes snapshots that this provider made of this source, as their tags say: beyond the `keep` newest (default 10,
//       at least 1) and, where it is given, older than `older_than`; and failed ones. Never one of this run, never others.
//   restore {as, snapshot, at, class}
//       Makes a new instance or cluster `as` (default: `shipflow-<source>-<ten digits of the effect's key>`) from a snapshot (a
//       name, or `latest` for the newest that `snapshot` made) or from the automated backup (`at`: a point in time, or
//       `latest`), and waits until it is available. Class, subnet group and security groups are those of the source. A cluster
//       has its parameter group, engine mode, port and capacity of serverless v2 too, RDS's percentage, and one
//       instance, `<as>-writer`, of the class and parameter group of the source's writer; it is not protected from deletion,
//       and must be encrypted where the binding says so. Tagged as snapshots are, so that it is found again after a crash; one
//       of that name that this effect did not make is `conflict`. Never in place: nothing is switched to it, and it is kept.
//   discard {instance}, of a cluster {cluster}
//       Deletes what `restore` made, as its tags say, with its data; a cluster's instances first. Of others, or with an instance
//       of others in it, or protected by others: `denied`.
//
// Outputs. snapshot, verify: {snapshot, arn, source, created, size_gb, encrypted, engine_version}; backup:
// {restorable_until, snapshot}, the latter the newest automated snapshot or empty; prune: {deleted: [names], kept};
// restore: {instance, address, port, made_from}, of a cluster also {cluster}; discard: {instance}, or {cluster}.
//
// Observe answers {"source", "cluster": bool, "engine", "version", "encrypted"}.
//
// Not built: readers of a restored cluster, global clusters, copies to other regions and accounts.
//
// Permissions: rds Describe*, CreateDBSnapshot, CreateDBClusterSnapshot, AddTagsToResource, DeleteDBSnapshot,
// DeleteDBClusterSnapshot, RestoreDBInstanceFromDBSnapshot, RestoreDBInstanceToPointInTime, DeleteDBInstance, and for
// clusters RestoreDBClusterFromSnapshot, RestoreDBClusterToPointInTime, CreateDBInstance, DeleteDBCluster.
//
// Sources: docs.aws.amazon.com, API reference of Amazon RDS 2014-10-31; UserGuide: USER_CreateSnapshot, USER_PIT.
#pragma once

#include <shipflow/aws.hpp>
#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

struct rds_options {
  aws_options aws;
  /// Calls that are worked on at the same time. 1..64.
  int threads = 2;
};

/// Threads of its own, which answer; they begin with the first call. The destructor cancels what is under way and
/// joins; calls that have not begun are answered `unknown`.
[[nodiscard]] std::shared_ptr<provider> make_rds_provider(rds_options options);

}  // namespace v1
}  // namespace shipflow
