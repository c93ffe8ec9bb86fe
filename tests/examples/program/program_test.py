"""The shipflow program as people and scripts use it: exit codes, last lines, resume after kill -9.

  program_test.py SHIPFLOW
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = sys.argv.pop(1)
ENVIRONMENTS = """
shipflow: 1
environments:
  here:
    variables: { TOKEN: { env: TEST_TOKEN, secret: true }, DIR: { env: TEST_DIR } }
    roles: { qa: ["user:quinn"], dev: ["user:dana", "user:root"] }
    bind:
      files:
        provider: command
        tasks:
          write:
            command: [/bin/sh, -c, 'printf %s "$SHIPFLOW_INPUT_TO" > "$0"; echo "token $TOKEN"', "${DIR}/file"]
            observe: [/bin/sh, -c, 'cat "$0" 2>/dev/null || printf none', "${DIR}/file"]
            undo: [/bin/sh, -c, 'if [ "$SHIPFLOW_BASELINE" = "\\"none\\"" ]; then rm -f "$0"; else printf %s "$SHIPFLOW_BASELINE" | tr -d "\\"" > "$0"; fi', "${DIR}/file"]
            inputs: { to: { type: string, required: true } }
            env: { TOKEN: "${TOKEN}" }
            undo_kind: reversible
            resource: "file:test"
