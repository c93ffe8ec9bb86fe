"""Promotion, sequences of environments, watching, tasks, signed records and completion with the shipflow program.

  around_test.py SHIPFLOW
"""

import fcntl
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

PROGRAM = sys.argv.pop(1)
ENVIRONMENTS = """
shipflow: 1
environments:
  dev: {}
  staging: { roles: { qa: ["user:quinn"] } }
  production:
    roles: { lead: ["user:lee"] }
    promoted_from: { environment: staging, identity: version, hotfix: lead }
"""
PLAN = """
shipflow: 1
plan: shop
triggers:
  everywhere: { message: "[deploy-all]", order: [dev, staging, production] }
  dev: { push: [main] }
steps:
  - { id: say, command: [/bin/sh, -c, 'test "$0" != "$BAD"', "${environment.name}"], env: { BAD: "${bad:-}" } }
tasks:
  - { id: images, text: Remove old images, within: 24h, roles: [] }
  - Review
"""


class Around(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="shipflow-around-"))
        self.addCleanup(shutil.rmtree, self.dir)
        (self.dir / "environments.yaml").write_text(ENVIRONMENTS)
        self.plan()

    def plan(self, text=PLAN):
        (self.dir / "plan.yaml").write_text(text.replace(", roles: []", ""))

    def shipflow(self, *words, stdin=None):
        return subprocess.run([PROGRAM, *words], text=True, input=stdin, capture_output=True, timeout=60, check=False,
                              cwd=self.dir)

    def run_in(self, where, version, *more):
        return self.shipflow("run", "plan.yaml", "-e", "environments.yaml", "-n", where, "-V", version, *more)

    def promote(self, *more):
        return self.shipflow("promote", "plan.yaml", "-e", "environments.yaml", "--from", "staging", "--to", "production", *more)

    def runs(self):
        return [json.loads(line) for line in self.shipflow("history", "--json", "--limit", "100").stdout.splitlines()]

    # ---- promotion

    def test_what_stands_in_one_environment_is_carried_out_in_the_next(self):
        nothing = self.promote()
        self.assertEqual(nothing.returncode, 1)
        self.assertIn("nothing of shop was released to staging", nothing.stderr)
        for version in ("1.0.0", "1.1.0"):
            self.assertEqual(self.run_in("staging", version).returncode, 0)
        done = self.promote()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[-1], "released: shop 1.1.0 to production")
        older = self.promote("-V", "1.0.0")
        self.assertEqual(older.stdout.splitlines()[-1], "released: shop 1.0.0 to production", older.stderr)
        self.assertIn("promoted  proved itself in run", self.shipflow("status", self.runs()[0]["run"]).stdout)

    def test_a_refusal_says_why_and_what_to_do_and_starts_nothing(self):
        done = self.run_in("production", "1.0.0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("production takes only what proved itself in staging: version 1.0.0 was not released to staging; "
                      "release it there first", done.stderr)
        self.assertEqual(self.runs(), [])
        other = self.shipflow("promote", "plan.yaml", "-e", "environments.yaml", "--from", "dev", "--to", "production")
        self.assertEqual(other.returncode, 1)
        self.assertEqual(self.run_in("dev", "1.0.0").returncode, 0)
        other = self.shipflow("promote", "plan.yaml", "-e", "environments.yaml", "--from", "dev", "--to", "production")
        self.assertIn("production is promoted from staging, not from dev", other.stderr)
        self.assertEqual(self.shipflow("promote", "plan.yaml").returncode, 2)

    def test_where_tells_what_stands_in_which_environment(self):
        self.run_in("dev", "1.0.0")
        self.run_in("staging", "1.0.0")
        self.plan(PLAN.replace('"$BAD"', "dev"))
        self.run_in("dev", "1.1.0")
        lines = self.shipflow("where", "shop").stdout.splitlines()
        self.assertRegex(lines[0], r"^dev +1\.1\.0 +failed .* step say failed")
        self.assertRegex(lines[1], r"^dev +1\.0\.0 +released .* healthy since 20")  # what stands there all the same
        self.assertRegex(lines[2], r"^staging +1\.0\.0 +released .* healthy since 20")
        said = [json.loads(line) for line in self.shipflow("where", "shop", "--json").stdout.splitlines()]
        self.assertEqual([(s["version"], s["stands"]) for s in said], [("1.1.0", False), ("1.0.0", True), ("1.0.0", True)])
        self.assertEqual((said[2]["carried_out"], said[0]["released_at"]), (["say"], None))
        nothing = self.shipflow("where", "shops")
        self.assertEqual(nothing.returncode, 1)
        self.assertIn("no plan called shops was ever released", nothing.stderr)

    def test_a_hotfix_takes_its_role_and_is_told_for_ever(self):
        denied = self.run_in("production", "1.0.1", "--hotfix", "card numbers leak", "--as", "user:dana")
        self.assertIn("user:dana may not start a hotfix in production", denied.stderr)
        done = self.run_in("production", "1.0.1", "--hotfix", "card numbers leak", "--as", "user:lee")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Hotfix: card numbers leak", self.shipflow("report", self.runs()[0]["run"]).stdout)

    def test_going_back_asks_no_promotion(self):
        for version in ("1.0.0", "1.1.0"):
            self.run_in("staging", version)
            self.assertEqual(self.promote("-V", version).returncode, 0)
        (self.dir / "plan.yaml").write_text("shipflow: 1\nplan: shop\nsteps: [{ id: bad, command: [/bin/false] }]\n")
        self.run_in("staging", "1.0.0")  # failed there since
        back = self.shipflow("rollback", "-n", "production", "--to", "~1")
        self.assertEqual(back.stdout.splitlines()[-1], "released: shop 1.0.0 to production", back.stderr)

    def test_what_is_promoted_stays_the_same_image(self):
        digest, other = ("@sha256:" + c * 64 for c in "ab")
        self.assertEqual(self.run_in("staging", "2.0.0", "--image", "api=r/api:v2" + digest).returncode, 0)
        done = self.promote("--image", "api=evil/api" + other)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("api is promoted as sha256:aaaa", done.stderr)
        self.assertIn("evil/api@sha256:bbbb", done.stderr)
        for unpinned in ("r/api:v2", "r/api@sha256:", "r/api@sha256:aaaa"):
            self.assertIn(f"{unpinned} is not pinned to it", self.promote("--image", "api=" + unpinned).stderr)
        self.assertEqual(self.promote("--image", "api=prod/api:v2" + digest).returncode, 0)

    def test_a_promotion_that_cannot_be_says_what_is_wrong(self):
        self.assertEqual(self.run_in("staging", "v1.0.0").returncode, 0)
        self.assertIn("version 9.9.9 of shop was never released to staging", self.promote("-V", "9.9.9").stderr)
        nowhere = self.shipflow("promote", "plan.yaml", "-e", "environments.yaml", "--from", "staging", "--to", "prodution")
        self.assertEqual(nowhere.returncode, 2)
        self.assertIn("there is no environment `prodution`; did you mean `production`?", nowhere.stderr)
        self.assertNotIn("--version", nowhere.stderr)
        self.assertEqual(self.promote("-V", "1.0.0").returncode, 0)  # v1.0.0 is the same
        itself = self.shipflow("promote", "plan.yaml", "-e", "environments.yaml", "--from", "staging", "--to", "staging")
        self.assertEqual((itself.returncode, itself.stderr), (2, "shipflow: --from and --to are the same environment\n"))
        done = self.run_in("production", "1.0.x")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.splitlines()), 2, done.stderr)  # no empty line between the two

    def test_going_back_counts_the_versions_of_one_plan(self):
        for version in ("1.0.0", "1.1.0"):
            self.assertEqual(self.run_in("dev", version).returncode, 0)
        far = self.shipflow("rollback", "-n", "dev", "--to", "~2")
        self.assertEqual(far.returncode, 1)
        self.assertIn("~2 is too far: dev has 1 former version, back to 1.0.0", far.stderr)
        for wrong in ("~0", "~", "~x", "~-1", "~1x"):
            self.assertEqual(self.shipflow("rollback", "-n", "dev", "--to", wrong).returncode, 2, wrong)
        self.assertIn("nothing was released to staging", self.shipflow("rollback", "-n", "staging", "--to", "~1").stderr)
        self.plan(PLAN.replace("plan: shop", "plan: infra"))
        self.assertEqual(self.run_in("dev", "7.0.0").returncode, 0)
        unclear = self.shipflow("rollback", "-n", "dev", "--to", "~1")
        self.assertEqual(unclear.returncode, 2)
        self.assertIn("dev has releases of infra, shop; say which with --plan NAME", unclear.stderr)
        back = self.shipflow("rollback", "-n", "dev", "--to", "~1", "--plan", "shop")
        self.assertEqual(back.stdout.splitlines()[-1], "released: shop 1.0.0 to dev", back.stderr)
        self.assertRegex(self.shipflow("history", "-n", "dev").stdout.splitlines()[1], r" dev +infra +7\.0\.0 +released ")
        named = self.shipflow("rollback", "-n", "dev", "--to", "v1.1.0", "--plan", "shop")
        self.assertEqual(named.stdout.splitlines()[-1], "released: shop 1.1.0 to dev", named.stderr)

    def test_going_back_past_a_run_that_waits_says_which_and_where_to_look(self):
        self.run_in("dev", "1.0.0")
        self.plan("shipflow: 1\nplan: shop\nsteps:\n  - { id: a, command: [/bin/true], undo: [/bin/false] }\n"
                  "  - { id: b, needs: [a], command: [/bin/false] }\nrollback: { on_failure: now }\n")
        self.assertIn("parked: shop 1.1.0", self.run_in("dev", "1.1.0").stdout)
        back = self.shipflow("rollback", "-n", "dev", "--to", "1.0.0")
        self.assertEqual(back.returncode, 1)
        self.assertRegex(back.stderr, r"is held by run \"\S+\"; shipflow status tells what it waits for\n$")

    def test_what_stands_is_known_when_its_record_was_purged(self):
        self.run_in("dev", "1.0.0")
        self.assertEqual(self.shipflow("purge", "--facts", "1ms").returncode, 0)
        self.assertRegex(self.shipflow("where", "shop").stdout, r"^dev +1\.0\.0 +released .* its record was purged\n$")

    def test_parity_keeps_secrets_and_lines(self):
        (self.dir / "two.yaml").write_text("""
shipflow: 1
environments:
  a: { variables: { P: { value: hunter2, secret: true } }, channels: { c: { slack: "https://hooks.example/T0/XYZZY" } } }
  b: { variables: { P: { value: hunter3, secret: true } }, flags: { text: "one\\ntwo" } }
""")
        for more in ([], ["--json"]):
            done = self.shipflow("parity", "a", "b", "-e", "two.yaml", *more)
            self.assertEqual(done.returncode, 1, done.stderr)
            for word in ("hunter", "XYZZY"):
                self.assertNotIn(word, done.stdout + done.stderr)
        self.assertEqual(self.shipflow("parity", "a", "b", "-e", "two.yaml").stdout,
                         'channels.c.slack: *** | (absent)\nflags.text: (absent) | "one\\ntwo"\nvariables.P.value: *** | ***\n')

    def test_a_reaction_ends_before_the_program_leaves_a_run_that_is_held(self):
        (self.dir / "environments.yaml").write_text(
            "shipflow: 1\nenvironments:\n  dev:\n    bind: { api: { provider: command } }\n"
            "    probes: { up: { command: [/bin/sh, -c, 'test ! -e red'], directory: " + str(self.dir) + ", every: 100ms, fall: 1, rise: 1 } }\n")
        self.plan("shipflow: 1\nplan: shop\nsteps:\n"
                  "  - { id: a, command: [/bin/true], guard: { abort: [up] } }\n"
                  "  - { id: turn, needs: [a], command: [/bin/touch, " + str(self.dir / "red") + "] }\n"
                  "  - { id: bake, needs: [turn], wait: 10m }\n"
                  "rollback: { SEV1: { do: [tell], then: hold } }\n"
                  "reactions: { tell: { command: [/bin/touch, " + str(self.dir / "told") + "] } }\n")
        done = self.run_in("dev", "1.0.0")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertTrue(done.stdout.splitlines()[-1].startswith("parked: shop 1.0.0 to dev: SEV1: up"), done.stdout)
        self.assertTrue((self.dir / "told").exists(), done.stdout)

    # ---- one release over several environments

    def test_environments_one_after_the_other_and_on_from_where_it_ended(self):
        self.plan(PLAN.replace('"$BAD"', "staging"))
        done = self.run_in("dev,staging,production", "1.0.0", "--id", "r1")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("the environments behind staging are not begun", done.stderr)
        self.assertEqual([r["environment"] for r in self.runs()], ["staging", "dev"])
        self.plan()
        again = self.run_in("dev,staging,production", "1.0.0", "--id", "r1")
        self.assertEqual(again.returncode, 1, "the run of that id failed and stays failed")
        done = self.run_in("dev,staging,production", "1.0.0", "--id", "r2")
        self.assertEqual(done.returncode, 0, done.stderr)
        count = len(self.runs())
        self.assertEqual(self.run_in("dev,staging,production", "1.0.0", "--id", "r2").returncode, 0)
        self.assertEqual(len(self.runs()), count)
        self.assertEqual(self.run_in("dev,staging", "1.0.0", "--at", "2150-01-01T00:00:00Z").returncode, 2)

    def test_deploy_all_is_carried_out_in_its_order(self):
        push = {"ref": "refs/heads/main", "after": "c0ffee", "head_commit": {"message": "feat: x [deploy-all]"}}
        words = ["trigger", "plan.yaml", "--event", "push", "--run", "-e", "environments.yaml", "-V", "2.0.0"]
        done = self.shipflow(*words, stdin=json.dumps(push))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([r["environment"] for r in reversed(self.runs())], ["dev", "staging", "production"])
        self.assertIn("Commit: c0ffee", self.shipflow("report", self.runs()[0]["run"]).stdout)
        push["head_commit"]["message"] = "feat: x [skip ci]"
        self.assertEqual(self.shipflow(*words, stdin=json.dumps(push)).returncode, 1)
        self.assertEqual(len(self.runs()), 3)

    # ---- tasks

    def test_tasks_are_listed_with_their_due_times_and_ticked(self):
        self.run_in("dev", "1.0.0")
        run = self.runs()[0]["run"]
        self.assertRegex(self.shipflow("status", run).stdout, r"task +images +Remove old images  - due ")
        done = self.shipflow("tick", run, "tasks", "images", "--as", "user:dana")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(self.shipflow("status", run).stdout, r"task +images +Remove old images  - done .* by user:dana")
        self.assertRegex(self.shipflow("report", run).stdout, r"\| images \| Remove old images \| done \|")
        self.assertIn("| 2 | Review | open |", self.shipflow("report", run).stdout)
        self.assertIn("whole", self.shipflow("audit", "verify", run).stdout)

    # ---- watching

    def waiting_run(self):
        self.plan("shipflow: 1\nplan: shop\nsteps:\n  - { id: go, approval: { roles: [qa] } }\n"
                  "  - { id: bake, needs: [go], wait: 200ms }\n")
        process = subprocess.Popen([PROGRAM, "run", "plan.yaml", "-e", "environments.yaml", "-n", "staging", "-V", "1.0.0",
                                    "--as", "user:dana"], cwd=self.dir, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        for line in process.stdout:
            if "waits for people" in line:
                return process, self.runs()[0]["run"]
        self.fail("the run did not come to its approval")

    def test_watch_tells_a_run_to_its_end_as_lines_and_as_json(self):
        process, run = self.waiting_run()
        followers = [subprocess.Popen([PROGRAM, "watch", *more], cwd=self.dir, stdout=subprocess.PIPE, text=True)
                     for more in ([run], [run, "--json"], [])]
        first = [f.stdout.readline() for f in followers]
        self.assertIn("run created: shop 1.0.0 to staging by user:dana", first[0])
        self.assertEqual(json.loads(first[1])["fact"]["kind"], "created")
        self.assertEqual(self.shipflow("approve", run, "go", "--as", "user:quinn").returncode, 0)
        rest = [f.communicate(timeout=60)[0] for f in followers]
        self.assertEqual([f.returncode for f in followers], [0, 0, 0])
        self.assertTrue(rest[0].endswith("released: shop 1.0.0 to staging\n"), rest[0])
        self.assertIn("user:quinn approve go", rest[0])
        self.assertEqual(json.loads(rest[1].splitlines()[-1])["event"], "end")
        self.assertEqual(process.wait(timeout=60), 0)

    def test_what_is_refused_is_told_to_who_said_it(self):
        process, run = self.waiting_run()
        for who in ("user:mallory", "user:dana"):  # no role, and the one who started it
            done = self.shipflow("approve", run, "go", "--as", who)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertRegex(done.stderr, r"^shipflow: approve was refused: [^\n]+\n$")
        done = self.shipflow("rollback", run, "--component", "nope", "--as", "user:quinn")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("rollback was refused: ", done.stderr)
        self.assertIn("approve was refused: ", self.shipflow("approve", run, "nothing", "--as", "user:quinn").stderr)
        done = self.shipflow("approve", run, "go", "--as", "user:quinn", "--id", "click-1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"approve said to {run}; it is ", done.stdout)
        self.assertNotIn("not answered", done.stdout)
        self.assertEqual(process.wait(timeout=60), 0)

    def test_a_run_that_is_cancelled_says_so_at_its_end(self):
        process, run = self.waiting_run()
        done = self.shipflow("cancel", run, "--reason", "wrong branch", "--as", "user:dana")
        self.assertEqual((done.returncode, done.stdout), (0, f"cancel said to {run}; it is cancelled\n"), done.stderr)
        last = process.stdout.read().splitlines()[-1]
        self.assertEqual(last, "cancelled: shop 1.0.0 to staging: cancelled by user:dana: wrong branch")
        self.assertEqual(process.wait(timeout=60), 1)

    def test_what_is_refused_is_told_without_an_engine_too(self):
        process, run = self.waiting_run()
        process.kill()
        process.wait(timeout=60)
        done = self.shipflow("approve", run, "go", "--as", "user:mallory")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("approve was refused: ", done.stderr)
        done = self.shipflow("approve", run, "go", "--as", "user:quinn")
        self.assertEqual(done.stdout.splitlines()[-1], "released: shop 1.0.0 to staging", done.stderr)
        gone = self.shipflow("approve", "nobody", "go")
        self.assertEqual((gone.returncode, gone.stderr), (1, 'shipflow: run "nobody" does not exist\n'))

    def test_watch_draws_on_a_terminal_what_is_waited_for(self):
        process, run = self.waiting_run()
        ours, theirs = pty.openpty()
        follower = subprocess.Popen([PROGRAM, "watch", run], cwd=self.dir, stdout=theirs)
        os.close(theirs)
        seen = b""
        while b"waits for qa" not in seen:
            seen += os.read(ours, 4096)
        self.assertIn(b"shop 1.0.0 to staging: under way", seen)
        self.assertIn(b"at least", seen)
        self.shipflow("approve", run, "go", "--as", "user:quinn")
        while True:
            try:
                block = os.read(ours, 4096)
            except OSError:  # the terminal is closed
                break
            if not block:
                break
            seen += block
        os.close(ours)
        self.assertEqual(follower.wait(timeout=60), 0)
        self.assertIn(b"+ go", seen)
        self.assertEqual(process.wait(timeout=60), 0)

    def test_watch_keeps_to_a_narrow_terminal_and_leaves_it_when_interrupted(self):
        process, run = self.waiting_run()
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        follower = subprocess.Popen([PROGRAM, "watch", run], cwd=self.dir, stdout=theirs, stderr=subprocess.PIPE, text=True)
        seen = b""
        while seen.count(b"waits for qa") < 2:
            seen += os.read(ours, 4096)
        drawn = seen[seen.rindex(b"\x1b[2K") + 4:] if b"\x1b[2K" in seen else seen
        lines = drawn.decode().split("\r\n")
        self.assertLessEqual(max(len(line) for line in lines), 40, lines)
        # Made narrower, the terminal has broken the lines: more rows are taken back than lines were drawn.
        before = seen.count(b"\x1b[2K")
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 21, 0, 0))
        rows = sum(max(1, -(-len(line) // 21)) for line in lines if line)
        while seen.count(b"\x1b[2K") < before + rows:
            seen += os.read(ours, 4096)
        follower.send_signal(signal.SIGINT)
        said = follower.communicate(timeout=60)[1]
        os.close(theirs)
        os.close(ours)
        self.assertEqual(follower.returncode, 130)
        self.assertIn(f"look again with: shipflow watch {run}", said)
        self.assertEqual(self.shipflow("approve", run, "go", "--as", "user:quinn").returncode, 0)
        self.assertEqual(process.wait(timeout=60), 0)

    def test_a_run_keeps_to_its_terminal(self):
        self.plan("shipflow: 1\nplan: shop\nsteps:\n  - { id: a-step-with-quite-a-long-name-indeed, wait: 300ms }\n")
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        process = subprocess.Popen([PROGRAM, "run", "plan.yaml", "-e", "environments.yaml", "-n", "dev", "-V", "1.0.0"], cwd=self.dir,
                                   stdout=theirs)
        os.close(theirs)
        seen = b""
        while True:
            try:
                block = os.read(ours, 4096)
            except OSError:  # the terminal is closed
                break
            if not block:
                break
            seen += block
        os.close(ours)
        self.assertEqual(process.wait(timeout=60), 0)
        bars = [line for line in seen.decode().split("\r\n") if line.startswith("  a-step")]
        self.assertTrue(bars, seen)
        self.assertEqual({len(line) for line in bars}, {39}, bars)
        self.assertTrue(all(line.endswith("...") for line in bars), bars)

    def test_watch_without_a_run_or_of_one_that_is_not_there(self):
        none = self.shipflow("watch")
        self.assertEqual(none.returncode, 1)
        self.assertRegex(none.stderr, r"there is no store at /.*/shipflow\.db; name it with --store FILE\n$")
        self.run_in("dev", "1.0.0")
        done = self.shipflow("watch")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no run is under way", done.stderr)
        self.assertEqual(self.shipflow("watch", "nobody").returncode, 1)
        ended = self.shipflow("watch", self.runs()[0]["run"])
        self.assertEqual((ended.returncode, ended.stdout.splitlines()[-1]), (0, "released: shop 1.0.0 to dev"))

    # ---- records outside of the store

    def keys(self, name):
        for words in (["genpkey", "-algorithm", "ed25519", "-out", f"{name}.pem"],
                      ["pkey", "-in", f"{name}.pem", "-pubout", "-out", f"{name}.pub"]):
            subprocess.run(["openssl", *words], cwd=self.dir, check=True, capture_output=True)

    def test_a_record_is_exported_signed_and_verified_without_the_store(self):
        self.run_in("dev", "1.0.0")
        run = self.runs()[0]["run"]
        self.keys("ours")
        self.keys("other")
        done = self.shipflow("audit", "export", run, "--output", "run.audit", "--key", "ours.pem")
        self.assertEqual(done.returncode, 0, done.stderr)
        (self.dir / "shipflow.db").unlink()
        words = ["audit", "verify", "--file", "run.audit"]
        self.assertIn("not signed by anybody we know", self.shipflow(*words).stdout)
        whole = self.shipflow(*words, "--public-key", "ours.pub")
        self.assertEqual(whole.returncode, 0, whole.stderr)
        self.assertRegex(whole.stdout, rf"^whole: run {run}, \d+ facts, head [0-9a-f]{{64}}, and signed$")
        # The signature is plain Ed25519: others can check it too.
        (self.dir / "raw.sig").write_bytes(subprocess.run(["openssl", "base64", "-d", "-A", "-in", "run.audit.sig"],
                                                          cwd=self.dir, capture_output=True, check=True).stdout)
        subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "ours.pub", "-rawin", "-in", "run.audit",
                        "-sigfile", "raw.sig"], cwd=self.dir, check=True, capture_output=True)
        self.assertEqual(self.shipflow(*words, "--public-key", "other.pub").returncode, 1)
        self.assertEqual(self.shipflow(*words, "--public-key", "ours.pem").returncode, 2)
        text = (self.dir / "run.audit").read_text()
        (self.dir / "run.audit").write_text(text.replace("released", "releasee"))
        changed = self.shipflow(*words)
        self.assertEqual(changed.returncode, 1)
        self.assertIn("it was changed", changed.stderr)

    def test_wrong_words_about_records_are_told(self):
        self.run_in("dev", "1.0.0")
        run = self.runs()[0]["run"]
        self.assertEqual(self.shipflow("audit", "export", run, "--key", "ours.pem").returncode, 2)
        self.assertEqual(self.shipflow("audit", "export", "nobody").returncode, 1)
        self.assertEqual(self.shipflow("audit", "verify").returncode, 2)
        self.assertEqual(self.shipflow("audit", "verify", "--file", "nothing").returncode, 2)
        self.assertTrue(self.shipflow("audit", "export", run).stdout.startswith('{"shipflow_audit":1'))

    # ---- approvals by a signed link

    def test_a_person_approves_by_a_signed_link_once_and_in_time(self):
        process, run = self.waiting_run()
        (self.dir / "key").write_text("k" * 40 + "\n")
        (self.dir / "other").write_text("x" * 40 + "\n")
        words = ["link", run, "go", "--key", "key"]
        token = self.shipflow(*words, "--for", "user:quinn").stdout.strip()
        self.assertRegex(token, r"^[A-Za-z0-9_-]+\.[0-9a-f]{64}$")
        forged = self.shipflow("answer", token, "approve", "--key", "other")
        self.assertEqual(forged.returncode, 1)
        self.assertIn("none of ours", forged.stderr)
        late = self.shipflow(*words, "--for", "user:quinn", "--expires", "1ms").stdout.strip()
        self.assertIn("the link expired at", self.shipflow("answer", late, "approve", "--key", "key").stderr)
        for wrong, why in ((["link", run, "go", "--key", "key", "--for", "user:mallory"], "has none of the roles that go asks for"),
                           (["link", run, "go", "--key", "key", "--for", "quinn"], "--for takes user:NAME"),
                           (["link", run, "stop", "--key", "key", "--for", "user:quinn"], 'no step or question "stop"'),
                           (["link", run, "bake", "--key", "key", "--for", "user:quinn"], "step bake is no approval"),
                           ([*words, "--for", "user:quinn", "--expires", "0s"], "a link lasts longer than 0s")):
            done = self.shipflow(*wrong)
            self.assertEqual((done.returncode, done.stdout), (2, ""), wrong)
            self.assertIn(why, done.stderr)
        self.assertIsNone(process.poll())
        done = self.shipflow("answer", token, "approve", "--key", "key", "--reason", "by mail")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(process.wait(timeout=60), 0)
        told = self.shipflow("report", run).stdout
        self.assertIn("| user:quinn | approve go | counted | by mail |", told)
        again = self.shipflow("answer", token, "approve", "--key", "key")
        self.assertEqual(again.returncode, 1)
        self.assertIn("has ended", again.stderr)
        self.assertEqual(self.shipflow("answer", token, "perhaps", "--key", "key").returncode, 2)
        self.assertEqual(self.shipflow(*words).returncode, 2)

    # ---- help and completion

    def test_every_verb_has_an_example_that_names_it(self):
        text = self.shipflow("--help").stdout
        verbs = sorted({m for m in re.findall(r"^  shipflow ([a-z]+) ", text, re.MULTILINE)})
        self.assertGreater(len(verbs), 30)
        for verb in verbs:
            with self.subTest(verb=verb):
                told = self.shipflow("help", verb).stdout
                self.assertIn(f"example\n  shipflow {verb}", told)

    def test_options_that_a_verb_does_not_take_are_refused_and_those_it_takes_are_told(self):
        for words, why in (
                (["report", "x", "--limit", "5"], "report takes no --limit; see shipflow report --help"),
                (["calendar", "--seed", "5"], "calendar takes no --seed; see shipflow calendar --help"),
                (["cancel", "x", "--component", "api"], "cancel takes no --component"),
                (["report", "x", "--formt", "html"], "there is no option --formt"),
                (["report", "x", "--json=yes"], "--json takes no value"),
                (["reprot", "x"], 'there is no command "reprot"; did you mean "report"?'),
                (["help", "wacht"], 'there is no command "wacht"; did you mean "watch"?'),
                (["blessing"], 'there is no command "blessing"; see shipflow --help'),
                (["report", "x", "--output"], "--output needs FILE")):
            with self.subTest(words=words):
                done = self.shipflow(*words)
                self.assertEqual(done.returncode, 2)
                self.assertIn(why, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)
        told = self.shipflow("report", "--help").stdout
        for option in ("--format NAME", "--output FILE", "--store FILE", "--json"):
            self.assertIn(f"\n  {option}", told)
        self.assertNotIn("--seed", told)
        self.assertIn("--parameter NAME=VALUE", self.shipflow("run", "--help").stdout)
        self.assertRegex(self.shipflow("--version").stdout, r"^shipflow \d+\.\d+\.\d+\n$")

    def test_every_option_of_a_usage_is_told_by_its_help(self):
        for verb in sorted({m for m in re.findall(r"^  shipflow ([a-z]+) ", self.shipflow("--help").stdout, re.MULTILINE)}):
            told = self.shipflow(verb, "--help").stdout
            usage, rest = told.split("\n", 1)
            for option in set(re.findall(r"--[a-z-]+", usage)):
                with self.subTest(verb=verb, option=option):
                    self.assertRegex(rest, rf"(?m)^  {option}( |$)")

    def test_a_plan_over_time_by_former_releases(self):
        words = ["plan", "plan.yaml", "-e", "environments.yaml", "-n", "dev", "-V", "1.1.0", "--format", "timeline"]
        self.assertIn("at least 0s, without 1 step of which nothing is known", self.shipflow(*words).stdout)
        self.run_in("dev", "1.0.0")
        told = self.shipflow(*words)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertRegex(told.stdout, r"(?m)^  say +\+0s +\d+s +1 release +[|#]")
        wrong = self.shipflow(*words[:-1], "gantt")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("table, timeline, mermaid or json", wrong.stderr)

    def test_a_report_tells_the_same_in_each_form(self):
        self.run_in("dev", "1.0.0", "--reason", "<script>alert(1)</script> | x")
        run = self.runs()[0]["run"]
        for form, words in (("markdown", "shop 1.0.0 was released to dev in "), ("html", "shop 1.0.0 was released to dev in "),
                            ("json", "shop 1.0.0 was released to dev in "), ("incident", "DEPLOYMENT INCIDENT")):
            with self.subTest(form=form):
                told = self.shipflow("report", run, "--format", form)
                self.assertEqual(told.returncode, 0, told.stderr)
                self.assertIn(words, told.stdout)
        page = self.shipflow("report", run, "--format", "html").stdout
        self.assertNotIn("<script>", page)
        self.assertEqual(re.findall(r"(?:src|href)=|url\(|@import", page), [])
        levels = [int(m) for m in re.findall(r"<h([1-6])[ >]", page)]
        self.assertEqual(levels[0], 1)
        self.assertEqual([b for a, b in zip(levels, levels[1:]) if b > a + 1 or b == 1], [])

    def test_completion_of_bash_offers_verbs_and_the_options_of_a_verb(self):
        script = self.shipflow("completion", "bash").stdout
        ask = ('source /dev/stdin; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _shipflow; printf "%s\\n" "${COMPREPLY[@]}"')

        def offered(*words):
            return subprocess.run(["bash", "-c", ask, "bash", *words], input=script, text=True, capture_output=True,
                                  check=True).stdout.split()

        self.assertEqual(offered("shipflow", "prom"), ["promote"])
        self.assertIn("--hotfix", offered("shipflow", "run", "--h"))
        self.assertNotIn("--hotfix", offered("shipflow", "calendar", "--h"))
        self.assertEqual(offered("shipflow", "audit", "--pub"), ["--public-key"])
        self.assertEqual(offered("shipflow", "audit", ""), ["verify", "export"])
        self.assertEqual(offered("shipflow", "schema", "e"), ["environments"])
        self.assertEqual(offered("shipflow", "report", "x", "--format", ""), ["markdown", "html", "json", "incident"])
        self.assertEqual(offered("shipflow", "plan", "x", "--format", "t"), ["table", "timeline"])
        self.assertEqual(self.shipflow("completion", "fish").returncode, 2)

    def test_completion_of_zsh_is_good_zsh(self):
        if not shutil.which("zsh"):
            print("not run: program_around: zsh is missing")
            self.skipTest("zsh is not there")
        script = self.dir / "_shipflow"
        script.write_text(self.shipflow("completion", "zsh").stdout)
        subprocess.run(["zsh", "-n", str(script)], check=True, capture_output=True)
        start = "autoload -Uz compinit && compinit -u -D"
        for how in (f"{start} && source {script}", f"fpath=({self.dir} $fpath) && {start}"):
            known = subprocess.run(["zsh", "-f", "-c", how + ' && print -r -- "$_comps[shipflow]"'], check=True, text=True,
                                   capture_output=True)
            self.assertEqual((known.stdout, known.stderr), ("_shipflow\n", ""))

    def test_completion_of_zsh_names_every_verb(self):
        script = self.shipflow("completion", "zsh").stdout
        self.assertTrue(script.startswith("#compdef shipflow\n"))
        self.assertIn("'promote:carries out in one environment what stands in another'", script)
        self.assertIn("    watch) compadd -- --json", script)


if __name__ == "__main__":
    unittest.main()
