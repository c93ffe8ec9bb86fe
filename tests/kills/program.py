"""Starting, killing and hearing the shipflow program."""

import json
import os
import signal
import subprocess
import time


class Process:
    def __init__(self, words, environment, out):
        self._out = out
        with out.open("wb") as to:
            self._process = subprocess.Popen(words, env=environment, stdout=to, stderr=subprocess.STDOUT)

    def wait_for_lines(self, count):
        limit = time.monotonic() + 20
        while self._process.poll() is None and self._out.read_bytes().count(b"\n") < count:
            if time.monotonic() > limit:
                return
            time.sleep(0.002)

    def kill(self):
        """Whether it was still alive."""
        alive = self._process.poll() is None
        self._process.send_signal(signal.SIGKILL)
        return self._process.wait() == -signal.SIGKILL and alive

    def end(self):
        try:
            return self._process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise

    def facts(self):
        """What was printed as a durable fact, whole lines only."""
        out = []
        for line in self._out.read_bytes().split(b"\n")[:-1]:
            if not line.startswith(b"{"):
                continue
            event = json.loads(line)
            if event.get("event") == "fact":
                out.append({"run": event["run"], "rev": event["fact"]["rev"], "fact": event["fact"]})
        return out


class Program:
    def __init__(self, path, place, environment):
        self._path = path
        self._place = place
        self._environment = {**os.environ, **environment}
        self.store = place / "s.db"
        self._started = []

    def start(self, words):
        process = Process([self._path, *words, "--store", str(self.store), "--json"], self._environment,
                          self._place / "out")
        self._started = [process]
        return process

    def check(self, *words):
        subprocess.run([self._path, *words, "--store", str(self.store)], env=self._environment, check=True,
                       stdout=subprocess.DEVNULL, timeout=60)

    def close(self):
        for process in self._started:
            process.kill()
