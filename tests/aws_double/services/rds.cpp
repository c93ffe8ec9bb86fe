#include "world/aws/rds.hpp"

#include "aws_double/service.hpp"

namespace tests {
namespace {

const registered rds({.signing = "rds",
                      .speaks = speech::query,
                      .version = "2014-10-31",
                      .items = {{"DBSnapshots", "DBSnapshot"},
                                {"DBClusterSnapshots", "DBClusterSnapshot"},
                                {"DBInstances", "DBInstance"},
                                {"DBClusters", "DBCluster"},
                                {"Tags", "Tag"},
                                {"TagList", "Tag"},
                                {"DBClusterMembers", "DBClusterMember"},
                                {"DBParameterGroups", "DBParameterGroup"},
                                {"VpcSecurityGroups", "VpcSecurityGroupMembership"},
                                {"VpcSecurityGroupIds", "VpcSecurityGroupId"}},
                      .answers = [](const call& c) {
                        return c.models.of<shipflow::cloud::rds>().ask(c.operation, c.input, c.now);
                      }});

}  // namespace
}  // namespace tests
