"""What the scripts that run botocore's clients against the AWS double share. They are started with its URL."""
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

FAST = {"Delay": 1, "MaxAttempts": 60}


def client(name, region="eu-central-1", secret="wJalrXUtnFEMI"):
    return boto3.client(name, endpoint_url=sys.argv[1], region_name=region, aws_access_key_id="AKIDEXAMPLE",
                        aws_secret_access_key=secret, config=Config(retries={"mode": "standard"}))


def refused(call, code, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e.response["Error"]
    else:
        raise AssertionError(f"{code} was expected")
