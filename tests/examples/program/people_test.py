"""What people do around a release with the shipflow program: calendar, schedule, versions, triggers, reports.

  people_test.py SHIPFLOW
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
HEAD = "shipflow: 1\nplan: test\n"
STEP = "steps:\n  - { id: say, command: [/bin/echo, hello] }\n"
# Open on one day in a far year only, so that nothing here depends on when the test runs.
CLOSED = "freeze: [2000-01-01..2180-12-31]"


class People(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="shipflow-people-"))
        self.addCleanup(shutil.rmtree, self.dir)
        self.env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
                    "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "a@example.com",
                    "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "a@example.com"}

    def shipflow(self, *words, stdin=None):
        return subprocess.run([PROGRAM, *map(str, words)], env=self.env, text=True, input=stdin, capture_output=True,
                              timeout=60, check=False, cwd=self.dir)

    def environments(self, calendar):
        path = self.dir / "environments.yaml"
        path.write_text("shipflow: 1\nenvironments:\n  here:\n    roles: { lead: [\"user:lee\"], dev: [\"*\"] }\n"
                        f"    calendar: {{ {calendar} }}\n")
        return path

    def plan(self, more=""):
        path = self.dir / "plan.yaml"
        path.write_text(HEAD + more + STEP)
        return path

    def started(self, command, *more, calendar=CLOSED, who="user:dana"):
        return self.shipflow(command, self.plan(), "-e", self.environments(calendar), "-n", "here", "-V", "1.0.0", "--as",
                             who, *more)

    def run_of(self, done):
        return re.search(r"^run (\S+)$", done.stdout, re.MULTILINE)[1]

    def git(self, *words, where=None):
        return subprocess.run(["git", "-C", str(where or self.dir / "repo"), *words], env=self.env, text=True,
                              capture_output=True, check=True).stdout

    def repository(self):
        (self.dir / "repo").mkdir()
        self.git("init", "-q", "-b", "main")

    def commit(self, message, path="a", **more):
        file = self.dir / "repo" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(message)
        self.git("add", ".")
        self.git("commit", "-q", "-m", message, **more)

    # ---- calendar and schedule

    def test_the_calendar_says_whether_why_and_when_next(self):
        (self.dir / "de.ics").write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20201003\nRRULE:FREQ=YEARLY\n"
                                         "SUMMARY:Unity\nEND:VEVENT\nEND:VCALENDAR\n")
        where = self.environments("zone: Europe/Berlin, allow: [\"09:00-17:00\"], freeze: [holidays], holidays: [de.ics], "
                                  "prefer: [Tue-Thu]")
        done = self.shipflow("calendar", "-e", where, "-n", "here", "--at", "2026-10-03T10:00:00Z", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual((said["level"], said["reasons"]), ("closed", ["freeze holidays: Unity"]))
        self.assertEqual(said["next_possible"], "2026-10-04T07:00:00.000Z")
        self.assertEqual(said["next_preferred"], "2026-10-06T07:00:00.000Z")
        self.assertIn("next possible start", self.shipflow("calendar", "-e", where, "-n", "here").stdout)

    def test_a_wrong_calendar_is_exit_code_2_with_the_place(self):
        done = self.shipflow("calendar", "-e", self.environments("freeze: [easter]"), "-n", "here")
        self.assertEqual(done.returncode, 2)
        self.assertIn("`easter` is no day", done.stderr)
        self.assertEqual(self.shipflow("calendar", "-e", self.environments("zone: UTC"), "-n", "here", "--at", "noon").returncode, 2)

    def test_a_closed_calendar_refuses_and_a_person_overrides_with_a_reason(self):
        calendar = "freeze: [Mon-Sat], outside: refuse, override: [lead], zone: UTC"
        closed = self.environments(calendar)
        at = json.loads(self.shipflow("calendar", "-e", closed, "-n", "here", "--json").stdout)
        if at["level"] == "open":
            calendar = calendar.replace("Mon-Sat", "Sun")
        done = self.started("run", calendar=calendar)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the next possible start is", done.stderr)
        self.assertIn("may not override", self.started("run", "--override", "now", calendar=calendar).stderr)
        done = self.started("run", "--override", "security fix", calendar=calendar, who="user:lee")
        self.assertEqual(done.returncode, 0, done.stderr)
        run = self.run_of(done)
        self.assertIn("Calendar overridden: security fix", self.shipflow("report", run).stdout)

    def test_a_start_is_scheduled_moved_and_cancelled(self):
        done = self.started("schedule", "--at", "2150-01-01T10:00:00Z", calendar="zone: UTC")
        self.assertEqual(done.returncode, 0, done.stderr)
        run = self.run_of(done)
        self.assertIn("scheduled for 2150-01-01T10:00:00.000Z", done.stdout)
        self.assertIn("scheduled for 2150", self.shipflow("status").stdout)
        done = self.shipflow("schedule", run, "--at", "2151-01-01T10:00:00Z", "--as", "user:dana")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("scheduled for 2151-01-01T10:00:00.000Z", done.stdout)
        past = self.shipflow("schedule", run, "--at", "2020-01-01T10:00:00Z", "--as", "user:dana")
        self.assertEqual(past.returncode, 1)
        self.assertIn("schedule was refused: a start is moved to a time to come", past.stderr)
        self.assertIn("a time to come", self.shipflow("report", run).stdout)
        self.assertEqual(self.shipflow("schedule", run, "--at", "yesterday").returncode, 2)
        done = self.shipflow("cancel", run, "--as", "user:dana")
        self.assertIn("cancelled", self.shipflow("status", run).stdout, done)

    def test_going_back_to_the_version_before_with_a_note(self):
        for version in ("1.0.0", "1.1.0", "1.2.0"):
            done = self.shipflow("run", self.plan(), "-e", self.environments("zone: UTC"), "-n", "here", "-V", version)
            self.assertEqual(done.returncode, 0, done.stderr)
        done = self.shipflow("rollback", "-n", "here", "--to", "~2", "--reason", "carts are empty")
        self.assertEqual(done.stdout.splitlines()[-1], "released: test 1.0.0 to here", done.stderr)
        run = self.run_of(done)
        self.assertIn("carts are empty", self.shipflow("report", run).stdout)
        self.assertEqual(self.shipflow("rollback", "-n", "here", "--to", "~9").returncode, 1)

    def test_going_back_is_held_up_by_no_calendar(self):
        for version in ("1.0.0", "1.1.0"):
            done = self.shipflow("run", self.plan(), "-e", self.environments(CLOSED + ", override: lead"), "-n", "here", "-V", version,
                                 "--as", "user:lee", "--override", "it is urgent")
            self.assertEqual(done.returncode, 0, done.stderr)
        done = self.shipflow("rollback", "-n", "here", "--to", "~1", "--as", "user:dana")
        self.assertEqual(done.stdout.splitlines()[-1], "released: test 1.0.0 to here", done.stderr)

    def test_an_emergency_is_in_the_history_for_ever(self):
        done = self.started("run", "--emergency", "checkout is down", calendar="zone: UTC")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("by user:dana, an emergency: checkout is down\n", done.stdout)
        self.assertIn("emergency: checkout is down", self.shipflow("history").stdout)

    def test_words_that_mean_nothing_or_are_over_are_refused(self):
        done = self.started("schedule", "--at", "2020-01-01T10:00:00Z", calendar="zone: UTC")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--at 2020-01-01T10:00:00Z is over", done.stderr)
        for option in ("--emergency", "--override", "--id", "--as"):
            done = self.started("run", option, "", calendar="zone: UTC")
            self.assertEqual((done.returncode, done.stderr), (2, f"shipflow: {option} needs a value that is not empty\n"))
        self.assertEqual(self.shipflow("history").stdout, "")

    # ---- checklists and approvals

    ASKING = ("checklists:\n  pre: { Code: [Reviewed, \"Docs are\\e[31m red\"] }\nsteps:\n"
              "  - { id: ready, checklist: pre, roles: [lead] }\n"
              "  - { id: go, needs: [ready], approval: { roles: [qa], quorum: 2, expires: 4h } }\n")

    def asking(self):
        """A run that waits, with its engine."""
        (self.dir / "plan.yaml").write_text(HEAD + self.ASKING)
        (self.dir / "environments.yaml").write_text("shipflow: 1\nenvironments:\n  here:\n    roles: { lead: [\"user:lee\"], "
                                                    "qa: [\"user:quinn\", \"user:ann\"] }\n")
        process = subprocess.Popen([PROGRAM, "run", "plan.yaml", "-e", "environments.yaml", "-n", "here", "-V", "1.0.0", "--as",
                                    "user:dana", "--plain"], cwd=self.dir, env=self.env, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        for line in process.stdout:
            if "ready waits for people" in line:
                break
        return process, json.loads(self.shipflow("history", "--json").stdout)["run"]

    def refused(self, why, *words):
        done = self.shipflow(*words)
        self.assertEqual((done.returncode, done.stderr), (1, f"shipflow: {words[0]} was refused: {why}\n"), done.stdout)

    def test_who_is_refused_is_told_and_what_is_missing_is_shown(self):
        process, run = self.asking()
        self.refused("needs one of the roles lead", "tick", run, "ready", "code-1", "--as", "user:dana")
        self.refused('the checklist has no item "code-9"', "tick", run, "ready", "code-9", "--as", "user:lee")
        self.refused('step "steady" is not an open checklist', "tick", run, "steady", "code-1", "--as", "user:lee")
        self.assertEqual(self.shipflow("tick", run, "ready", "code-1", "--as", "user:lee").returncode, 0)
        shown = self.shipflow("status", run).stdout
        self.assertIn("[x] code-1  Reviewed\n", shown)
        self.assertIn("[ ] code-2  Docs are [31m red\n", shown)
        self.assertEqual(self.shipflow("untick", run, "ready", "code-1", "--as", "user:lee").returncode, 0)
        self.refused('the item "code-1" is not ticked', "untick", run, "ready", "code-1", "--as", "user:lee")
        self.assertIn("[ ] code-1  Reviewed\n", self.shipflow("status", run).stdout)
        self.assertEqual(json.loads(self.shipflow("report", run, "--json").stdout)["items"][0].get("who"), None)
        self.assertEqual(self.shipflow("tick", run, "ready", "code-1", "--as", "user:lee").returncode, 0)
        self.refused("step go does not wait for an approval", "approve", run, "go", "--as", "user:ann")
        self.assertEqual(self.shipflow("tick", run, "ready", "code-2", "--as", "user:lee").returncode, 0)
        self.refused("needs one of the roles qa", "approve", run, "go", "--as", "user:mallory")
        self.refused('there is no step or question "goo"', "reject", run, "goo", "--as", "user:ann")
        (self.dir / "key").write_text("k" * 40)
        token = self.shipflow("link", run, "go", "--for", "user:ann", "--key", "key").stdout.strip()
        for _ in range(2):
            self.assertEqual(self.shipflow("answer", token, "approve", "--key", "key").returncode, 0)
        other = self.shipflow("answer", token, "reject", "--key", "key")
        self.assertEqual((other.returncode, other.stderr), (1, "shipflow: the link was used before, to approve\n"))
        shown = self.shipflow("status", run).stdout
        self.assertRegex(shown, r"qa 1 of 2: user:ann\n +until 20\d\d-")
        self.assertNotIn("code-1", shown)
        self.assertEqual(self.shipflow("approve", run, "go", "--as", "user:quinn").returncode, 0)
        self.assertEqual(process.wait(timeout=60), 0)

    def test_who_is_refused_without_an_engine_does_not_become_one(self):
        process, run = self.asking()
        process.kill()
        process.wait()
        (self.dir / "key").write_text("k" * 40)
        self.assertIn("no approval", self.shipflow("link", run, "ready", "--for", "user:ann", "--key", "key").stderr)
        token = self.shipflow("link", run, "go", "--for", "user:ann", "--key", "key").stdout.strip()
        early = self.shipflow("answer", token, "approve", "--key", "key")
        self.assertEqual((early.returncode, early.stderr), (1, "shipflow: answer was refused: step go does not wait for an approval\n"))
        self.refused("needs one of the roles lead", "tick", run, "ready", "code-1", "--as", "user:dana")
        self.refused("the environment has no calendar", "override", run, "--reason", "x", "--as", "user:dana")
        self.refused("the run has begun and cannot be moved", "schedule", run, "--at", "2150-01-01T10:00:00Z", "--as", "user:dana")

    # ---- versions and triggers

    def test_the_next_version_and_what_is_new(self):
        self.repository()
        self.commit("feat: first")
        nothing = self.shipflow("version", "next", "--repository", "repo")
        self.assertEqual((nothing.returncode, nothing.stdout), (0, "1.0.0\n"))
        self.git("tag", "v1.4.9")
        done = self.shipflow("version", "next", "--repository", "repo")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("nothing to release since v1.4.9", done.stderr)
        self.git("checkout", "-q", "-b", "side")
        self.commit("fix(api): w\u00fcrg <b>\n\nlong", "apps/api/x")
        self.git("checkout", "-q", "main")
        self.commit("docs: only words", "docs/x.md")
        self.git("merge", "-q", "--no-ff", "-m", "Merge branch side", "side")
        done = self.shipflow("version", "next", "--repository", "repo", "--json")
        said = json.loads(done.stdout)
        self.assertEqual((said["version"], said["bump"], said["since"]), ("1.4.10", "patch", "v1.4.9"))
        text = self.shipflow("changes", "--repository", "repo").stdout
        self.assertIn("## 1.4.10\n\n### Fixes\n\n- **api:** w\u00fcrg &lt;b\\>", text)
        plan = self.plan("components: { api: { paths: [\"apps/api/**\"] }, web: { paths: [\"apps/web/**\"] } }\n")
        self.assertEqual(self.shipflow("changes", plan, "--repository", "repo").stdout, "api\n")
        said = json.loads(self.shipflow("changes", plan, "--repository", "repo", "--json").stdout)
        self.assertEqual(said["changed"], {"api": True, "web": False})

    def test_odd_encodings_and_repositories_without_commits(self):
        self.repository()
        self.assertEqual(self.shipflow("version", "next", "--repository", "repo").returncode, 1)
        self.git("config", "i18n.commitEncoding", "latin1")
        (self.dir / "message").write_bytes("fix: gr\u00fc\u00df".encode("latin1") + b" \xfe")
        self.git("commit", "-q", "--allow-empty", "-F", str(self.dir / "message"))
        done = self.shipflow("changes", "--repository", "repo")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("gr\u00fc\u00df", done.stdout)
        self.assertEqual(self.shipflow("version", "next", "--repository", "nowhere").returncode, 1)
        self.assertEqual(self.shipflow("changes", "--repository", "repo", "--since=--output=/tmp/x").returncode, 2)

    def test_a_shallow_clone_without_a_version_says_what_to_do(self):
        self.repository()
        self.commit("feat: one")
        self.git("tag", "v1.0.0")
        self.commit("feat: two")
        subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{self.dir}/repo", str(self.dir / "clone")],
                       env=self.env, check=True)
        done = self.shipflow("version", "next", "--repository", "clone")
        self.assertEqual(done.returncode, 2)
        self.assertIn("git fetch --unshallow --tags", done.stderr)

    def test_events_start_what_the_plan_says(self):
        plan = self.plan("triggers:\n  staging: { push: [main] }\n  prod: { manual: true }\n"
                         "  everywhere: { message: \"[deploy-all]\", order: [staging, prod] }\n")
        push = {"ref": "refs/heads/main", "after": "abc", "head_commit": {"message": "feat: x"}}
        done = self.shipflow("trigger", plan, "--event", "push", stdin=json.dumps(push))
        self.assertEqual((done.returncode, done.stdout), (0, "staging\n"), done.stderr)
        push["head_commit"]["message"] = "feat: x [deploy-all]"
        (self.dir / "event.json").write_text(json.dumps(push))
        done = self.shipflow("trigger", plan, "--event", "push", "--payload", "event.json", "--json")
        self.assertEqual(json.loads(done.stdout)["environments"], ["staging", "prod"])
        push["head_commit"]["message"] = "docs: x [skip ci]"
        done = self.shipflow("trigger", plan, "--event", "push", stdin=json.dumps(push))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(self.shipflow("trigger", plan, "--event", "push", stdin="{").returncode, 2)
        self.assertEqual(self.shipflow("trigger", self.plan(), "--event", "push", stdin="{}").returncode, 2)

    def test_two_environments_are_compared(self):
        path = self.dir / "two.yaml"
        path.write_text("shipflow: 1\nenvironments:\n  staging: { flags: { x: 1 } }\n  production: { flags: { x: 2 } }\n")
        done = self.shipflow("parity", "staging", "production", "-e", path)
        self.assertEqual((done.returncode, done.stdout), (1, "flags.x: 1 | 2\n"), done.stderr)
        self.assertEqual(self.shipflow("parity", "staging", "staging", "-e", path).returncode, 0)
        self.assertEqual(self.shipflow("parity", "staging", "nowhere", "-e", path).returncode, 2)

    # ---- reports

    def test_a_release_is_told_in_every_format(self):
        done = self.started("run", "--reason", "<b>wishlists</b>", calendar="zone: UTC")
        run = self.run_of(done)
        self.assertIn("# test 1.0.0 to here: released", self.shipflow("report", run).stdout)
        self.assertEqual(json.loads(self.shipflow("report", run, "--json").stdout)["phase"], "released")
        page = self.shipflow("report", run, "--format", "html").stdout
        self.assertTrue(page.startswith("<!doctype html>"))
        self.assertNotIn("<b>wishlists", page)
        self.assertEqual(self.shipflow("report", run, "--format", "pdf").returncode, 2)
        self.assertEqual(self.shipflow("report", "nobody").returncode, 1)


if __name__ == "__main__":
    unittest.main()
