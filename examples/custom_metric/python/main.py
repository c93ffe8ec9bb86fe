"""A trigger over numbers that the program itself answers for: custom_metric PLAN ENVIRONMENTS

The shop takes ten orders a second. Two minutes after the new version was deployed one in five begins to fail. Time is
virtual, so ten minutes of watching take no time.
"""
import asyncio
import sys

import shipflow


class Shop(shipflow.Provider):
    name = "shop"
    actions = [{"name": "deploy", "resources": ["fleet:${component}"],
                "inputs": [{"name": "version", "type": "string", "required": True, "help": "what is deployed"}]}]

    def __init__(self, engine):
        self.engine = engine
        self.version = "1.0.0"
        self.deployed_ms = 0

    async def observe(self, request):
        return {"version": self.version}

    async def apply(self, request):
        self.version = request.inputs["version"]
        print(f"deploying {self.version}")
        self.deployed_ms = self.engine.now_ms

    async def undo(self, request):
        self.version = request.baseline["version"]
        print(f"putting {self.version} back")

    async def orders(self, request):
        """Counters: they only grow."""
        seconds = (self.engine.now_ms - self.deployed_ms) / 1000
        counts = {"all": seconds * 10, "failed": max(0.0, seconds - 120) * 2}
        return [counts[series] for series in request["series"]]


async def main(plan, environments):
    async with shipflow.Engine(virtual_time=True) as engine:
        shop = Shop(engine)
        engine.add(shop)
        engine.add_metrics("orders", shop.orders)
        compiled = engine.compile(plan, environments, "here", version="1.1.0")
        outcome = await engine.outcome(engine.start(compiled, principal="user:me"))
        row = engine.store.runs()[0]
        print(f"{outcome.phase} after {(row['finished_ms'] - row['created_ms']) // 1000} s: {outcome.reason}")


asyncio.run(main(*sys.argv[1:3]))
