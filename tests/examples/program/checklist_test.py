"""Automatic items of checklists with the shipflow program, each against a server or a tool that may say no.

  checklist_test.py SHIPFLOW
"""

import copy
import http.server
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = sys.argv.pop(1)

PLAN = """
shipflow: 1
plan: shop
checklists:
  go-live:
    CI:
      - { text: All checks are green, action: github.checks, with: { repository: octo/shop, ref: "${release.commit}",
          required: [test], token: "${GITHUB_TOKEN}", api_url: "${API}" }, timeout: 20s }
      - { text: Reviewed and merged, action: github.pull_request, with: { repository: octo/shop,
          commit: "${release.commit}", approvals: 1, token: "${GITHUB_TOKEN}", api_url: "${API}" }, timeout: 20s }
    Operations:
      - { text: No alarm is raised, wait_for: { url: "${API}/alarms?state=ALARM", expect: { json: { /MetricAlarms: [] } },
          every: 100ms }, timeout: 1s }
      - { text: No incident is open, wait_for: { url: "${API}/incidents", expect: { json: { /open: 0 } }, every: 100ms },
          timeout: 1s }
      - { text: No errors in the logs of the last hour, wait_for: { url: "${API}/loki/api/v1/query?query=errors",
          expect: { json: { /data/result: [] } }, every: 100ms }, timeout: 1s }
      - { text: No maintenance is planned, wait_for: { url: "${API}/maintenance", expect: { json: { /scheduled: false } },
          every: 100ms }, timeout: 1s }
      - { text: Somebody is on call, wait_for: { url: "${API}/oncall", expect: { body: { matches: '"user": *"[a-z]+"' } },
          every: 100ms }, timeout: 1s }
      - { text: The certificate is good for two weeks, wait_for: { url: "${SHOP}", ca: "${HERE}/certificate.pem", every: 100ms,
          expect: { certificate: 14d } }, timeout: 1s }
    Database:
      - { text: A backup younger than a day, command: [find, "${BACKUPS}", -name, "*.dump", -mmin, "-1440"],
          expect: { contains: .dump } }
    Tools:
      - { text: A python that we know, command: [python3, --version], expect: { version: ">= 3.9 < 4" } }
      - { text: The right account, command: ["${HERE}/whoami"], expect: { contains: "000000000000" } }
steps:
  - { id: ready, checklist: go-live }
  - { id: release, needs: [ready], command: [/bin/echo, released] }
"""
ENVIRONMENTS = """
shipflow: 1
environments:
  here:
    variables:
      API: { env: TEST_API }
      SHOP: { env: TEST_SHOP }
      BACKUPS: { env: TEST_BACKUPS }
      HERE: { env: TEST_HERE }
      GITHUB_TOKEN: { env: TEST_GITHUB_TOKEN, secret: true }
"""
TOKEN = "gh-s3cr3t-token"
COMMIT = "c0ffee"
GOOD = {
    f"/repos/octo/shop/commits/{COMMIT}/status?per_page=100": {"state": "pending", "statuses": []},
    f"/repos/octo/shop/commits/{COMMIT}/check-runs?per_page=100": {
        "total_count": 1, "check_runs": [{"name": "test", "status": "completed", "conclusion": "success"}]},
    f"/repos/octo/shop/commits/{COMMIT}/pulls?per_page=100": [{"number": 7, "merged_at": "2026-01-01T00:00:00Z"}],
    "/repos/octo/shop/pulls/7": {"number": 7, "state": "closed", "merged": True},
    "/repos/octo/shop/pulls/7/reviews?per_page=100": [{"user": {"login": "ann"}, "state": "APPROVED"}],
    "/alarms?state=ALARM": {"MetricAlarms": []},
    "/incidents": {"open": 0},
    "/loki/api/v1/query?query=errors": {"data": {"result": []}},
    "/maintenance": {"scheduled": False},
    "/oncall": {"user": "quinn"},
}


