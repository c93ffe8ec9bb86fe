"""Two services behind one listener, in moto. usage: moto_setup.py URL KEY SECRET; prints {"listener": ARN}."""
import json
import sys

import boto3

URL, KEY, SECRET = sys.argv[1:4]


def client(name):
    return boto3.client(name, endpoint_url=URL, region_name="eu-central-1", aws_access_key_id=KEY,
                        aws_secret_access_key=SECRET)


def main():
    ec2, elb, ecs = client("ec2"), client("elbv2"), client("ecs")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [s["SubnetId"] for s in ec2.describe_subnets()["Subnets"]][:2]
    balancer = elb.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    groups = [elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
              ["TargetGroups"][0]["TargetGroupArn"] for name in ("blue", "green")]
    for arn in groups:
        elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": "10.0.0.1"}, {"Id": "10.0.0.2"}])
    forward = {"TargetGroups": [{"TargetGroupArn": a, "Weight": w} for a, w in zip(groups, (100, 0))]}
    listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
                                   DefaultActions=[{"Type": "forward", "ForwardConfig": forward}])
    ecs.create_cluster(clusterName="production")
    for name, arn in zip(("shop-blue", "shop-green"), groups):
        ecs.register_task_definition(family=name, containerDefinitions=[
            {"name": "api", "image": "r.example.com/api:1.4.0", "memory": 128, "environment": [{"name": "E", "value": ""}]}])
        ecs.create_service(cluster="production", serviceName=name, taskDefinition=name, desiredCount=2,
                           loadBalancers=[{"targetGroupArn": arn, "containerName": "api", "containerPort": 80}])
    print(json.dumps({"listener": listener["Listeners"][0]["ListenerArn"]}))


main()
