"""A provider of one action, a plan, a run: hello PLAN ENVIRONMENTS"""
import asyncio
import sys

import shipflow


class Printer(shipflow.Provider):
    name = "print"
    actions = [{"name": "say", "undo": "forward_only",
                "inputs": [{"name": "text", "type": "string", "required": True, "help": "what is printed"}]}]

    async def apply(self, request):
        print(request.inputs["text"])


async def main(plan, environments):
    async with shipflow.Engine() as engine:
        engine.add(Printer())
        compiled = engine.compile(plan, environments, "here", version="1.0.0")
        outcome = await engine.finished(engine.start(compiled, principal="user:me"))
        print(outcome.phase)


asyncio.run(main(*sys.argv[1:3]))
