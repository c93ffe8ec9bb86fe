"""1,000 runs of a day of virtual time each, each with an engine of its own: memory, descriptors and threads after the first tenth and at the
end. Exit 1 when something grew.

    SHIPFLOW_LIBRARY=... PYTHONPATH=bindings/python python3 benchmarks/bindings/day.py [runs]
"""
import asyncio
import ctypes
import gc
import json
import os
import sys
import threading
import time

import shipflow

PLAN = """
shipflow: 1
plan: day
components: [door]
steps:
  - { id: open, action: toy.set, with: { value: open } }
  - { id: bake, needs: [open], wait: 24h }
"""
PLACES = """
shipflow: 1
environments: { here: { bind: { door: { provider: toy } } } }
"""


class Toy(shipflow.Provider):
    name = "toy"
    actions = [{"name": "set", "inputs": [{"name": "value", "type": "string", "required": True}], "resources": ["door"]}]

    async def apply(self, request):
        pass


def footprint():
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm", encoding="ascii") as statm:
        resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024
    return {"kib": resident, "descriptors": len(os.listdir("/proc/self/fd")), "objects": len(gc.get_objects()),
            "threads": threading.active_count()}


async def some(runs):
    """Each run has an engine and a store of its own: what stays behind is what leaks."""
    for _ in range(runs):
        async with shipflow.Engine(virtual_time=True) as engine:
            engine.add(Toy())
            plan = engine.compile(shipflow.Document.parse(PLAN), shipflow.Document.parse(PLACES), "here", version="1.0.0", variables={})
            await engine.finished(engine.start(plan, principal="user:day"))


def main(runs=1000):
    begin = time.perf_counter()
    asyncio.run(some(runs // 10))
    early = footprint()
    asyncio.run(some(runs - runs // 10))
    late = footprint()
    grown = {what: late[what] - early[what] for what in early}
    print(json.dumps({"runs": runs, "virtual_hours": 24 * runs, "seconds": round(time.perf_counter() - begin, 1), "after": late,
                      "grown": grown}))
    return 0 if grown["kib"] < 2048 and grown["descriptors"] == 0 and grown["threads"] == 0 and grown["objects"] < 1000 else 1


sys.exit(main(*map(int, sys.argv[1:2])))
