"""botocore's client, paginator and waiters of RDS against the AWS double. usage: botocore_rds.py URL"""
from against_double import FAST, client, refused


def main():
    rds = client("rds")
    made = rds.create_db_snapshot(DBSnapshotIdentifier="by-boto", DBInstanceIdentifier="shop-production",
                                  Tags=[{"Key": "a", "Value": "x & y"}, {"Key": "b", "Value": ""}])["DBSnapshot"]
    assert made["Status"] == "creating" and made["PercentProgress"] < 100, made
    refused(rds.create_db_snapshot, "DBSnapshotAlreadyExists", DBSnapshotIdentifier="by-boto",
            DBInstanceIdentifier="shop-production")
    refused(rds.create_db_snapshot, "InvalidDBInstanceState", DBSnapshotIdentifier="busy",
            DBInstanceIdentifier="shop-production")
    refused(rds.create_db_snapshot, "InvalidParameterValue", DBSnapshotIdentifier="a--b",
            DBInstanceIdentifier="shop-production")
    rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier="by-boto", WaiterConfig=FAST)
    seen = rds.describe_db_snapshots(DBSnapshotIdentifier="by-boto")["DBSnapshots"][0]
    assert seen["TagList"] == [{"Key": "a", "Value": "x & y"}, {"Key": "b", "Value": ""}], seen
    assert seen["Encrypted"] is True and seen["AllocatedStorage"] == 20, seen
    pages = list(rds.get_paginator("describe_db_snapshots").paginate(DBInstanceIdentifier="shop-production"))
    assert sum(len(p["DBSnapshots"]) for p in pages) == 2, pages
    cluster = rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="c", DBClusterIdentifier="shop-aurora")
    assert cluster["DBClusterSnapshot"]["Status"] == "creating", cluster
    rds.get_waiter("db_cluster_snapshot_available").wait(DBClusterSnapshotIdentifier="c", WaiterConfig=FAST)
    assert rds.describe_db_clusters(DBClusterIdentifier="shop-aurora")["DBClusters"][0]["LatestRestorableTime"]
    restored = rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="copy-c", SnapshotIdentifier="c", Engine="aurora-postgresql", VpcSecurityGroupIds=["sg-1"],
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 8})["DBCluster"]
    assert restored["Status"] == "creating" and int(restored["PercentProgress"]) < 100, restored
    refused(rds.create_db_instance, "InvalidDBClusterStateFault", DBInstanceIdentifier="w", DBClusterIdentifier="copy-c",
            DBInstanceClass="db.r6g.large", Engine="aurora-postgresql")
    rds.get_waiter("db_cluster_available").wait(DBClusterIdentifier="copy-c", WaiterConfig=FAST)
    rds.create_db_instance(DBInstanceIdentifier="w", DBClusterIdentifier="copy-c", DBInstanceClass="db.r6g.large",
                           Engine="aurora-postgresql")
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="w", WaiterConfig=FAST)
    seen = rds.describe_db_clusters(DBClusterIdentifier="copy-c")["DBClusters"][0]
    assert [(m["DBInstanceIdentifier"], m["IsClusterWriter"]) for m in seen["DBClusterMembers"]] == [("w", True)], seen
    refused(rds.delete_db_cluster, "InvalidDBClusterStateFault", DBClusterIdentifier="copy-c", SkipFinalSnapshot=True)
    rds.delete_db_instance(DBInstanceIdentifier="w", SkipFinalSnapshot=True)
    rds.delete_db_cluster(DBClusterIdentifier="copy-c", SkipFinalSnapshot=True)
    rds.get_waiter("db_cluster_deleted").wait(DBClusterIdentifier="copy-c", WaiterConfig=FAST)
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="copy", DBSnapshotIdentifier="by-boto",
                                             VpcSecurityGroupIds=["sg-1", "sg-2"])
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="copy", WaiterConfig=FAST)
    rds.delete_db_instance(DBInstanceIdentifier="copy", SkipFinalSnapshot=True)
    rds.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier="copy", WaiterConfig=FAST)
    rds.delete_db_snapshot(DBSnapshotIdentifier="by-boto")
    rds.get_waiter("db_snapshot_deleted").wait(DBSnapshotIdentifier="by-boto", WaiterConfig=FAST)
    refused(rds.describe_db_snapshots, "DBSnapshotNotFound", DBSnapshotIdentifier="by-boto")


main()
