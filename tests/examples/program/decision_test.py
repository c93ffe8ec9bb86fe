"""record, decide, evidence and backtest of the shipflow program.

  decision_test.py SHIPFLOW
"""

import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM = sys.argv.pop(1)
ENVIRONMENTS = """
shipflow: 1
environments:
  here:
    variables: { DIR: { env: TEST_DIR }, PORT: { env: TEST_PORT, default: "1" } }
    bind:
      site:
        provider: command
        tasks:
          switch:
            command: [/bin/sh, -c, 'printf %s "$SHIPFLOW_INPUT_TO" > "$0"', "${DIR}/file"]
            observe: [/bin/sh, -c, 'cat "$0" 2>/dev/null || printf none', "${DIR}/file"]
            undo: [/bin/sh, -c, 'rm -f "$0"', "${DIR}/file"]
            inputs: { to: { type: string, required: true } }
            undo_kind: reversible
            rank: traffic
            resource: "site:test"
    probes:
      site: { command: [/bin/sh, -c, '! grep -q 2.0.0 "$0"', "${DIR}/file"], every: 100ms, rise: 1, fall: 2, severity: SEV1 }
    metrics:
      errors: { source: load_balancer, component: site, ratio: [http_5xx, http_all] }
      orders: { source: http, url: "http://127.0.0.1:${PORT}/", ratio: [failed, all], pointers: { failed: /failed, all: /all } }
    triggers:
      orders: { alert: "orders > 5%", severity: SEV1, slot: 200ms }
      errors: { normal: "errors < 1%", alert: "errors > 5% for 30s", severity: SEV1, slot: 10s }
"""
PLAN = """
shipflow: 1
plan: test
components: [site]
steps:
  - { id: switch, action: site.switch, with: { to: "${release.version}" }, guard: { abort: [%s] } }
  - { id: bake, needs: [switch], wait: %s }
"""
NOON = 1772532000


