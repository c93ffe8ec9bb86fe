"""What is released: commands that count their effects, and processes behind HAProxy."""

import os
import signal
import socket
import sys
import time
import urllib.request
from pathlib import Path

SERVICE = Path(__file__).parents[1] / "provider" / "local" / "service.py"


def processes_of(place):
    """Ids of processes that name the place in their arguments or environment."""
    mark, found = str(place).encode(), []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if mark in (entry / "cmdline").read_bytes() or mark in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue  # it has just ended
    return found


def eventually_gone(place):
    limit = time.monotonic() + 10
    while left := processes_of(place):
        if time.monotonic() > limit:
            return left
        time.sleep(0.02)
    return []


class Commands:
    """Five tasks that count what they do, each on a file of its own; `end` decides how it ends."""

    endings = ["released", "rolled_back", "taken back"]
    usual_kills = 25
    seconds = 0.5
    lines = 16

    ENVIRONMENTS = r"""
shipflow: 1
environments:
  here:
    variables: { DIR: { env: KILLS_PLACE } }
    roles: { dev: ["user:dana"] }
    bind:
      files:
        provider: command
        env: { KILLS_PLACE: "${DIR}" }
        directory: "${DIR}"
        tasks:
          write:
            command: [/bin/sh, -c, 'echo "$SHIPFLOW_INPUT_LIFE $SHIPFLOW_STEP do $SHIPFLOW_EFFECT_KEY" >> effects;
              sleep 0.0$SHIPFLOW_INPUT_TAKES; printf %s "$SHIPFLOW_INPUT_TO" > "file.$SHIPFLOW_INPUT_FILE"']
            observe: [/bin/sh, -c, 'cat "file.$SHIPFLOW_INPUT_FILE" 2>/dev/null || printf none']
            undo: [/bin/sh, -c, 'echo "$SHIPFLOW_INPUT_LIFE $SHIPFLOW_STEP undo $SHIPFLOW_EFFECT_KEY" >> effects;
              printf %s "$SHIPFLOW_BASELINE" | tr -d "\"" > "file.$SHIPFLOW_INPUT_FILE"']
            inputs: { file: { type: string }, to: { type: string }, takes: { type: string }, life: { type: string } }
            undo_kind: reversible
            resource: "file:${file}"
"""
    PLAN = """
shipflow: 1
plan: kills
components: [files]
parameters: { life: none, end: ok }
steps:
  - { id: a, action: files.write, with: { file: a, to: "${life}", takes: "1", life: "${life}" } }
  - { id: b, needs: [a], action: files.write, with: { file: b, to: "${life}", takes: "6", life: "${life}" } }
  - { id: c, needs: [a], action: files.write, with: { file: c, to: "${life}", takes: "3", life: "${life}" } }
  - { id: again, needs: [b, c], action: files.write, with: { file: a, to: "${life}+", takes: "2", life: "${life}" } }
  - { id: end, needs: [again], command: [/bin/sh, -c, 'test "$0" != fail', "${end}"] }
  - { id: rest, needs: [end], watch: { for: 300ms } }
"""

    def __init__(self, place):
        self.place = place
        self.effects = 0
        self._before = {name: "none" for name in "abc"}
        (place / "environments.yaml").write_text(self.ENVIRONMENTS)
        (place / "plan.yaml").write_text(self.PLAN)

    def environment(self):
        return {"KILLS_PLACE": str(self.place)}

    def words(self, life, ending):
        end = "fail" if ending == "rolled_back" else "ok"
        return [str(self.place / "plan.yaml"), "-e", str(self.place / "environments.yaml"), "-n", "here", "-V", "1.0.0",
                "--parameter", f"life={life}", "--parameter", f"end={end}"]

    def _files(self):
        files = {name: self.place / f"file.{name}" for name in "abc"}
        return {name: path.read_text() if path.exists() else "none" for name, path in files.items()}

    def judge(self, life, status):
        lines = [line for line in (self.place / "effects").read_text().splitlines() if line.split()[0] == life]
        self.effects += len(lines)
        for line in set(lines):
            if lines.count(line) > 1:
                yield f"carried out {lines.count(line)} times: {line}"
        done = [line.split()[1] for line in lines if line.split()[2] == "do"]
        undone = [line.split()[1] for line in lines if line.split()[2] == "undo"]
        if status == "released" and (sorted(done) != ["a", "again", "b", "c"] or undone):
            yield f"released, but done were {done} and undone {undone}"
        # One that was stopped before it did anything is put back, too.
        if status != "released" and not set(done) - {"again"} <= set(undone):
            yield f"{status}, but done were {done} and undone {undone}"
        wanted = {"a": life + "+", "b": life, "c": life} if status == "released" else self._before
        if self._files() != wanted:
            yield f"{status}, but the files are {self._files()} instead of {wanted}"
        self._before = wanted
        if left := eventually_gone(self.place):
            yield f"processes are left: {left}"

    def close(self):
        for pid in processes_of(self.place):
            os.kill(pid, signal.SIGKILL)


