"""Rehearsals of the examples: the README's own, and those of the teams' processes.

usage: test_rehearsal.py PROGRAM SOURCE_DIR
"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
SOURCES = pathlib.Path()
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "processes"))
import test_processes  # noqa: E402  (its stand-ins and variables are those of every process)


def call(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], env={**os.environ, **test_processes.VARIABLES}, text=True,
                          cwd=SOURCES, capture_output=True, timeout=500, stdin=subprocess.DEVNULL)


def shown_in_readme():
    """The command and the lines of its output that the README shows; every variable there is set to something."""
    found = re.search(r"```console\n\$ shipflow (rehearse (?:[^\n]*\\\n)*[^\n]*)\n(.*?)```",
                      (SOURCES / "README.md").read_text(), re.DOTALL)
    return shlex.split(found[1].replace("\\\n", " ")), found[2]


class Rehearsals(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.release = pathlib.Path(self.place.name) / "release.json"
        self.release.write_text(json.dumps(test_processes.RELEASE))

    def test_the_readme_shows_what_the_program_prints_without_a_violation(self):
        command, shown = shown_in_readme()
        page = pathlib.Path(self.place.name) / "page.html"
        done = call(*command, "--html", page)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout[-2000:])
        self.assertEqual(done.stdout[:len(shown)], shown)
        self.assertLess(page.stat().st_size, 1 << 20)
        self.assertNotIn(test_processes.SECRET, done.stdout + page.read_text())

    def test_the_other_processes_are_rehearsed_with_stand_ins_for_what_is_not_built(self):
        folder = SOURCES / "examples/processes"
        for name in test_processes.PROCESSES:
            if name == "shopflow":
                continue
            text, places = test_processes.with_stand_ins((folder / f"{name}.yaml").read_text(),
                                                         (folder / f"{name}-environments.yaml").read_text())
            copies = [pathlib.Path(self.place.name) / f"{name}{tail}.yaml" for tail in ("", "-environments")]
            copies[0].write_text(text)
            copies[1].write_text(places)
            with self.subTest(process=name):
                done = call("rehearse", copies[0], "-e", copies[1], "-n", test_processes.environments_of(places)[-1],
                            "--release", self.release, "--swarm", "60", "--json")
                self.assertEqual(done.returncode, 0, done.stderr + done.stdout[-2000:])
                self.assertNotIn(test_processes.SECRET, done.stdout)
                report = json.loads(done.stdout.splitlines()[-1])["report"]
                self.assertEqual(report["undisturbed"]["outcome"], "released")


if __name__ == "__main__":
    PROGRAM, SOURCES = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