"""
HEAD = "shipflow: 1\nplan: test\ncomponents: [files]\nsteps:\n"
WRITE = '  - { id: write, action: files.write, with: { to: "${release.version}" } }\n'
SECRET = "s3cr3t-t0ken-value"


class Program(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="shipflow-program-"))
        self.addCleanup(shutil.rmtree, self.dir)
        (self.dir / "environments.yaml").write_text(ENVIRONMENTS)
        self.env = {**os.environ, "TEST_TOKEN": SECRET, "TEST_DIR": str(self.dir)}

    def shipflow(self, *words):
        return subprocess.run([PROGRAM, *words, "--store", str(self.dir / "s.db")], env=self.env, text=True,
                              capture_output=True, timeout=60, check=False)

    def plan(self, text):
        path = self.dir / "plan.yaml"
        path.write_text(HEAD + text)
        return str(path)

    def words(self, text, version="1.0.0"):
        return ["run", self.plan(text), "-e", str(self.dir / "environments.yaml"), "-n", "here", "-V", version,
                "--as", "user:dana"]

    def release(self, text, version="1.0.0"):
        return self.shipflow(*self.words(text, version))

    def file(self):
        path = self.dir / "file"
        return path.read_text() if path.exists() else None

    def newest(self):
        return json.loads(self.shipflow("history", "--json").stdout.splitlines()[0])

    def test_released_is_0_and_says_so_in_the_last_line(self):
        done = self.release(WRITE)
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "released: test 1.0.0 to here"), done)
        self.assertEqual(self.file(), "1.0.0")

    def test_rolled_back_is_3_and_everything_is_as_before(self):
        self.release(WRITE)
        done = self.release(WRITE + "  - { id: bad, needs: [write], command: [/bin/false] }\n", "2.0.0")
        self.assertEqual(done.returncode, 3, done)
        self.assertIn("rolled back: test 2.0.0 to here: step bad failed", done.stdout.splitlines()[-1])
        self.assertEqual(self.file(), "1.0.0")

    def test_a_first_release_is_undone_to_absent(self):
        done = self.release(WRITE + "  - { id: bad, needs: [write], command: [/bin/false] }\n")
        self.assertEqual(done.returncode, 3, done)
        self.assertIsNone(self.file())

    def test_failed_is_1(self):
        done = self.release("  - { id: bad, command: [/bin/sh, -c, 'echo no room left; exit 7'] }\n")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("no room left", done.stdout.splitlines()[-1])

    def test_parked_is_1_and_names_the_next_command(self):
        text = WRITE + "  - { id: bad, needs: [write], command: [/bin/false] }\nrollback: { on_failure: hold }\n"
        done = self.release(text)
        self.assertEqual(done.returncode, 1, done)
        last = done.stdout.splitlines()[-1]
        self.assertTrue(last.startswith("parked: test 1.0.0 to here"), last)
        run = self.newest()["run"]
        self.assertIn(f"shipflow rollback {run}", last)
        back = self.shipflow("rollback", run, "--as", "user:dana")
        self.assertEqual(back.returncode, 3, back)
        self.assertIsNone(self.file())

    def test_bad_input_is_2_with_place_and_remedy(self):
        done = self.release("  - { id: write, action: files.wirte }\n  - { id: w, wait: 10 }\n")
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("plan.yaml:6:", done.stderr)
        self.assertEqual(self.shipflow("releese").returncode, 2)
        self.assertEqual(self.shipflow("run").returncode, 2)
        self.assertFalse((self.dir / "file").exists())

    def test_an_approval_comes_through_the_socket_from_somebody_else(self):
        process = subprocess.Popen([PROGRAM, *self.words(
            "  - { id: go, approval: { roles: [qa] } }\n" + WRITE.replace("id: write,", "id: write, needs: [go],")),
            "--store", str(self.dir / "s.db")], env=self.env, stdout=subprocess.PIPE, text=True)
        try:
            run = self.wait_for("go", "asking")
            mine = self.shipflow("approve", run, "go", "--as", "user:dana")
            self.assertEqual(mine.returncode, 1, mine)
            self.assertIn("approve was refused: the person who started a release may not approve it", mine.stderr)
            time_limit = time.monotonic() + 30
            while self.steps(run)["go"] == "asking":
                self.assertLess(time.monotonic(), time_limit)
                self.shipflow("approve", run, "go", "--as", "user:quinn")
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
            process.wait()
        self.assertEqual(process.returncode, 0, out)
        self.assertIn("user:dana approve go refused", out)

    def steps(self, run):
        status = self.shipflow("status", run, "--json")
        return {s["id"]: s["status"] for s in json.loads(status.stdout)["steps"]} if status.returncode == 0 else {}

    def wait_for(self, step, wanted):
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            for line in self.shipflow("history", "--json").stdout.splitlines():
                run = json.loads(line)["run"]
                if self.steps(run).get(step) == wanted:
                    return run
        self.fail(f"{step} never was {wanted}")

    def test_resume_after_kill_9_goes_on_and_does_nothing_twice(self):
        text = (WRITE + "  - id: slow\n    needs: [write]\n"
                "    command: [/bin/sh, -c, 'echo once >> \"$0/count\"; sleep 2', \"${DIR}\"]\n"
                '  - { id: last, needs: [slow], command: [/bin/sh, -c, "echo end >> $0/count", "${DIR}"] }\n')
        process = subprocess.Popen([PROGRAM, *self.words(text), "--store", str(self.dir / "s.db")], env=self.env,
                                   stdout=subprocess.DEVNULL)
        limit = time.monotonic() + 30
        while not (self.dir / "count").exists():
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = self.shipflow("resume")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual((self.dir / "count").read_text(), "once\nend\n")
        newest = self.newest()
        self.assertEqual(newest["status"], "released", done)
        self.assertEqual(self.shipflow("audit", "verify", newest["run"]).returncode, 0)

    def test_while_it_is_watched_status_says_whether_there_is_a_way_back(self):
        process = subprocess.Popen([PROGRAM, *self.words(WRITE + "  - { id: rest, needs: [write], watch: { for: 60s } }\n"),
                                    "--store", str(self.dir / "s.db")], env=self.env, stdout=subprocess.DEVNULL)
        try:
            run = self.wait_for("rest", "timing")
            limit = time.monotonic() + 30
            while "rollback  ready, about" not in (said := self.shipflow("status", run).stdout):
                self.assertLess(time.monotonic(), limit, said)
            back = json.loads(self.shipflow("status", run, "--json").stdout)["rollback"]
            self.assertEqual((back["level"], back["steps"][0]["id"]), ("ready", "write"))
        finally:
            process.kill()
            process.wait()
        self.assertEqual(self.shipflow("rollback", run, "--as", "user:dana").returncode, 3)

    def test_resume_stays_while_the_next_attempt_is_a_few_seconds_away(self):
        text = ("  - id: shy\n    command: [/bin/sh, -c, 'test -e \"$0/again\" || { touch \"$0/again\"; exit 1; }', \"${DIR}\"]\n"
                "    retry: { attempts: 2, backoff: 8s }\n")
        process = subprocess.Popen([PROGRAM, *self.words(text), "--store", str(self.dir / "s.db")], env=self.env,
                                   stdout=subprocess.DEVNULL)
        try:
            self.wait_for("shy", "retrying")
        finally:
            process.kill()
            process.wait()
        self.assertEqual(self.shipflow("resume").returncode, 0)
        self.assertEqual(self.newest()["status"], "released")

    def test_a_secret_is_in_no_file_and_no_output(self):
        done = self.release(WRITE + "  - { id: bad, needs: [write], command: [/bin/false] }\n")
        self.assertNotIn(SECRET, done.stdout + done.stderr)
        for path in self.dir.rglob("*"):
            if path.is_file():
                self.assertNotIn(SECRET.encode(), path.read_bytes(), path)

    def test_events_are_json_lines_and_the_last_one_is_the_end(self):
        done = self.shipflow(*self.words(WRITE), "--json")
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual((events[-1]["event"], events[-1]["exit"]), ("end", 0))
        self.assertEqual([e["sequence"] for e in events[:-1]], sorted(e["sequence"] for e in events[:-1]))

    def test_a_former_version_is_released_again(self):
        self.release(WRITE, "1.0.0")
        self.release(WRITE, "2.0.0")
        done = self.shipflow("rollback", "-n", "here", "--to", "1.0.0", "--as", "user:dana")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.file(), "1.0.0")
        missing = self.shipflow("rollback", "-n", "here", "--to", "9.9.9", "--as", "user:dana")
        self.assertIn("9.9.9 was never released to here", missing.stderr)

    def test_a_changed_record_is_found(self):
        self.release(WRITE)
        run = self.newest()["run"]
        self.assertEqual(self.shipflow("audit", "verify", run).returncode, 0)
        self.assertEqual(self.shipflow("audit", "verify", "nonsense").returncode, 1)

    def test_purge_deletes_what_is_old_beside_a_living_owner_and_without(self):
        self.release(WRITE)
        run = self.newest()["run"]
        self.assertEqual(self.shipflow("purge").stdout, "purged 0 runs\n")
        for words, message in (["--facts", "soon"], "soon"), (["--rows", "1d"], "rows must be kept"), (["extra"], "usage"):
            refused = self.shipflow("purge", *words)
            self.assertEqual(refused.returncode, 2, refused)
            self.assertIn(message, refused.stderr)
        waiting = subprocess.Popen([PROGRAM, *self.words('  - { id: go, approval: { roles: [qa] } }\n', "2.0.0"),
                                    "--store", str(self.dir / "s.db")], env=self.env, stdout=subprocess.PIPE, text=True)
        try:
            self.assertIn("run ", waiting.stdout.readline())
            self.assertEqual(self.shipflow("purge", "--facts", "0s").stdout, "purged 1 runs\n")
        finally:
            waiting.kill()
            waiting.communicate()
        self.assertEqual(self.shipflow("audit", "verify", run).returncode, 1)
        self.assertEqual(len(self.shipflow("history", "--json").stdout.splitlines()), 2)
        self.assertEqual(self.shipflow("purge", "--facts", "0s", "--rows", "0s").stdout, "purged 1 runs\n")
        self.assertEqual(len(self.shipflow("history", "--json").stdout.splitlines()), 1)

    def test_schemas_and_plans_print(self):
        self.assertIn("$schema", json.loads(self.shipflow("schema", "plan").stdout))
        words = self.words(WRITE)
        words[0] = "plan"
        first = self.shipflow(*words, "--format", "json").stdout
        self.assertEqual(first, self.shipflow(*words, "--format", "json").stdout)
        self.assertIn("flowchart", self.shipflow(*words, "--format", "mermaid").stdout)

    def rehearse(self, text, *more):
        return self.shipflow("rehearse", self.plan(text), "-e", str(self.dir / "environments.yaml"), "-n", "here",
                             "-V", "1.0.0", *more)

    def test_rehearse_shows_the_matrix_and_touches_nothing(self):
        done = self.rehearse(WRITE)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("rehearsal of test 1.0.0 to here: exhaustive, seed 1\n", done.stdout)
        self.assertIn("no violation\n", done.stdout)
        self.assertRegex(done.stdout, r"\n  write +\S+  [+<?.!]+\n")
        self.assertEqual(done.stdout, self.rehearse(WRITE).stdout)
        self.assertIsNone(self.file())
        self.assertFalse((self.dir / "s.db").exists())

    def test_rehearse_json_ends_with_the_report_and_the_page_stands_alone(self):
        page = self.dir / "page.html"
        done = self.rehearse(WRITE, "--json", "--html", str(page))
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([e["event"] for e in events], ["progress"] * (len(events) - 1) + ["report"])
        self.assertEqual(events[-1]["exit"], 0)
        report = events[-1]["report"]
        self.assertEqual([r["id"] for r in report["rows"]], ["write"])
        self.assertEqual(report["violations"], [])
        self.assertGreater(len(report["cells"]), 10)
        self.assertLessEqual({c["fault"] for c in report["cells"]}, {c["name"] for c in report["columns"]})
        text = page.read_text()
        self.assertTrue(text.startswith("<!doctype html>"))
        self.assertNotIn("<script", text)
        self.assertEqual(page.stat().st_mode & 0o777, 0o600)
        self.assertNotIn(SECRET, done.stdout + text)

    def test_rehearse_plays_one_fault_or_a_swarm_by_its_seed(self):
        one = self.rehearse(WRITE, "--fault", "write:reply_dropped", "--seed", "7")
        self.assertEqual(one.returncode, 0, one)
        self.assertIn("--seed 7 --fault write:reply_dropped", one.stdout)
        swarm = self.rehearse(WRITE, "--swarm", "20", "--seed", "3")
        self.assertEqual(swarm.returncode, 0, swarm)
        self.assertIn("swarm, seed 3\n", swarm.stdout)
        self.assertIn("21 runs: ", swarm.stdout)

    def test_rehearse_with_a_violation_is_1_and_says_how_to_see_it_again(self):
        text = WRITE.replace(" } }\n", " }, undo: none }\n") + "  - { id: bad, needs: [write], command: [/bin/false] }\n"
        recording = self.dir / "r.json"
        recording.write_text(json.dumps({"shipflow_recording": 1, "behaviour": {"programs": {"bad": {"exit_code": 1}}}}))
        done = self.rehearse(text, "--from", str(recording))
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("without any fault the plan does not reach its end", done.stderr)

    def test_rehearse_with_bad_input_is_2_and_one_line_says_why(self):
        broken = self.dir / "broken.json"
        broken.write_text("{")
        other = self.dir / "other.json"
        other.write_text(json.dumps({"shipflow_recording": 1, "environment": "elsewhere"}))
        rows = [
            (["--swarm", "many"], "--swarm takes a number"),
            (["--seed", "-1"], "--seed takes a number"),
            (["--exhaustive", "--swarm", "3"], "exclude each other"),
            (["--fault", "write"], 'fault "write": it must read STEP:KIND'),
            (["--fault", "write:meteor"], '"meteor" is none of'),
            (["--fault", "other:fails"], 'the plan has no step "other"'),
            (["--watch", "soon"], "--watch takes a time"),
            (["--from", str(self.dir / "none.json")], "none.json: cannot be read"),
            (["--from", str(broken)], "broken.json: "),
            (["--from", str(other)], "recording is of environment elsewhere"),
        ]
        for more, why in rows:
            with self.subTest(more=more):
                done = self.rehearse(WRITE, *more)
                self.assertEqual(done.returncode, 2, done)
                self.assertIn(why, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertEqual(done.stdout, "")
        done = self.shipflow("rehearse", self.plan(WRITE), "-n", "here")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        self.assertIn("rehearse needs --environments FILE and --environment NAME", done.stderr)

    def test_survey_reads_the_target_and_a_rehearsal_begins_there(self):
        (self.dir / "file").write_text("0.9.0")
        recording = self.dir / "recording.json"
        done = self.shipflow("survey", self.plan(WRITE), "-e", str(self.dir / "environments.yaml"), "-n", "here",
                             "-V", "1.0.0", "--output", str(recording))
        self.assertEqual(done.returncode, 0, done)
        taken = json.loads(recording.read_text())
        self.assertEqual(taken["steps"]["write"]["observed"], "0.9.0")
        self.assertEqual(recording.stat().st_mode & 0o777, 0o600)
        self.assertNotIn(SECRET, recording.read_text())
        self.assertEqual(self.file(), "0.9.0")
        again = self.rehearse(WRITE, "--from", str(recording))
        self.assertEqual(again.returncode, 0, again)


if __name__ == "__main__":
    unittest.main()
