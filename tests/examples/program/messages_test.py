"""What people are told by the shipflow program: real programs and a real web server take the messages.

  messages_test.py SHIPFLOW
"""

import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM = sys.argv.pop(1)
KEY = "k3y-of-the-audit"
PLAN = """shipflow: 1
plan: test
steps: [{ id: say, command: [/bin/echo, hello] }]
notify:
  - { at: [started, released], to: [desk, audit], text: "${release.version} ${moment.moment} by ${moment.started_by}" }
"""


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Messages(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="shipflow-messages-"))
        self.addCleanup(shutil.rmtree, self.dir)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.server.seen, self.server.status = [], 204
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        (self.dir / "plan.yaml").write_text(PLAN)
        script = self.dir / "desk.sh"
        script.write_text(f"#!/bin/sh\ncat >> {self.dir}/told\n")
        script.chmod(0o700)

    def shipflow(self, *words):
        return subprocess.run([PROGRAM, *map(str, words)], env={**os.environ, "AUDIT_KEY": KEY}, text=True,
                              capture_output=True, timeout=60, check=False, cwd=self.dir, stdin=subprocess.DEVNULL)

    def released(self, audit):
        (self.dir / "environments.yaml").write_text(
            "shipflow: 1\nenvironments:\n  here:\n    variables: { KEY: { env: AUDIT_KEY, secret: true } }\n"
            f"    channels:\n      desk: {{ command: [{self.dir}/desk.sh] }}\n      audit: {audit}\n")
        done = self.shipflow("run", "plan.yaml", "-e", "environments.yaml", "-n", "here", "-V", "1.0.0", "--as", "user:dana")
        self.assertEqual(done.returncode, 0, done.stderr)
        return re.search(r"^run (\S+)$", done.stdout, re.MULTILINE)[1], done

    def stored(self):
        return (self.dir / "shipflow.db").read_bytes() + b"".join(p.read_bytes() for p in self.dir.glob("shipflow.db-*"))

    def test_a_program_and_a_signed_webhook_are_told_before_the_program_ends(self):
        run, done = self.released(f'{{ webhook: "{self.url}/hook", key: "${{KEY}}", private: true }}')
        told = [json.loads(line)["text"] for line in (self.dir / "told").read_text().splitlines()]
        self.assertEqual(told, ["1.0.0 started by user:dana", "1.0.0 released by user:dana"])
        self.assertEqual(len(self.server.seen), 2)
        for headers, body in self.server.seen:
            signed = hmac.new(KEY.encode(), headers["Shipflow-Timestamp"].encode() + b"." + body, hashlib.sha256)
            self.assertEqual(headers["Shipflow-Signature"], "v1=" + signed.hexdigest())
            self.assertEqual(headers["Shipflow-Message"], json.loads(body)["id"])
        self.assertNotIn(KEY.encode(), self.stored())
        self.assertNotIn(KEY, done.stdout + done.stderr)
        self.assertNotIn("message", self.shipflow("status", run).stdout)

    def test_what_was_given_up_is_in_status_and_report(self):
        self.server.status = 410
        run, done = self.released(f'{{ webhook: "{self.url}/hook", private: true }}')
        self.assertIn("given_up", self.shipflow("status", run).stdout)
        self.assertIn(f"shipflow: 2 of 4 messages reached nobody; see shipflow status {run}\n", done.stderr)
        said = json.loads(self.shipflow("status", run, "--json").stdout)["messages"]
        self.assertEqual([(m["moment"], m["status"], m["why"]) for m in said],
                         [("started", "given_up", "answered 410"), ("released", "given_up", "answered 410")])
        report = self.shipflow("report", run)
        self.assertIn("nobody was told of", report.stdout)
        self.assertIn("answered 410", report.stdout)

    def test_a_webhook_that_is_down_fails_no_release_and_the_next_program_goes_on(self):
        self.server.status = 503
        run, done = self.released(f'{{ webhook: "{self.url}/hook", private: true }}')
        said = json.loads(self.shipflow("status", run, "--json").stdout)["messages"]
        self.assertEqual([(m["moment"], m["status"]) for m in said], [("started", "waiting"), ("released", "waiting")])
        self.assertEqual(said[0]["why"], "answered 503")
        self.assertIn("shipflow: 2 of 4 messages are not delivered yet; shipflow resume goes on\n", done.stderr)

    def test_a_private_address_is_refused_unless_the_document_says_so(self):
        run, _ = self.released(f'{{ webhook: "{self.url}/hook" }}')
        self.assertEqual(self.server.seen, [])
        self.assertIn("private: true", self.shipflow("status", run).stdout)

    def test_a_plan_beside_a_script_tells_nobody(self):
        self.released(f'{{ webhook: "{self.url}/hook", private: true }}')
        self.server.seen.clear()
        done = self.shipflow("observe", "plan.yaml", "-e", "environments.yaml", "-n", "here", "-V", "1.0.0", "--script", "/bin/true")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.server.seen, [])


if __name__ == "__main__":
    unittest.main()
