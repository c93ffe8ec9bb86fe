"""botocore's client and waiters of CloudFront against the AWS double. usage: botocore_cloudfront.py URL"""
import sys

import boto3
from botocore.exceptions import ClientError

FAST = {"Delay": 1, "MaxAttempts": 60}
ID = "E2EXAMPLE1AB"


def refused(call, code, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e.response["Error"]
    else:
        raise AssertionError(f"{code} was expected")


def batch(reference, *paths):
    return {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}


def main():
    cf = boto3.client("cloudfront", endpoint_url=sys.argv[1], region_name="us-east-1",
                      aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="wJalrXUtnFEMI")
    made = cf.create_invalidation(DistributionId=ID, InvalidationBatch=batch("r1", "/a", "/b/*"))["Invalidation"]
    again = cf.create_invalidation(DistributionId=ID, InvalidationBatch=batch("r1", "/a", "/b/*"))["Invalidation"]
    assert made["Id"] == again["Id"] and made["InvalidationBatch"]["Paths"]["Items"] == ["/a", "/b/*"], made
    refused(cf.create_invalidation, "InvalidationBatchAlreadyExists", DistributionId=ID,
            InvalidationBatch=batch("r1", "/c"))
    refused(cf.create_invalidation, "InvalidArgument", DistributionId=ID, InvalidationBatch=batch("r2", "c"))
    refused(cf.create_invalidation, "NoSuchDistribution", DistributionId="E404",
            InvalidationBatch=batch("r3", "/c"))
    refused(cf.create_invalidation, "TooManyInvalidationsInProgress", DistributionId=ID,
            InvalidationBatch=batch("r4", *(f"/{i}/*" for i in range(16))))
    cf.get_waiter("invalidation_completed").wait(DistributionId=ID, Id=made["Id"], WaiterConfig=FAST)
    listed = cf.list_invalidations(DistributionId=ID)["InvalidationList"]
    assert listed["Quantity"] == 1 and listed["Items"][0]["Status"] == "Completed", listed

    seen = cf.get_distribution_config(Id=ID)
    config = seen["DistributionConfig"]
    assert config["Origins"]["Items"][0]["OriginPath"] == "/releases/1.4.0" and config["Comment"] == "a & b", config
    config["Origins"]["Items"][0]["OriginPath"] = "/releases/2.0.0"
    refused(cf.update_distribution, "PreconditionFailed", Id=ID, IfMatch="other", DistributionConfig=config)
    done = cf.update_distribution(Id=ID, IfMatch=seen["ETag"], DistributionConfig=config)
    assert done["ETag"] != seen["ETag"] and done["Distribution"]["Status"] == "InProgress", done
    cf.get_waiter("distribution_deployed").wait(Id=ID, WaiterConfig=FAST)


main()
