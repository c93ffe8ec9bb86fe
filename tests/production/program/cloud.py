"""AWS as a release meets it here: the double for all but S3, versitygw for S3, a relay in front of each, the metadata
service of an instance, and the page that customers get."""

import http.server
import json
import os
import pathlib
import subprocess
import threading
import time

import boto3
from botocore.config import Config
from relay import Relay, Server, Strike, free_port

REGION = "eu-central-1"
KEYS = {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI"}
SPEED = 240  # of the double's time


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def say(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Metadata(Quiet):
    """IMDSv2 of an instance that has a role."""

    def do_PUT(self):
        self.server.seen.append("token")
        self.say(200, b"abc")

    def do_GET(self):
        if self.path.endswith("/security-credentials/"):
            return self.say(200, b"role")
        self.server.seen.append("keys")
        return self.say(200, json.dumps({"Code": "Success", **KEYS, "Expiration": "2130-01-01T00:00:00Z"}).encode())


class Page(Quiet):
    """What customers and probes get; messages for people go here, too."""

    def do_GET(self):
        self.say(200 if self.server.healthy(self.path) else 500)

    def do_POST(self):
        self.server.seen.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.say(200)


class Served:
    def __init__(self, handler):
        self._server = Server(("127.0.0.1", 0), handler)
        self.seen = self._server.seen = []
        self._server.healthy = lambda path: True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def judge_by(self, healthy):
        self._server.healthy = healthy

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Cloud:
    def __init__(self, tools, place, state, buckets, strike=None):
        self.strike = strike or Strike()
        self.buckets = buckets
        self._place = place
        self._open = []
        try:
            self._start(tools, state)
        except BaseException:
            self.close()
            raise

    def _start(self, tools, state):
        (self._place / "state.json").write_text(json.dumps(state))
        double = subprocess.Popen([tools.double, "--speed", str(SPEED), "--state", str(self._place / "state.json")],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._open.append(double.wait)
        self._open.append(double.stdin.close)
        self._double = double.stdout.readline().strip()
        port = free_port()
        (self._place / "s3").mkdir()
        keys = {"ROOT_ACCESS_KEY": KEYS["AccessKeyId"], "ROOT_SECRET_KEY": KEYS["SecretAccessKey"]}
        (self._place / "sidecar").mkdir()
        s3 = subprocess.Popen([tools.versitygw, "--quiet", "--port", f"127.0.0.1:{port}", "--region", REGION, "posix",
                               str(self._place / "s3")], env={**os.environ, **keys}, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
        self._open.append(s3.wait)
        self._open.append(s3.terminate)
        self._s3 = f"http://127.0.0.1:{port}"
        self.aws = self._opened(Relay(int(self._double.rpartition(":")[2]), self.strike))
        self.objects = self._opened(Relay(port, self.strike))
        self.metadata = self._opened(Served(Metadata))
        self.page = self._opened(Served(Page))
        self._make_buckets()

    def _opened(self, what):
        self._open.append(what.close)
        return what

    def _make_buckets(self):
        s3 = self.client("s3")
        for _ in range(200):
            try:
                s3.list_buckets()
                break
            except Exception:  # it is not up yet
                time.sleep(0.05)
        for name in self.buckets:
            s3.create_bucket(Bucket=name)

    def environment(self, of_instance):
        """The plan's documents name no address. Keys are variables, or those of the instance."""
        keys = {"AWS_ACCESS_KEY_ID": KEYS["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": KEYS["SecretAccessKey"]}
        if of_instance:
            keys = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.metadata.url}
        return {"AWS_REGION": REGION, "AWS_ENDPOINT_URL": self.aws.url, "AWS_ENDPOINT_URL_S3": self.objects.url, **keys}

    def client(self, name):
        """Of somebody who looks, past the relays."""
        return boto3.client(name, endpoint_url=self._s3 if name == "s3" else self._double, region_name=REGION,
                            aws_access_key_id=KEYS["AccessKeyId"], aws_secret_access_key=KEYS["SecretAccessKey"],
                            config=Config(retries={"mode": "standard"}, s3={"addressing_style": "path"}))

    def file(self, bucket, key):
        """An object as versitygw keeps it."""
        return pathlib.Path(self._place / "s3" / bucket / key)

    def served(self):
        """What a visitor can get, and how it may be kept."""
        s3, out = self.client("s3"), {}
        for bucket in self.buckets:
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for o in page.get("Contents", []):
                    if ".shipflow/" in o["Key"]:
                        continue
                    head = s3.head_object(Bucket=bucket, Key=o["Key"])
                    out[f"{bucket}/{o['Key']}"] = [o["ETag"], head["ContentType"], head.get("CacheControl")]
        return out

    def invalidations(self, distribution):
        """Paths of each, oldest first."""
        cdn = self.client("cloudfront")
        all_of = cdn.list_invalidations(DistributionId=distribution)["InvalidationList"].get("Items", [])
        details = [cdn.get_invalidation(DistributionId=distribution, Id=i["Id"])["Invalidation"] for i in all_of]
        return [d["InvalidationBatch"]["Paths"]["Items"] for d in reversed(details)]

    def snapshots(self, database):
        return self.client("rds").describe_db_snapshots(DBInstanceIdentifier=database,
                                                        SnapshotType="manual")["DBSnapshots"]

    def templates(self, stacks):
        cfn = self.client("cloudformation")
        return {s: cfn.get_template(StackName=s)["TemplateBody"] for s in stacks}

    def stack_updates(self, stacks):
        """How often each was begun to be changed: one change set executed is one."""
        cfn, out = self.client("cloudformation"), {}
        for s in stacks:
            events = cfn.describe_stack_events(StackName=s)["StackEvents"]
            out[s] = sum(e["ResourceType"] == "AWS::CloudFormation::Stack" and
                         e["ResourceStatus"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS") for e in events)
        return out

    def services(self, cluster, names):
        ecs, out = self.client("ecs"), {}
        for s in ecs.describe_services(cluster=cluster, services=names)["services"]:
            made = ecs.describe_task_definition(taskDefinition=s["taskDefinition"])["taskDefinition"]
            out[s["serviceName"]] = {"image": made["containerDefinitions"][0]["image"], "desired": s["desiredCount"],
                                     "definition": s["taskDefinition"]}
        return out

    def deployments(self, cluster, names):
        ecs = self.client("ecs")
        return {n: len(ecs.list_service_deployments(cluster=cluster, service=n)["serviceDeployments"]) for n in names}

    def close(self):
        while self._open:
            self._open.pop()()
