"""botocore's client and paginators of CloudWatch against the AWS double. usage: botocore_cloudwatch.py URL"""
import datetime
import sys

import boto3
from botocore.exceptions import ClientError

SPACE = "Shop"
WEB = [{"Name": "Service", "Value": "web & \u00fc"}]
RULE = {"EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 1.0, "Namespace": SPACE,
        "MetricName": "Errors", "Period": 60, "Statistic": "Sum"}

cloudwatch = boto3.client("cloudwatch", endpoint_url=sys.argv[1], region_name="eu-central-1",
                          aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="wJalrXUtnFEMI")


def refused(call, code, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e.response["Error"]
    else:
        raise AssertionError(f"{code} was expected")


def query(name, stat, dimensions=WEB, period=60):
    metric = {"Namespace": SPACE, "MetricName": "Errors", "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def numbers():
    begin = datetime.datetime(2026, 3, 3, 9, 0, tzinfo=datetime.timezone.utc)
    minute = datetime.timedelta(minutes=1)
    cloudwatch.put_metric_data(Namespace=SPACE, MetricData=[
        {"MetricName": "Errors", "Dimensions": WEB, "Value": float(v), "Timestamp": begin + at * minute / 2}
        for at, v in enumerate([1, 2, 3, 4, 10])])
    span = {"StartTime": begin, "EndTime": begin + 5 * minute}
    asked = [query("sums", "Sum"), query("most", "Maximum"), query("middle", "p50", period=300), query("none", "Sum", [])]
    pages = cloudwatch.get_paginator("get_metric_data").paginate(MetricDataQueries=asked, ScanBy="TimestampAscending", **span)
    found = {r["Id"]: r for p in pages for r in p["MetricDataResults"]}
    assert found["sums"]["Values"] == [3.0, 7.0, 10.0], found
    assert found["sums"]["Timestamps"] == [begin, begin + minute, begin + 2 * minute], found
    assert found["most"]["Values"] == [2.0, 4.0, 10.0] and found["middle"]["Values"] == [3.0], found
    assert found["none"]["Values"] == [] and found["none"]["StatusCode"] == "Complete", found
    newest = cloudwatch.get_metric_data(MetricDataQueries=[query("sums", "Sum")], **span)["MetricDataResults"][0]
    assert newest["Values"] == [10.0, 7.0, 3.0], newest
    refused(cloudwatch.get_metric_data, "ValidationError", MetricDataQueries=asked, StartTime=begin, EndTime=begin)
    refused(cloudwatch.get_metric_data, "ValidationError", MetricDataQueries=[query("odd", "Sum", period=7)], **span)
    refused(cloudwatch.put_metric_data, "InvalidParameterValue", Namespace="AWS/ECS", MetricData=[])


def alarms():
    for i in range(5):
        cloudwatch.put_metric_alarm(AlarmName=f"shop-{i}", **RULE)
    cloudwatch.put_metric_alarm(AlarmName="other", **RULE)
    cloudwatch.put_composite_alarm(AlarmName="shop-all", AlarmRule='ALARM("shop-1") OR ALARM("shop-2")')
    cloudwatch.set_alarm_state(AlarmName="shop-1", StateValue="ALARM", StateReason="seen < by & hand")
    pages = list(cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix="shop-", AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=2))
    assert len(pages) == 3, pages
    metric = [a for p in pages for a in p["MetricAlarms"]]
    assert [a["AlarmName"] for a in metric] == [f"shop-{i}" for i in range(5)], metric
    assert [a["AlarmName"] for p in pages for a in p["CompositeAlarms"]] == ["shop-all"]
    states = {a["AlarmName"]: (a["StateValue"], a["StateReason"]) for a in metric}
    assert states["shop-1"] == ("ALARM", "seen < by & hand") and states["shop-0"][0] == "INSUFFICIENT_DATA", states
    assert metric[0]["Threshold"] == 1.0 and metric[0]["StateUpdatedTimestamp"].year >= 2026, metric[0]
    unasked = cloudwatch.describe_alarms(AlarmNames=["shop-0", "shop-all", "none"])
    assert [a["AlarmName"] for a in unasked["MetricAlarms"]] == ["shop-0"] and not unasked["CompositeAlarms"], unasked
    ringing = cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"]
    assert [a["AlarmName"] for a in ringing] == ["shop-1"], ringing
    refused(cloudwatch.set_alarm_state, "ResourceNotFound", AlarmName="none", StateValue="OK", StateReason="x")
    refused(cloudwatch.describe_alarms, "ValidationError", AlarmNames=["shop-0"], AlarmNamePrefix="shop")
    refused(cloudwatch.put_composite_alarm, "ValidationError", AlarmName="shop-0", AlarmRule="TRUE")


numbers()
alarms()
