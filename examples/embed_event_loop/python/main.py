"""The engine inside an asyncio loop that has other work to do: embed_event_loop PLAN ENVIRONMENTS

The engine is one descriptor among others in the loop. A queue brings jobs to the crew, which takes its time; nothing
waits but who asked for it.
"""
import asyncio
import sys

import shipflow


class Crew(shipflow.Provider):
    name = "crew"
    actions = [{"name": "do", "undo": "forward_only",
                "inputs": [{"name": "job", "type": "string", "required": True, "help": "what is to be done"}]}]

    def __init__(self):
        self.jobs = asyncio.Queue()

    async def apply(self, request):
        print(f"crew: asked to {request.inputs['job']}")
        done = asyncio.get_running_loop().create_future()
        await self.jobs.put(done)
        await done

    async def work(self):
        while True:
            done = await self.jobs.get()
            print("crew: began, while the engine waits")
            await asyncio.sleep(0.02)
            print("crew: done")
            done.set_result(None)


async def main(plan, environments):
    async with shipflow.Engine() as engine:
        crew = Crew()
        engine.add(crew)
        compiled = engine.compile(plan, environments, "here", version="1.0.0")
        worker = asyncio.create_task(crew.work())
        outcome = await engine.finished(engine.start(compiled, principal="user:me"))
        worker.cancel()
        print(outcome.phase)


asyncio.run(main(*sys.argv[1:3]))
