"""botocore's own clients, paginators and waiters against the AWS double. usage: botocore_clients.py URL"""
from against_double import FAST, client, refused

LISTENER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc/f2f7"
GROUP = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/green/73e2"
OUTPUT_ONLY = ["taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt",
               "registeredBy"]


def release(ecs):
    pages = list(ecs.get_paginator("list_services").paginate(cluster="production", PaginationConfig={"PageSize": 1}))
    assert len(pages) == 2 and sum(len(p["serviceArns"]) for p in pages) == 2, pages
    before = ecs.describe_services(cluster="production", services=["shop-green", "none"])
    assert before["failures"][0]["reason"] == "MISSING"
    seen = ecs.describe_task_definition(taskDefinition=before["services"][0]["taskDefinition"], include=["TAGS"])
    wanted = {k: v for k, v in seen["taskDefinition"].items() if k not in OUTPUT_ONLY}
    wanted["containerDefinitions"][0]["image"] = "r.example.com/api:2.0.0"
    made = ecs.register_task_definition(**wanted)["taskDefinition"]
    assert made["revision"] == 2
    done = ecs.update_service(cluster="production", service="shop-green", taskDefinition=made["taskDefinitionArn"],
                              desiredCount=2)["service"]
    assert done["deployments"][0]["status"] == "PRIMARY" and done["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    # What is read may be older than the write, and the stock waiter is content with the old state.
    while ecs.describe_services(cluster="production", services=["shop-green"])["services"][0]["taskDefinition"] == \
            seen["taskDefinition"]["taskDefinitionArn"]:
        pass
    ecs.get_waiter("services_stable").wait(cluster="production", services=["shop-green"], WaiterConfig=FAST)
    newest = ecs.list_service_deployments(service="shop-green", cluster="production")["serviceDeployments"][0]
    # Nor does it ask whether the tasks are healthy, which the deployment itself waits for.
    told = {"serviceDeployments": [newest]}
    while told["serviceDeployments"][0]["status"] == "IN_PROGRESS":
        told = ecs.describe_service_deployments(serviceDeploymentArns=[newest["serviceDeploymentArn"]])
    assert told["serviceDeployments"][0]["status"] == "SUCCESSFUL", told
    return made["taskDefinitionArn"]


def one_task(ecs, definition):
    first, again = (ecs.run_task(cluster="production", taskDefinition=definition, clientToken="once", count=1)
                    for _ in range(2))
    arn = first["tasks"][0]["taskArn"]
    assert again["tasks"][0]["taskArn"] == arn
    ecs.get_waiter("tasks_stopped").wait(cluster="production", tasks=[arn], WaiterConfig=FAST)
    task = ecs.describe_tasks(cluster="production", tasks=[arn])["tasks"][0]
    assert task["containers"][0]["exitCode"] == 0 and task["stopCode"] == "EssentialContainerExited", task


def traffic(elb):
    listener = elb.describe_listeners(ListenerArns=[LISTENER])["Listeners"][0]
    forward = listener["DefaultActions"][0]["ForwardConfig"]
    assert sorted(g["Weight"] for g in forward["TargetGroups"]) == [0, 100], forward
    for g in forward["TargetGroups"]:
        g["Weight"] = 100 - g["Weight"]
    elb.modify_listener(ListenerArn=LISTENER, DefaultActions=[{"Type": "forward", "ForwardConfig": forward}])
    elb.get_waiter("target_in_service").wait(TargetGroupArn=GROUP, WaiterConfig=FAST)
    rule = elb.create_rule(ListenerArn=LISTENER, Priority=7, Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
                           Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}],
                           Tags=[{"Key": "k", "Value": "a & b"}])["Rules"][0]
    rules = [r for p in elb.get_paginator("describe_rules").paginate(ListenerArn=LISTENER) for r in p["Rules"]]
    assert [r["Priority"] for r in rules] == ["7", "default"], rules
    tags = elb.describe_tags(ResourceArns=[rule["RuleArn"]])["TagDescriptions"][0]["Tags"]
    assert tags == [{"Key": "k", "Value": "a & b"}], tags
    elb.delete_rule(RuleArn=rule["RuleArn"])
    refused(elb.delete_rule, "RuleNotFound", RuleArn=rule["RuleArn"])
    refused(elb.describe_listeners, "ListenerNotFound", ListenerArns=[LISTENER + "0"])


def main():
    assert client("sts").get_caller_identity()["Account"] == "123456789012"
    ecs = client("ecs")
    one_task(ecs, release(ecs))
    refused(ecs.update_service, "ServiceNotFoundException", cluster="production", service="none")
    refused(ecs.update_service, "ClusterNotFoundException", cluster="none", service="shop-green")
    refused(client("ecs", secret="another").list_services, "SignatureDoesNotMatch", cluster="production")
    traffic(client("elbv2"))


main()