class Balancer:
    """Two instances of a service behind HAProxy, switched from blue to green and back."""

    endings = ["released", "rolled_back"]
    usual_kills = 6
    seconds = 2.5
    lines = 40

    ENVIRONMENTS = """
shipflow: 1
environments:
  here:
    variables:
      DIR: { env: KILLS_PLACE }
      PORT: { env: KILLS_PORT }
      SERVICE: { env: KILLS_SERVICE }
      PYTHON: { env: KILLS_PYTHON }
    roles: { dev: ["user:dana"] }
    bind:
      api:
        provider: local
        command: ["${PYTHON}", "${SERVICE}", --port, "${port}", --version, "${version}"]
        env: { KILLS_PLACE: "${DIR}" }
        listen: "127.0.0.1:${PORT}"
        instances: 2
        ready: { http: /health, within: 30s }
        drain: 1s
        grace: 2s
"""
    PLAN = """
shipflow: 1
plan: switch
components: [api]
parameters: { end: ok }
steps:
  - { id: api, blue_green: { component: api, bake: 200ms } }
  - { id: end, needs: [api], command: [/bin/sh, -c, 'test "$0" != fail', "${end}"] }
"""

    def __init__(self, place):
        self.place = place
        self.effects = 0
        self._serving = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        (place / "environments.yaml").write_text(self.ENVIRONMENTS)
        (place / "plan.yaml").write_text(self.PLAN)

    def environment(self):
        return {"KILLS_PLACE": str(self.place), "KILLS_PORT": str(self._port), "KILLS_SERVICE": str(SERVICE),
                "KILLS_PYTHON": sys.executable}

    @staticmethod
    def _version(life):
        return "1." + life.rpartition("-")[2] + ".0"

    def words(self, life, ending):
        end = "fail" if ending == "rolled_back" else "ok"
        return [str(self.place / "plan.yaml"), "-e", str(self.place / "environments.yaml"), "-n", "here", "-V",
                self._version(life), "--parameter", f"end={end}"]

    def _instances(self):
        """Version of each instance that runs."""
        out = []
        for pid in processes_of(self.place):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if len(words) > 5 and words[1] == str(SERVICE):
                out.append(words[words.index("--version") + 1])
        return sorted(out)

    def _served(self):
        try:
            return {urllib.request.urlopen(f"http://127.0.0.1:{self._port}/", timeout=5).read().decode()
                    for _ in range(8)}
        except OSError:
            return set()

    def judge(self, life, status):
        if status == "released":
            self._serving = self._version(life)
        wanted = [self._serving] * 2 if self._serving else []
        self.effects += 2
        limit = time.monotonic() + 20
        while self._instances() != wanted and time.monotonic() < limit:
            time.sleep(0.05)
        if self._instances() != wanted:
            yield f"{status}, but {self._instances()} run instead of {wanted}"
        if self._served() != set(wanted):
            yield f"{status}, but {self._served()} answer instead of {set(wanted)}"

    def close(self):
        """Keepers first: they would start again what they keep."""
        for pid in processes_of(self.place):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it ended with its keeper


STAGES = {"commands": Commands, "balancer": Balancer}
