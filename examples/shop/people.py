#!/usr/bin/python3
"""The people of the quickstart, played: Dana ticks the checklists, Quinn approves.

  people.py --program SHIPFLOW --store FILE     until SIGTERM

They do what people do: look at the status, and say something when it is their turn. Neither started the release with
the right to approve it alone: approvals are said by Quinn, who is in the role `qa`.
"""

import argparse
import json
import signal
import subprocess
import sys
import threading

OPEN = "asking"  # the status of a step that waits for people


class People:
    def __init__(self, program, store):
        self._program = program
        self._store = store
        self._said = set()

    def _shipflow(self, *words):
        return subprocess.run([self._program, *words, "--store", self._store], capture_output=True, text=True, check=False)

    def _say(self, *words, who):
        if words in self._said:
            return
        done = self._shipflow(*words, "--as", f"user:{who}")
        if done.returncode == 0:
            self._said.add(words)
            print(f"        {who}: {words[0]} {' '.join(words[2:])}", flush=True)

    def look(self):
        for line in self._shipflow("status", "--json").stdout.splitlines():
            run = json.loads(line)["run"]
            status = self._shipflow("status", run, "--json")
            if status.returncode == 0:
                self._answer(run, json.loads(status.stdout))

    def _answer(self, run, status):
        for step in status["steps"]:
            if step["status"] != OPEN:
                continue
            if step["kind"] == "checklist":
                for item in step["items"]:
                    if item not in step["ticked"]:
                        self._say("tick", run, step["id"], item, who="dana")
            elif step["kind"] == "approval":
                self._say("approve", run, step["id"], who="quinn")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--store", required=True)
    options = parser.parse_args()
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    people = People(options.program, options.store)
    while not done.wait(0.3):
        people.look()
    return 0


if __name__ == "__main__":
    sys.exit(main())
