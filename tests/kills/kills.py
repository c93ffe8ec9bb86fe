"""The shipflow program killed with SIGKILL at random instants, against a real store and real processes.

  kills.py SHIPFLOW [--stage commands|balancer] [--kills N] [--seed S]

Each life is one release, killed again and again and resumed until it has ended. Checked after every kill: what
the program had printed as a fact is in the store, byte for byte. Checked at the end: the run is released or rolled
back as it should be, the chain is whole, every effect was carried out at most once, the place is as the end
demands, and no process is left over. The first violation ends it; until then it says on standard error how far it is.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
from journal import Journal  # noqa: E402
from program import Program  # noqa: E402
from stages import STAGES  # noqa: E402


BETWEEN_REPORTS = 10  # seconds


class Violation(Exception):
    pass


class Life:
    """One release, from its first start to its end."""

    def __init__(self, number, seed, stage, program):
        self.seed = seed
        self.numbers = random.Random(seed)
        self.stage = stage
        self.program = program
        self.id = f"life-{number}"
        self.kills = 0
        self.run = None
        self.ending = self.numbers.choice(stage.endings)

    def demand(self, holds, what):
        if not holds:
            raise Violation(f"seed {self.seed}, {self.id} ({self.ending}), kill {self.kills}: {what}")

    def start_words(self):
        return ["run", *self.stage.words(self.id, self.ending), "--id", self.id, "--as", "user:dana"]

    def next_words(self):
        """Starting again under the same id and resuming are the same thing for a run that exists."""
        if self.run is None or self.numbers.random() < 0.3:
            return self.start_words()
        if self.ending == "taken back" and self.numbers.random() < 0.5:
            return ["rollback", self.run, "--as", "user:dana", "--id", self.id + "-back"]
        return ["resume"]

    def strike(self):
        """Starts the program and kills it, after some time or just when it has said something."""
        process = self.program.start(self.next_words())
        if self.numbers.random() < 0.5:
            process.wait_for_lines(self.numbers.randrange(1, self.stage.lines))
            time.sleep(self.numbers.random() * 0.01)
        else:
            time.sleep(self.numbers.random() * self.stage.seconds)
        killed = process.kill()
        self.kills += killed
        self.look(process.facts())
        return killed

    def look(self, said):
        """What was said to be durable is in the store."""
        journal = Journal(self.program.store)
        self.run = journal.find(self.id)
        for fact in said:
            self.demand(journal.has(fact), f"fact {fact['rev']} of run {fact['run']} was said and is lost")

    def ended(self):
        return self.run is not None and Journal(self.program.store).ended(self.run)

    def live(self, strikes):
        for _ in range(strikes):
            if not self.strike() and self.ended():
                break
        for _ in range(20):
            if self.ended():
                break
            words = self.start_words() if self.run is None else ["resume"]
            if self.ending == "taken back" and self.run is not None:
                words = ["rollback", self.run, "--as", "user:dana", "--id", self.id + "-back"]
            process = self.program.start(words)
            process.end()
            self.look(process.facts())
        self.judge()

    def judge(self):
        journal = Journal(self.program.store)
        row = journal.row(self.run)
        # A person may come too late, or before anything was done.
        possible = ("released", "rolled_back", "failed") if self.ending == "taken back" else (self.ending,)
        self.demand(row["status"] in possible, f"it ended {row['status']}: {row['reason']}")
        self.demand(journal.chain_is_whole(self.run), "the chain is broken")
        self.program.check("audit", "verify", self.run)
        for problem in self.stage.judge(self.id, row["status"]):
            self.demand(False, problem)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--stage", choices=sorted(STAGES), default="commands")
    options.add_argument("--kills", type=int)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    place = Path(tempfile.mkdtemp(prefix="shipflow-kills-"))
    stage = STAGES[given.stage](place)
    wanted = given.kills or stage.usual_kills
    program = Program(given.program, place, stage.environment())
    lives, kills, ends, began, said = 0, 0, {}, time.monotonic(), time.monotonic()
    try:
        while kills < wanted:
            lives += 1
            life = Life(lives, given.seed * 1_000_000 + lives, stage, program)
            life.live(life.numbers.randrange(1, 6))
            kills += life.kills
            ends[life.ending] = ends.get(life.ending, 0) + 1
            if time.monotonic() - said > BETWEEN_REPORTS:
                said = time.monotonic()
                print(f"{min(kills, wanted)} of {wanted} kills in {lives} releases after {said - began:.0f} s: "
                      f"0 facts lost, {stage.effects} effects, 0 of them twice", file=sys.stderr, flush=True)
    except Violation as found:
        print(f"{found}\nreplay: kills.py PROGRAM --stage {given.stage} --seed {given.seed}; kept: {place}")
        place = None
        return 1
    finally:
        stage.close()
        program.close()
        if place is not None:
            shutil.rmtree(place)
    print(f"{given.stage}, seed {given.seed}: {kills} kills in {lives} releases ({ends}), 0 facts lost, "
          f"{stage.effects} effects, 0 of them twice, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
