"""The shipflow program killed with SIGKILL before and after calls that change something at AWS or S3, and started again.

  kill_test.py SHIPFLOW AWS_DOUBLE [STORY]

Every call: SHIPFLOW_KILLS=all. One: SHIPFLOW_KILLS=41, or 41+ for after it was carried out. Otherwise one of each of two
stories, which are said.
Whatever happens in between, the end is that of the release nobody killed, and nothing was done twice.
"""

import concurrent.futures
import os
import random
import sys
import traceback

from place import Place, tools_of

TOOLS = tools_of("production_program_kills")

from relay import Strike  # noqa: E402
from teams import Frontends, Specifications, Stacks  # noqa: E402

WANTED = os.environ.get("SHIPFLOW_KILLS", "")
SHARE = 2  # stories with one kill each, unless all are wanted
QUICK = 4  # the first ones; stacks are waited for longer
FEWEST_CALLS = 16  # of a story that change something
AT_ONCE = 6


def effects(done):
    """But for what may be asked for again, as it is the same: there are `counts` of what came of it."""
    return [name for name in done if name != "UpdateService" and not name.endswith("/invalidation")]


class Story:
    """A release of `version` onto 1.2.1, which ends in `phase`."""

    def __init__(self, team, version, phase, fails=None):
        self.team, self.version, self.phase, self.fails = team, version, phase, fails

    def __str__(self):
        return f"{self.team.name} {self.version}, {self.phase}"

    def play(self, strike):
        """What it came to: end, picture, counts, uploads."""
        with Place(TOOLS, self.team, strike) as place:
            place.team.build("1.2.1")
            first = place.carry_out("1.2.1")
            assert first["phase"] == "released", (first, place.release.output())
            relays = (place.cloud.aws, place.cloud.objects)
            for relay in relays:
                relay.done.clear()
            if self.fails:
                place.team.fail_at(self.fails)
            place.team.build(self.version)
            strike.arm()
            end = place.carry_out(self.version)
            puts = [n for n in place.cloud.objects.done if n.startswith("PUT ") and "/.shipflow/" not in n]
            return {"end": end, "picture": place.team.picture(place.cloud), "counts": place.team.counts(place.cloud),
                    "uploads": {n: puts.count(n) for n in puts}, "done": sorted(effects(place.cloud.aws.done)),
                    "calls": list(strike.calls), "struck": strike.struck, "output": place.release.output()}


def problems(calm, seen):
    if seen["end"]["phase"] != calm["end"]["phase"]:
        yield f"it ended {seen['end']}"
    if seen["picture"] != calm["picture"]:
        yield f"the end is {seen['picture']} instead of {calm['picture']}"
    if seen["counts"] != calm["counts"]:
        yield f"there are {seen['counts']} instead of {calm['counts']}"
    if seen["done"] != calm["done"]:
        yield f"carried out were {seen['done']} instead of {calm['done']}"
    twice = {n: k for n, k in seen["uploads"].items() if k > calm["uploads"].get(n, 0)}
    if twice:
        yield f"uploaded again: {twice}"


def kills_of(calls):
    if WANTED not in ("", "all"):
        return [(int(WANTED.rstrip("+")), WANTED.endswith("+"))]
    return [(n + 1, after) for n in range(len(calls)) for after in (False, True)]


def killed(story, calm, call, after):
    """What is wrong with the end, and whether it came to the kill."""
    place = f"{story}: killed {'after' if after else 'before'} call {call}"
    try:
        seen = story.play(Strike(call, after))
    except Exception:
        return [f"{place}: {traceback.format_exc()}"], False
    wrong = [f"{place} ({seen['struck']}): {p}" for p in problems(calm.result(), seen)]
    if wrong:
        wrong.append(seen["output"])
    return wrong, seen["struck"] is not None


STORIES = [
    Story(Specifications, "1.3.0", "released"),
    Story(Specifications, "1.3.0", "rolled_back", fails="test:smoke"),
    Story(Frontends, "1.3.0", "released"),
    Story(Frontends, "1.3.0", "rolled_back", fails="production"),
    Story(Stacks, "1.3.0", "released"),
    Story(Stacks, "1.3.0", "rolled_back", fails="test:smoke"),
]


def judge(story, calm, lives):
    """What is wrong with these lives."""
    ends = [life.result() for life in lives]
    print(f"{story}: {sum(k for _, k in ends)} kills of {2 * len(calm['calls'])} places", flush=True)
    yield from (p for wrong, _ in ends for p in wrong)
    if not any(k for _, k in ends):
        yield f"{story}: nothing was killed"


def play(story, crew):
    calm = crew.submit(story.play, Strike())
    if WANTED:
        places = kills_of(calm.result()["calls"])
    else:
        places = [(random.randint(1, FEWEST_CALLS), random.random() < 0.5)]
        print(f"{story}: SHIPFLOW_KILLS={places[0][0]}{'+' if places[0][1] else ''}", flush=True)
    lives = [crew.submit(killed, story, calm, *place) for place in places]
    if (end := calm.result())["end"]["phase"] != story.phase:
        yield f"{story}: undisturbed it ended {end['end']}\n{end['output']}"
    yield from judge(story, end, lives)


def main():
    named = [s for s in STORIES if len(sys.argv) < 2 or sys.argv[1] in str(s)]
    stories = named if WANTED else random.sample(named[:QUICK], min(SHARE, len(named)))
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as crew, \
            concurrent.futures.ThreadPoolExecutor(len(stories)) as directors:
        wrong = [p for found in directors.map(lambda s: list(play(s, crew)), stories) for p in found]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
