"""botocore's client, paginator and waiters of CloudFormation against the AWS double. usage: botocore_cloudformation.py URL"""
from against_double import FAST, client, refused
from botocore.exceptions import WaiterError


def main():
    cfn = client("cloudformation")
    seen = cfn.describe_stacks(StackName="network")["Stacks"][0]
    assert seen["StackStatus"] == "CREATE_COMPLETE" and len(seen["Parameters"]) == 2, seen
    summary = cfn.get_template_summary(TemplateBody="network 2 Param:Cidr")
    assert [p["ParameterKey"] for p in summary["Parameters"]] == ["Cidr"], summary
    cfn.create_change_set(StackName="network", ChangeSetName="one", TemplateBody="network 2 Param:Cidr",
                          Parameters=[{"ParameterKey": "Cidr", "UsePreviousValue": True}])
    cfn.get_waiter("change_set_create_complete").wait(StackName="network", ChangeSetName="one", WaiterConfig=FAST)
    planned = cfn.describe_change_set(StackName="network", ChangeSetName="one")
    assert planned["ExecutionStatus"] == "AVAILABLE" and len(planned["Changes"]) == 1, planned
    cfn.execute_change_set(StackName="network", ChangeSetName="one", ClientRequestToken="t1")
    cfn.get_waiter("stack_update_complete").wait(StackName="network", WaiterConfig=FAST)
    assert cfn.get_template(StackName="network")["TemplateBody"] == "network 2 Param:Cidr"
    events = [e for p in cfn.get_paginator("describe_stack_events").paginate(StackName="network")
              for e in p["StackEvents"]]
    assert events[0]["ResourceStatus"] == "UPDATE_COMPLETE" and events[0]["ClientRequestToken"] == "t1", events

    cfn.create_change_set(StackName="service", ChangeSetName="same", TemplateBody="service 1")
    try:
        cfn.get_waiter("change_set_create_complete").wait(StackName="service", ChangeSetName="same", WaiterConfig=FAST)
    except WaiterError as e:
        assert "didn't contain changes" in e.last_response["StatusReason"], e.last_response
    else:
        raise AssertionError("a change set without changes was expected to fail")
    cfn.delete_change_set(StackName="service", ChangeSetName="same")
    refused(cfn.describe_change_set, "ChangeSetNotFound", StackName="service", ChangeSetName="same")
    refused(cfn.describe_stacks, "ValidationError", StackName="none")

    cfn.create_change_set(StackName="new", ChangeSetName="c", ChangeSetType="CREATE", TemplateBody="x")
    cfn.get_waiter("change_set_create_complete").wait(StackName="new", ChangeSetName="c", WaiterConfig=FAST)
    cfn.execute_change_set(StackName="new", ChangeSetName="c")
    cfn.get_waiter("stack_create_complete").wait(StackName="new", WaiterConfig=FAST)
    cfn.delete_stack(StackName="new")
    cfn.get_waiter("stack_delete_complete").wait(StackName="new", WaiterConfig=FAST)


main()
