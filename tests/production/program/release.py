"""One release by the shipflow program, with everybody it asks, through as many lives of the program as it takes."""

import json
import os
import signal
import socket
import subprocess
import threading


OVER = ("released", "rolled_back", "failed", "cancelled")


class Everybody:
    """Ticks, approves and answers what a run waits for, over the program's socket."""

    def __init__(self, store, former):
        self._former = former
        self._socket = str(store) + ".sock"
        self._said = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._attend)
        self.asked = []
        self.run = None

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def new_life(self):
        """What the one before may not have kept is said again; the same words count once."""
        self._said.clear()

    def _call(self, request):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self._socket)
            s.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(s.makefile().readline())

    def _attend(self):
        while not self._over.wait(0.1):
            try:
                if self.run is None:
                    runs = [r["run"] for r in self._call({"op": "list"})["runs"]]
                    self.run = next((r for r in runs if r not in self._former), None)
                if self.run is not None:
                    self._look(self._call({"op": "look", "run": self.run})["summary"])
            except (OSError, ValueError, KeyError):
                continue  # it is not up, or not any more

    def _look(self, run):
        for step in run["steps"]:
            if step["status"] != "asking":
                continue
            if step["kind"] == "approval":
                self._say("approve", {"step": step["id"]})
            for item in step.get("items", []):
                if item not in step["ticked"]:
                    self._say("tick", {"step": step["id"], "item": item})
        for question in run["questions"]:
            if question["id"] not in self.asked:
                self.asked.append(question["id"])
            self._say("approve", {"step": question["id"]})

    def _say(self, name, body):
        words = json.dumps([self.run, name, body], sort_keys=True)
        if words in self._said:
            return
        said = self._call({"op": "say", "run": self.run, "name": name, "body": body, "as": "user:somebody", "id": words})
        if said.get("ok"):
            self._said.add(words)


class Release:
    def __init__(self, program, place, environment):
        self._program, self._place = program, place
        self._environment = {**os.environ, **environment}
        self.store = place / "store.db"
        self.asked = []
        self.lives = 0

    def _start(self, words):
        self.lives += 1
        with (self._place / f"out.{self.lives}").open("wb") as out:
            return subprocess.Popen([self._program, *map(str, words), "--store", str(self.store), "--json"],
                                    env=self._environment, stdout=out, stderr=subprocess.STDOUT, cwd=self._place)

    def _look(self, *words):
        done = subprocess.run([self._program, *words, "--store", str(self.store), "--json"], text=True,
                              env=self._environment, capture_output=True, timeout=60, check=False)
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def carry_out(self, words, strike):
        """{phase, reason, parked} of the run; the program is started again when it was struck."""
        former = self._runs()
        with Everybody(self.store, former) as people:
            words, said = ["run", *words], {}
            for _ in range(6):
                process = self._start(words)
                strike.victim = lambda p=process: p.send_signal(signal.SIGKILL)
                people.new_life()
                try:
                    process.wait(timeout=180)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    raise
                strike.wait_until_quiet()
                runs = [r for r in self._runs() if r not in former]
                if not runs and process.returncode == -signal.SIGKILL:
                    continue  # it died before it had begun anything
                if not runs:
                    break
                said = self._look("status", runs[0])[0]
                if said["phase"] in OVER or said["parked"]:
                    break
                words = self._next(said, process.returncode)
        self.asked = people.asked
        return {"phase": said.get("phase", "never begun"), "reason": said.get("reason", self.output()),
                "parked": said.get("parked")}

    def _runs(self):
        return [r["run"] for r in self._look("history")] if self.store.exists() else []

    @staticmethod
    def _next(run, code):
        """`resume` leaves what waits for people; who says something then carries the run on."""
        if code == -signal.SIGKILL:
            return ["resume"]
        for step in run["steps"]:
            if step["status"] == "asking" and step["kind"] == "approval":
                return ["approve", run["run"], step["id"], "--as", "user:somebody"]
            left = [i for i in step.get("items", []) if i not in step["ticked"]]
            if step["status"] == "asking" and left:
                return ["tick", run["run"], step["id"], left[0], "--as", "user:somebody"]
        for question in run["questions"]:
            return ["approve", run["run"], question["id"], "--as", "user:somebody"]
        return ["resume"]

    def output(self):
        return "".join((self._place / f"out.{n + 1}").read_text()[-500:] for n in range(self.lives))
