"""The store as an independent reader sees it, between two lives of the program."""

import hashlib
import json
import sqlite3

STATUS = {1: "ready", 2: "waiting", 3: "owned", 4: "watching", 5: "parked", 10: "released", 11: "rolled_back",
          12: "failed", 13: "cancelled"}


class Journal:
    def __init__(self, path):
        self._rows, self._facts = {}, {}
        if not path.exists():
            return
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            if not db.execute("SELECT 1 FROM sqlite_schema WHERE name='fact'").fetchone():
                return
            for n, run, external, status, reason, rev in db.execute(
                    "SELECT n, id, external_id, status, reason, rev FROM run ORDER BY n DESC LIMIT 3"):
                self._rows[run] = {"external": external, "status": STATUS[status], "reason": reason, "rev": rev}
                self._facts[run] = db.execute("SELECT rev, hash, body FROM fact WHERE run=? ORDER BY rev",
                                              (n,)).fetchall()
        finally:
            db.close()

    def find(self, external):
        for run, row in self._rows.items():
            if row["external"] == external:
                return run
        return None

    def row(self, run):
        return self._rows[run]

    def ended(self, run):
        return self._rows[run]["status"] in ("released", "rolled_back", "failed", "cancelled")

    def has(self, fact):
        facts = self._facts.get(fact["run"], [])
        return len(facts) >= fact["rev"] and json.loads(facts[fact["rev"] - 1][2]) == fact["fact"]

    def chain_is_whole(self, run):
        head = hashlib.sha256(f"shipflow run {run}".encode()).hexdigest()
        for at, (rev, told, body) in enumerate(self._facts[run], 1):
            head = hashlib.sha256(f"{head}\n{body}".encode()).hexdigest()
            if rev != at or head != told:
                return False
        return len(self._facts[run]) == self._rows[run]["rev"]
