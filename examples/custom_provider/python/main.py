"""A provider of feature flags: custom_provider PLAN ENVIRONMENTS

Its line goes dead after the first flag was set, so shipflow asks `resolve` whether it was. The second flag is
refused, so both are put back to what `observe` said: a refusal does not prove that nothing was changed.
"""
import asyncio
import sys

import shipflow


class Flags(shipflow.Provider):
    name = "flags"
    actions = [{"name": "set", "resources": ["flag:${flag}"],
                "inputs": [{"name": "flag", "type": "string", "required": True, "help": "which one"},
                           {"name": "to", "type": "string", "required": True, "help": "on or off"}]}]

    def __init__(self):
        self.values = {"checkout": "off", "search": "off"}

    async def observe(self, request):
        return {"value": self.values[request.inputs["flag"]]}

    async def apply(self, request):
        flag, to = request.inputs["flag"], request.inputs["to"]
        if flag == "search":
            print("search: refused, there is no index")
            raise shipflow.Failed("there is no index")
        print(f"{flag}: {self.values[flag]} -> {to}, and the line went dead")
        self.values[flag] = to
        return shipflow.Unknown("the line went dead")

    async def resolve(self, request):
        flag = request.inputs["flag"]
        print(f"{flag}: looked, it is {self.values[flag]}")
        return {} if self.values[flag] == request.inputs["to"] else shipflow.NotApplied()

    async def undo(self, request):
        flag = request.inputs["flag"]
        self.values[flag] = request.baseline["value"]
        print(f"{flag}: put back to {self.values[flag]}")


async def main(plan, environments):
    async with shipflow.Engine() as engine:
        engine.add(Flags())
        compiled = engine.compile(plan, environments, "here", version="1.1.0")
        outcome = await engine.outcome(engine.start(compiled, principal="user:me"))
        print(f"{outcome.phase}: {outcome.reason}")


asyncio.run(main(*sys.argv[1:3]))
