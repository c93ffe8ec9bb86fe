"""One call of a provider in Python from the engine and back, beside a bare hand-over of the same kind: another thread, a
descriptor in the loop (`add_reader`), a future that a coroutine waits for, and a descriptor back.

    SHIPFLOW_LIBRARY=... PYTHONPATH=bindings/python python3 benchmarks/bindings/round_trip.py [calls [batches]]
"""
import asyncio
import collections
import json
import os
import statistics
import sys
import threading
import time

import shipflow


async def hand_over(calls):
    """Microseconds for one round trip between a thread and a coroutine."""
    loop = asyncio.get_running_loop()
    items, there, back = collections.deque(), os.pipe(), os.pipe()
    waiter = loop.create_future()

    def ring():
        os.read(there[0], 1)
        waiter.set_result(items.popleft())

    def other():
        for i in range(calls):
            items.append(b'{"verb":"apply","number":%d}' % i)
            os.write(there[1], b"x")
            os.read(back[0], 1)

    loop.add_reader(there[0], ring)
    thread = threading.Thread(target=other)
    begin = time.perf_counter()
    thread.start()
    for _ in range(calls):
        await waiter
        waiter = loop.create_future()
        os.write(back[1], b"x")
    spent = time.perf_counter() - begin
    thread.join()
    loop.remove_reader(there[0])
    for fd in there + back:
        os.close(fd)
    return spent / calls * 1e6


class Nothing(shipflow.Provider):
    name = "toy"
    actions = [{"name": "nothing", "undo": "forward_only"}]
    calls = 0

    async def apply(self, request):
        self.calls += 1

    observe = resolve = apply


async def through_the_engine(calls):
    nothing = Nothing()
    async with shipflow.Engine() as engine:
        engine.add(nothing)
        begin = time.perf_counter()
        report = await engine.check_provider("toy", [{"action": "nothing"}] * (calls // 11 + 1))
        spent = time.perf_counter() - begin
    assert report["provider"] == "toy" and nothing.calls > calls // 2
    return spent / nothing.calls * 1e6


def main(calls=2000, batches=7):
    bare, ours = [], []
    for _ in range(batches):
        bare.append(asyncio.run(hand_over(calls)))
        ours.append(asyncio.run(through_the_engine(calls)))
    one, other = statistics.median(ours), statistics.median(bare)
    print(json.dumps({"calls": calls, "batches": batches, "call_us": round(one, 1), "bare_us": round(other, 1),
                      "ratio": round(one / other, 2)}))


main(*map(int, sys.argv[1:3]))