class Double(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_github = self.path.startswith("/repos/")
        if is_github and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.say(401, {"message": "Bad credentials"})
        found = self.server.answers.get(self.path)
        self.say(404 if found is None else 200, {"message": "Not Found"} if found is None else found)

    def say(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Checklists(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="shipflow-checklist-"))
        self.addCleanup(shutil.rmtree, self.dir)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Double)
        self.server.answers = copy.deepcopy(GOOD)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        (self.dir / "plan.yaml").write_text(PLAN)
        (self.dir / "environments.yaml").write_text(ENVIRONMENTS)
        (self.dir / "backups").mkdir()
        (self.dir / "backups" / "shop.dump").write_text("x")
        self.account("000000000000")
        self.env = {**os.environ, "TEST_API": f"http://127.0.0.1:{self.server.server_port}", "TEST_HERE": str(self.dir),
                    "TEST_BACKUPS": str(self.dir / "backups"), "TEST_GITHUB_TOKEN": TOKEN}

        self.shop(30)

    def shop(self, days):
        """The shop itself, with a certificate that is valid for so many days."""
        key, certificate = self.dir / "key.pem", self.dir / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", str(days), "-keyout",
                        str(key), "-out", str(certificate)], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Double)
        server.answers = {"/": {"shop": "open"}}
        server.handle_error = lambda *_: None  # whoever looks at the certificate alone hangs up
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.env["TEST_SHOP"] = f"https://127.0.0.1:{server.server_port}/"

    def account(self, number):
        program = self.dir / "whoami"
        program.write_text(f'#!/bin/sh\necho \'{{"Account": "{number}"}}\'\n')
        program.chmod(0o755)

    def release(self):
        return subprocess.run([PROGRAM, "run", "plan.yaml", "-e", "environments.yaml", "-n", "here", "-V", "1.0.0", "--commit",
                               COMMIT], cwd=self.dir, env=self.env, text=True, capture_output=True, timeout=100, check=False)

    def refused(self, step, why):
        done = self.release()
        self.assertIn(done.returncode, (1, 3), done.stdout)
        self.assertRegex(done.stdout.splitlines()[-1], rf"step ready/{step} failed: .*{why}")
        self.assertNotIn(TOKEN, done.stdout + done.stderr)

    def test_all_is_well_and_nobody_has_to_tick_anything(self):
        done = self.release()
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "released: shop 1.0.0 to here"), done)
        self.assertIn("ready/ci-1 done", done.stdout)
        self.assertNotIn(TOKEN.encode(), (self.dir / "shipflow.db").read_bytes())

    def test_a_check_that_failed(self):
        self.server.answers[f"/repos/octo/shop/commits/{COMMIT}/check-runs?per_page=100"]["check_runs"][0]["conclusion"] = "failure"
        self.refused("ci-1", "failed: test")

    def test_a_pull_request_that_nobody_approved(self):
        self.server.answers["/repos/octo/shop/pulls/7/reviews?per_page=100"] = []
        self.refused("ci-2", "merged with 0 of 1 approvals")

    def test_a_token_that_is_wrong(self):
        self.env["TEST_GITHUB_TOKEN"] = "another-token"
        self.refused("ci-[12]", "401: Bad credentials")

    def test_an_alarm_an_incident_errors_a_maintenance_and_nobody_on_call(self):
        for path, answer, step in (("/alarms?state=ALARM", {"MetricAlarms": [{"AlarmName": "cpu"}]}, "operations-1"),
                                   ("/incidents", {"open": 1}, "operations-2"),
                                   ("/loki/api/v1/query?query=errors", {"data": {"result": [{"value": 3}]}}, "operations-3"),
                                   ("/maintenance", {"scheduled": True}, "operations-4"),
                                   ("/oncall", {"user": None}, "operations-5")):
            with self.subTest(path=path):
                self.server.answers = {**GOOD, path: answer}
                self.refused(step, "")

    def test_a_certificate_that_ends_next_week(self):
        self.shop(7)
        self.refused("operations-6", "certificate")

    def test_a_backup_that_is_too_old(self):
        old = time.time() - 2 * 86400
        os.utime(self.dir / "backups" / "shop.dump", (old, old))
        self.refused("database-1", r"find: it did not print `\.dump`")

    def test_a_tool_that_is_too_old_and_the_wrong_account(self):
        (self.dir / "plan.yaml").write_text(PLAN.replace(">= 3.9 < 4", ">= 99.1"))
        self.refused("tools-1", r"it is version 3[0-9.]*, and >= 99\.1 is needed")
        (self.dir / "plan.yaml").write_text(PLAN)
        self.account("000000000001")
        self.refused("tools-2", "it did not print `000000000000`")


if __name__ == "__main__":
    unittest.main()
