"""Plants bugs one at a time and demands that the tests find each.

  mutants.py SOURCE_DIR BUILD_DIR [WORD...]     only those whose name has one of the words

One source is changed and compiled, one test program linked with it in front of the library; nothing in the build
directory changes. A control without a bug must pass.
"""

import json
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
from planted import PLANTED  # noqa: E402


class Workshop:
    def __init__(self, source, build):
        self._source, self._build = source, build
        commands = json.loads((build / "compile_commands.json").read_text())
        self._compile = {Path(c["directory"], c["file"]).resolve(): c for c in commands}
        self._place = tempfile.TemporaryDirectory(prefix="shipflow-mutants-")
        self.place = Path(self._place.name)
        self._links = {}

    def close(self):
        self._place.cleanup()

    def compile(self, path, changes):
        text = (self._source / path).read_text()
        for old, new in changes:
            if old not in text:
                raise SystemExit(f"{path} no longer has the text \"{old}\"; plant this bug in another way")
            text = text.replace(old, new)
        changed, output = self.place / "changed.cpp", self.place / "changed.o"
        changed.write_text(text)
        command = self._compile[(self._source / path).resolve()]
        words = shlex.split(command["command"])
        words[words.index("-c") + 1] = str(changed)
        words[words.index("-o") + 1] = str(output)
        for option in ("-MF", "-MT"):
            if option in words:
                del words[words.index(option):words.index(option) + 2]
        words = [w for w in words if w != "-MD"]
        subprocess.run([*words, "-O0", "-w"], cwd=command["directory"], check=True)
        return output

    def _link_words(self, program):
        if program not in self._links:
            built = next(self._build.glob(f"tests/**/{program}")).relative_to(self._build)
            listed = subprocess.run(["ninja", "-C", str(self._build), "-t", "commands", "-s", str(built)], text=True,
                                    capture_output=True, check=True).stdout.splitlines()
            self._links[program] = shlex.split([line for line in listed if " -o " in line][-1].replace(": && ", "")
                                               .replace(" && :", ""))
        return list(self._links[program])

    def link(self, program, changed):
        words, linked = self._link_words(program), self.place / program
        words[words.index("-o") + 1] = str(linked)
        library = next(i for i, w in enumerate(words) if w.endswith("libshipflow.a"))
        subprocess.run([*words[:library], str(changed), *words[library:]], cwd=self._build, check=True)
        return linked

    def passes(self, program, cases):
        try:
            done = subprocess.run([program, f"-tc={cases}", "--abort-after=1"], capture_output=True, timeout=60,
                                  check=False, cwd=self.place)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def main():
    source, build = Path(sys.argv[1]), Path(sys.argv[2])
    words = sys.argv[3:]
    wanted = [m for m in PLANTED if not words or any(w in m[0] for w in words)]
    workshop, missed = Workshop(source, build), []
    try:
        for program, (path, cases) in {m[3]: (m[1], m[4]) for m in wanted}.items():
            if not workshop.passes(workshop.link(program, workshop.compile(path, [])), cases):
                raise SystemExit(f"{program} fails without a bug")
        for name, path, changes, program, cases in wanted:
            began = time.monotonic()
            survived = workshop.passes(workshop.link(program, workshop.compile(path, changes)), cases)
            print(f"{'MISSED' if survived else 'found'}: {name} ({time.monotonic() - began:.1f} s)", flush=True)
            if survived:
                missed.append(name)
    finally:
        workshop.close()
    print(f"{len(wanted) - len(missed)} of {len(wanted)} planted bugs were found")
    return 1 if missed or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
