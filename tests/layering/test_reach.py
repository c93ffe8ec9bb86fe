"""The check of symbols itself: what reaches the system is found in an object file, what does not passes.

usage: test_reach.py CXX
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
from reach import CORE, findings  # noqa: E402

CXX = "c++"
PLANTED = {
    "the clock": "#include <chrono>\nlong f() { return std::chrono::system_clock::now().time_since_epoch().count(); }\n",
    "the process environment": "#include <cstdlib>\nconst char* f() { return std::getenv(\"HOME\"); }\n",
    "randomness": "#include <random>\nunsigned f() { std::random_device d; return d(); }\n",
    "threads": "#include <thread>\nvoid f() { std::thread t([] {}); t.join(); }\n",
    "sleeping": "#include <unistd.h>\nvoid f() { usleep(1); }\n",
}


def compiled(place, name, text):
    (place / name).write_text(text)
    subprocess.run([CXX, "-std=c++20", "-c", place / name, "-o", place / (name + ".o")], check=True)
    return place / (name + ".o")


class Reach(unittest.TestCase):
    def found(self, text, room="run", name="x.cpp"):
        with tempfile.TemporaryDirectory() as folder:
            build = Path(folder)
            harmless = compiled(build, "empty.cpp", "int nothing = 0;\n").read_bytes()
            for each in CORE:
                place = build / "src" / each / "CMakeFiles" / "x.dir"
                place.mkdir(parents=True)
                (place / "empty.cpp.o").write_bytes(harmless)
            compiled(build / "src" / room / "CMakeFiles" / "x.dir", name, text)
            return list(findings(build))

    def test_planted(self):
        for what, text in PLANTED.items():
            with self.subTest(what):
                self.assertTrue(any(what in line for line in self.found(text)), what)

    def test_harmless(self):
        self.assertEqual(self.found("#include <chrono>\nlong f(std::chrono::milliseconds m) { return m.count(); }\n"), [])

    def test_the_engines_doors_may(self):
        self.assertEqual(self.found(PLANTED["the clock"], "engine", "loop.cpp"), [])
        self.assertNotEqual(self.found(PLANTED["the clock"], "engine", "actor.cpp"), [])

    def test_nothing_built_is_no_pass(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(len(list(findings(Path(folder)))), len(CORE))


if __name__ == "__main__":
    CXX = sys.argv.pop() if len(sys.argv) > 1 else CXX
    unittest.main()
