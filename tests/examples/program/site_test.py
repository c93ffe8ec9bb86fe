"""How far a site is: shown to people at a terminal, to a pipe and to programs, file by file.

  site_test.py SHIPFLOW VERSITYGW
"""

import json
import os
import pathlib
import pty
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

VERSITYGW = sys.argv.pop(2)
PROGRAM = sys.argv.pop(1)
FILES = 1_000
PLAN = """
shipflow: 1
plan: web
components: [web]
steps:
  - { id: site, action: web.publish, with: { version: "${release.version}" } }
"""
SAID = re.compile(r"(assets|other files|pages|the first page): (\d+) of (\d+) files, (\d+) of (\d+) MiB")


class Site(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="shipflow-site-"))
        self.addCleanup(shutil.rmtree, self.dir)
        (self.dir / "data" / "site").mkdir(parents=True)
        for i in range(FILES):
            (self.dir / "dist" / f"d{i % 20}").mkdir(parents=True, exist_ok=True)
            (self.dir / "dist" / f"d{i % 20}" / f"{i}.txt").write_bytes(b"x" * 2_000)
        (self.dir / "plan.yaml").write_text(PLAN)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.env = {**os.environ, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
                    "AWS_EC2_METADATA_DISABLED": "true", "ROOT_ACCESS_KEY": "test", "ROOT_SECRET_KEY": "secret"}
        server = subprocess.Popen([VERSITYGW, "--quiet", "--port", f"127.0.0.1:{port}", "--region", "us-east-1", "posix",
                                   str(self.dir / "data")], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        end = time.monotonic() + 30
        while True:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            self.assertLess(time.monotonic(), end, "the server did not start")
        (self.dir / "environments.yaml").write_text(
            "shipflow: 1\nenvironments:\n  here:\n    bind:\n      web: { provider: site, bucket: site, connections: 1, "
            f'endpoint_url: "http://127.0.0.1:{port}", directory: "{self.dir}/dist" }}\n')

    def words(self, *more):
        return [PROGRAM, "run", str(self.dir / "plan.yaml"), "-e", str(self.dir / "environments.yaml"), "-n", "here", "-V", "1.0.0",
                "--as", "user:dana", "--store", str(self.dir / "s.db"), *more]

    def grows(self, said):
        """Files and bytes, which only become more, of all there are."""
        self.assertTrue(said)
        counts = [(int(files), int(mib)) for _, files, _, mib, _ in said]
        self.assertEqual(counts, sorted(counts))
        self.assertEqual({(of, mib) for _, _, of, _, mib in said}, {(str(FILES), "1")})
        self.assertTrue(any(0 < files < FILES for files, _ in counts), counts)

    def test_a_pipe_gets_a_line_for_each_step_onwards(self):
        done = subprocess.run(self.words(), env=self.env, text=True, capture_output=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done)
        self.grows(SAID.findall(done.stdout))
        self.assertNotIn("\x1b", done.stdout)
        self.assertIn(" site: other files: ", done.stdout)

    def test_programs_get_events_with_percent_and_text(self):
        done = subprocess.run(self.words("--json"), env=self.env, text=True, capture_output=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        bodies = [e for e in events if e["event"] == "progress"]
        self.assertEqual({b["step"] for b in bodies}, {"site"})
        self.grows([m for b in bodies for m in SAID.findall(b["text"])])
        percents = [b["percent"] for b in bodies if SAID.match(b["text"])]
        self.assertEqual(percents, sorted(percents))
        self.assertTrue(any(0 < p < 100 for p in percents), percents)

    def test_a_terminal_gets_a_bar_that_is_drawn_in_place(self):
        ours, theirs = pty.openpty()
        child = subprocess.Popen(self.words(), env={**self.env, "TERM": "xterm"}, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        os.close(ours)
        text = seen.decode()
        self.assertEqual(child.wait(60), 0, text)
        self.assertRegex(text, r"site \[#+\.+\] other files: \d+ of 1000 files")
        self.assertIn("\x1b[", text)
        self.grows(SAID.findall(text))


if __name__ == "__main__":
    if not os.path.exists(VERSITYGW):
        print("not run: program_site: versitygw is missing (sh tests/tools/versitygw.sh)")
        sys.exit(0)
    unittest.main()
