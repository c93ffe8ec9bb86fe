"""Rehearsals of the teams' processes.

usage: test_rehearsal.py PROGRAM SOURCE_DIR
"""
import json
import os
import pathlib
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
                          cwd=SOURCES, capture_output=True, timeout=240, stdin=subprocess.DEVNULL)


class Rehearsals(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.release = pathlib.Path(self.place.name) / "release.json"
        self.release.write_text(json.dumps(test_processes.RELEASE))

    def rehearse(self, plan, environments, where):
        page = pathlib.Path(self.place.name) / "page.html"
        done = call("rehearse", plan, "-e", environments, "-n", where, "--release", self.release, "--json", "--html", page)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertLess(page.stat().st_size, 1 << 20)
        self.assertNotIn(test_processes.SECRET, done.stdout + page.read_text())
        return json.loads(done.stdout.splitlines()[-1])["report"]

    def test_shopflow_leads_back_from_every_fault(self):
        folder = SOURCES / "examples/processes"
        report = self.rehearse(folder / "shopflow.yaml", folder / "shopflow-environments.yaml", "local")
        self.assertEqual(report["violations"], [])
        self.assertEqual(report["point_of_no_return"], [])
        self.assertGreater(report["undisturbed"]["lasted_ms"], 24 * 3600 * 1000)

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
                report = self.rehearse(*copies, test_processes.environments_of(places)[-1])
                self.assertEqual(report["undisturbed"]["outcome"], "released")
                self.assertEqual(report["violations"], [])


if __name__ == "__main__":
    PROGRAM, SOURCES = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
