"""shipflow observe beside a real script: it says what it would have decided and touches nothing.

  observe_test.py SHIPFLOW
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
ENVIRONMENTS = """
shipflow: 1
environments:
  here:
    variables: { DIR: { env: TEST_DIR } }
    roles: { qa: ["user:quinn"] }
    probes:
      well: { command: [/bin/sh, -c, 'test ! -e "$0/bad"', "${DIR}"], every: 200ms, timeout: 5s, rise: 1, fall: 2 }
    bind:
      files:
        provider: command
        tasks:
          write:
            command: [/bin/sh, -c, 'echo touched > "$0/touched"', "${DIR}"]
            undo: [/bin/sh, -c, 'echo undone > "$0/touched"', "${DIR}"]
            observe: [/bin/sh, -c, 'cat "$0/file" 2>/dev/null || printf none', "${DIR}"]
            resource: "file:test"
"""
PLAN = """
shipflow: 1
plan: shop
components: [files]
steps:
  - { id: go, approval: { roles: [qa] } }
  - { id: write, needs: [go], action: files.write, guard: { abort: [well], until: watch.end } }
  - { id: watch, needs: [write], watch: { for: 1s } }
"""


class Observe(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="shipflow-observe-"))
        self.addCleanup(shutil.rmtree, self.dir)
        (self.dir / "environments.yaml").write_text(ENVIRONMENTS)
        (self.dir / "plan.yaml").write_text(PLAN)

    def observe(self, *words):
        return subprocess.run(
            [PROGRAM, "observe", str(self.dir / "plan.yaml"), "-e", str(self.dir / "environments.yaml"), "-n", "here",
             "-V", "1.5.0", "--store", str(self.dir / "s.db"), *words],
            env={**os.environ, "TEST_DIR": str(self.dir)}, text=True, capture_output=True, timeout=60, check=False)

    def beside(self, script, *words):
        return self.observe(*words, "--script", "/bin/sh", "-c", script, str(self.dir))

    def check_untouched(self):
        self.assertFalse((self.dir / "touched").exists())
        self.assertFalse((self.dir / "s.db").exists())

    def test_a_good_release_would_have_been_released_and_the_script_keeps_its_output_and_exit_code(self):
        done = self.beside('echo deployed; : > "$0/file"')
        self.assertEqual((done.returncode, done.stdout), (0, "deployed\n"), done)
        said = done.stderr.splitlines()
        self.assertIn("would have started the release of 1.5.0 to here", said[0])
        self.assertTrue(any("would have asked qa: go" in line for line in said), said)
        self.assertTrue(any("would have carried out write" in line for line in said), said)
        self.assertEqual(said[-1], "observed: shop 1.5.0 to here would have been released")
        self.check_untouched()

    def test_trouble_while_the_script_runs_would_have_been_rolled_back_and_the_script_is_left_alone(self):
        done = self.beside(': > "$0/bad"; sleep 2; echo to the end')
        self.assertEqual((done.returncode, done.stdout), (0, "to the end\n"), done)
        self.assertIn("would have rolled back: SEV1: well", done.stderr)
        self.assertIn("puts back write", done.stderr)
        self.assertIn("would have been rolled back", done.stderr.splitlines()[-1])
        self.check_untouched()

    def test_the_exit_code_of_a_failing_script_stays_and_its_failure_counts(self):
        done = self.beside("exit 7")
        self.assertEqual(done.returncode, 7, done)
        self.assertIn("script failed: /bin/sh ended with exit code 7", done.stderr)
        self.assertIn("would have rolled back", done.stderr)
        self.assertEqual(self.beside("kill -9 $$").returncode, 137)

    def test_without_a_script_it_looks_for_a_time_and_prints_lines_of_json(self):
        (self.dir / "bad").touch()
        done = self.observe("--for", "30s", "--json")
        self.assertEqual(done.returncode, 3, done)
        said = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual((said[0]["act"], said[-1]["act"], said[-1]["exit"]), ("started", "end", 3))
        self.assertIn("rolled_back", [d["act"] for d in said])
        self.assertTrue(all(d["at"] > 0 for d in said[:-1]))
        self.check_untouched()

    def test_when_the_time_is_up_before_anything_is_decided_that_is_no_failure(self):
        (self.dir / "plan.yaml").write_text(PLAN.replace("for: 1s", "for: 1h"))
        done = self.observe("--for", "1s")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(done.stdout.splitlines()[-1], "observed: shop 1.5.0 to here would still be going on")

    def test_bad_input_is_2(self):
        for words, said in ((["--for", "soon"], "--for takes a time"), (["--script"], "--script needs a program")):
            done = self.observe(*words)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(said, done.stderr)
        (self.dir / "plan.yaml").write_text(PLAN.replace("files.write", "files.wirte"))
        self.assertEqual(self.observe().returncode, 2)

    def test_a_script_that_is_not_there_is_127(self):
        done = self.observe("--script", str(self.dir / "nowhere"))
        self.assertEqual(done.returncode, 127, done)
        self.assertIn("cannot start", done.stderr)


if __name__ == "__main__":
    unittest.main()
