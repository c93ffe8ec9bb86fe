"""ECS's own canary as botocore's client sees it in the AWS double. usage: botocore_native.py URL"""
from against_double import client
from botocore.exceptions import ClientError, ParamValidationError

PAUSES = [{"targetType": "PAUSE", "lifecycleStages": ["PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"],
           "timeoutConfiguration": {"timeoutInMinutes": 60, "action": "ROLLBACK"}}]
CANARY = {"strategy": "CANARY", "bakeTimeInMinutes": 0, "maximumPercent": 200, "minimumHealthyPercent": 100,
          "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 0}, "lifecycleHooks": PAUSES}

ecs = client("ecs")


def begun(image):
    made = ecs.register_task_definition(family="shop", containerDefinitions=[{"name": "api", "image": image}])
    arn = made["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster="production", service="shop", taskDefinition=arn, deploymentConfiguration=CANARY)
    while True:  # what is read may be older than the write
        newest = ecs.list_service_deployments(service="shop", cluster="production")["serviceDeployments"][0]
        if newest["status"] in ("PENDING", "IN_PROGRESS"):
            return newest["serviceDeploymentArn"]


def looked(deployment):
    return ecs.describe_service_deployments(serviceDeploymentArns=[deployment])["serviceDeployments"][0]


def answered(deployment, action):
    """Answers the pauses until the deployment has ended; its end, and the weights it paused at."""
    weights = []
    while True:
        seen = looked(deployment)
        if seen["status"] not in ("PENDING", "IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"):
            return seen["status"], weights
        for hook in seen.get("lifecycleHookDetails", []):
            if hook["status"] != "AWAITING_ACTION":
                continue
            weight = seen["targetServiceRevision"]["requestedProductionTrafficWeight"]
            try:
                ecs.continue_service_deployment(serviceDeploymentArn=deployment, hookId=hook["hookId"], action=action)
            except ClientError:
                continue  # answered already: this was an old reading
            weights.append(weight)


end, weights = answered(begun("r.example.com/api:1.5.0"), "CONTINUE")
assert end == "SUCCESSFUL", end
assert weights[0] == 0 and 10 in weights and weights[-1] == 100 and weights == sorted(weights), weights
end, weights = answered(begun("r.example.com/api:1.6.0"), "ROLLBACK")
assert end == "ROLLBACK_SUCCESSFUL", end
assert weights and weights[0] == 0, weights
try:
    ecs.continue_service_deployment(serviceDeploymentArn="arn", hookId="x", action="PERHAPS")
except (ParamValidationError, ClientError):
    pass
else:
    raise AssertionError("an action that is none was taken")