class Orders(http.server.BaseHTTPRequestHandler):
    """Counters of a site that fails half of its orders in version 2.0.0: a hundred orders between two looks."""

    def do_GET(self):
        served = self.server.file.read_text() if self.server.file.exists() else ""
        self.server.all += 100
        self.server.failed += 50 if served == "2.0.0" else 0
        body = json.dumps({"all": self.server.all, "failed": self.server.failed}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Decisions(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="shipflow-decisions-"))
        self.addCleanup(shutil.rmtree, self.dir)
        self.port = 1
        self.write("environments.yaml", ENVIRONMENTS)

    def write(self, name, text):
        path = self.dir / name
        path.write_text(text)
        return str(path)

    def shipflow(self, *words):
        return subprocess.run([PROGRAM, *words, "--store", str(self.dir / "s.db")], text=True, capture_output=True,
                              timeout=60, check=False, env={**os.environ, "TEST_DIR": str(self.dir), "TEST_PORT": str(self.port)})

    def document(self, guard, bake="500ms"):
        return [self.write("plan.yaml", PLAN % (guard, bake)), "-e", str(self.dir / "environments.yaml"), "-n", "here"]

    def taken_back(self):
        done = self.shipflow("run", *self.document("site"), "-V", "2.0.0", "--as", "user:dana")
        self.assertEqual(done.returncode, 3, done)
        run = json.loads(self.shipflow("history", "--json").stdout.splitlines()[0])["run"]
        path = str(self.dir / "record.json")
        self.assertEqual(self.shipflow("record", run, "--output", path).returncode, 0)
        return run, path

    def csv(self, name, share, labels=""):
        rows = [labels + "time,series,arm,value,kind"]
        for i in range(60):
            rows.append(f"{NOON + i * 10},http_all,fleet,100,growth")
            rows.append(f"{NOON + i * 10},http_5xx,fleet,{share(i)},growth")
        return self.write(name, "\n".join(rows) + "\n")

    def test_a_record_is_decided_again_offline_and_a_changed_one_is_not(self):
        run, path = self.taken_back()
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        same = self.shipflow("decide", "--record", path)
        self.assertEqual(same.returncode, 0, same)
        self.assertIn("the same: ", same.stdout)
        self.assertEqual(self.shipflow("decide", run).stdout, same.stdout)
        record = json.loads(pathlib.Path(path).read_text())
        record["guards"][0]["decisions"][-1]["level"] = "pass"
        changed = self.write("changed.json", json.dumps(record))
        different = self.shipflow("decide", "--record", changed)
        self.assertEqual(different.returncode, 1, different)
        self.assertIn("different: site, fact ", different.stdout)
        self.assertNotEqual(json.loads(self.shipflow("decide", "--record", changed, "--json").stdout)["difference"], "")

    def test_evidence_is_shown_as_text_page_and_json(self):
        run, path = self.taken_back()
        text = self.shipflow("evidence", run).stdout
        self.assertIn("site SEV1", text)
        self.assertIn(" alert", text)
        page = self.shipflow("evidence", "--record", path, "--format", "html").stdout
        self.assertIn("<svg", page)
        self.assertNotIn("http://", page.replace("http://www.w3.org/2000/svg", ""))
        found = json.loads(self.shipflow("evidence", run, "--json").stdout)
        self.assertEqual(found["guards"][0]["decisions"][-1]["level"], "alert")

    def test_bad_records_and_options_are_2_and_say_why(self):
        for words, why in [(["decide"], "name either a RUN or --record FILE"),
                           (["decide", "--record", self.write("x", "{")], "x: "),
                           (["decide", "--record", self.write("y", "{}")], "this is no decision record"),
                           (["decide", "--record", "/nowhere"], "/nowhere: cannot be read"),
                           (["evidence", "--record", self.taken_back()[1], "--format", "pdf"], "--format takes")]:
            done = self.shipflow(*words)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(why, done.stderr)
        self.assertEqual(self.shipflow("record", "nobody").returncode, 1)

    def test_rules_are_tried_on_past_releases(self):
        good = self.csv("1.4.0.csv", lambda i: 0)
        bad = self.csv("1.5.0.csv", lambda i: 20 if i > 30 else 0, f"# truth: bad\n# bad_since: {NOON + 300}\n")
        done = self.shipflow("backtest", *self.document("errors"), "--good", good, "--data", bad)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("1 good release: 0 false aborts", done.stdout)
        self.assertIn("1 bad release: 0 missed", done.stdout)
        self.assertIn("abort after 30s", done.stdout)
        report = json.loads(self.shipflow("backtest", *self.document("errors"), "--good", bad, "--json").stdout)
        self.assertEqual(report["rules"][0]["false_aborts"], 1)
        page = str(self.dir / "page.html")
        self.shipflow("backtest", *self.document("errors"), "--bad", bad, "--format", "html", "--output", page)
        self.assertIn("<svg", pathlib.Path(page).read_text())

    def take_orders(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Orders)
        server.file, server.all, server.failed = self.dir / "file", 0, 0
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)

    def record_of(self, version, status):
        (self.dir / "file").unlink(missing_ok=True)
        done = self.shipflow("run", *self.document("orders", "2s"), "-V", version, "--as", "user:dana")
        self.assertEqual(done.returncode, status, done)
        path = str(self.dir / f"{version}.json")
        run = json.loads(self.shipflow("history", "--limit", "1", "--json").stdout.splitlines()[0])["run"]
        self.assertEqual(self.shipflow("record", run, "--output", path).returncode, 0)
        return path

    def test_records_of_own_runs_are_past_releases(self):
        self.take_orders()
        good, bad = self.record_of("1.9.0", 0), self.record_of("2.0.0", 3)
        plan = self.document("orders", "2s")
        done = self.shipflow("backtest", *plan, "--good", good, "--bad", bad)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("1 good release: 0 false aborts", done.stdout)
        self.assertIn("1 bad release: 0 missed", done.stdout)
        record = json.loads(pathlib.Path(bad).read_text())
        alert = next(d for d in record["guards"][0]["decisions"] if d["level"] == "alert")
        outcome = json.loads(self.shipflow("backtest", *plan, "--bad", bad, "--json").stdout)["rules"][0]["outcomes"][0]
        self.assertFalse(outcome["wrong"])
        # The rule decides at the end of the slot after which the run decided.
        self.assertLess(0, alert["at"] - outcome["decided"] + 1)
        self.assertLess(alert["at"] - outcome["decided"], 5000)
        # The same records under another rule.
        strict = self.write("strict.yaml", ENVIRONMENTS.replace("orders > 5%", "orders > 60%"))
        other = self.shipflow("backtest", plan[0], "-e", strict, "-n", "here", "--good", good, "--bad", bad)
        self.assertIn("1 bad release: 1 missed", other.stdout, other)

    def test_a_prometheus_export_and_an_own_record_are_data_too(self):
        values = [[NOON + i * 10, str(i * 100)] for i in range(60)]
        export = self.write("1.6.0.json", json.dumps({"status": "success", "data": {"resultType": "matrix", "result": [
            {"metric": {"__name__": name}, "values": values} for name in ("http_all", "http_5xx")]}}))
        done = self.shipflow("backtest", *self.document("errors"), "--bad", export)
        self.assertIn("1 bad release: 0 missed", done.stdout, done)
        _, record = self.taken_back()
        own = self.shipflow("backtest", *self.document("errors"), "--data", record)
        self.assertIn("not tried: nothing is recorded of http_5xx on fleet", own.stdout, own)

    def test_data_that_cannot_be_read_is_2_with_file_and_line(self):
        for name, text, why in [("a.csv", "time,series,arm,value\nnow,x,canary,1\n", "a.csv: line 2: `now` is no time"),
                                ("b.json", '{"status": "error"}', "b.json: this is no answer of a successful range"),
                                ("c.json", "[", "c.json: ")]:
            done = self.shipflow("backtest", *self.document("errors"), "--data", self.write(name, text))
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(why, done.stderr)
        none = self.shipflow("backtest", *self.document("errors"))
        self.assertEqual(none.returncode, 2, none)
        self.assertIn("--data, --good or --bad FILE", none.stderr)
        self.assertIn("--slot takes a time", self.shipflow("backtest", *self.document("errors"), "--slot", "x").stderr)


if __name__ == "__main__":
    unittest.main()
