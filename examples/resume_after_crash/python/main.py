"""A program that dies in the middle of a step and goes on when it is started again:
resume_after_crash PLAN ENVIRONMENTS DIRECTORY [die]

With `die` it ends at once after the second page was written, before it could say so. Started again it does not write
that page twice: shipflow asks `resolve` first.
"""
import asyncio
import os
import sys
from pathlib import Path

import shipflow


class Pages(shipflow.Provider):
    name = "pages"
    actions = [{"name": "write", "undo": "forward_only",
                "inputs": [{"name": "page", "type": "string", "required": True, "help": "name of the file"},
                           {"name": "text", "type": "string", "required": True, "help": "its text"}]}]

    def __init__(self, directory, dies):
        self.directory, self.dies = directory, dies

    async def apply(self, request):
        page = request.inputs["page"]
        (self.directory / page).write_text(request.inputs["text"])
        print(f"{page}: written", flush=True)
        if self.dies and page == "news":
            os._exit(9)

    async def resolve(self, request):
        file = self.directory / request.inputs["page"]
        there = file.exists() and file.read_text() == request.inputs["text"]
        print(f"{file.name}: looked, it is {'there' if there else 'not there'}")
        return {} if there else shipflow.NotApplied()


async def main(plan, environments, directory, *die):
    async with shipflow.Engine(shipflow.Store(Path(directory) / "releases.db")) as engine:
        engine.add(Pages(Path(directory), bool(die)))
        left = engine.store.runs(terminal=False)
        if left:
            run = left[0]["id"]
            print(f"{engine.resume()} run goes on")
        else:
            compiled = engine.compile(plan, environments, "here", version="1.0.0")
            print("a new run")
            run = engine.start(compiled, principal="user:me")
        print((await engine.finished(run)).phase)


asyncio.run(main(*sys.argv[1:]))
