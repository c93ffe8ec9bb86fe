"""A run asks its question in the tool that people use anyway: approvals_in_your_tool PLAN ENVIRONMENTS

The chat of this example is a list of what two people type. A question is a `timer` fact of an approval step; what came
of a vote is a `signal` fact.
"""
import asyncio
import sys

import shipflow


class Site(shipflow.Provider):
    name = "site"
    actions = [{"name": "publish", "undo": "forward_only",
                "inputs": [{"name": "version", "type": "string", "required": True, "help": "what is published"}]}]

    async def apply(self, request):
        print(f"publishing {request.inputs['version']}")


class Chat:
    def __init__(self, engine, run):
        self.engine, self.run = engine, run
        self.people = ["user:dana", "user:quinn"]  # both type: approve

    def answer_next(self, step):
        who = self.people.pop(0)
        print(f"{who} approves")
        self.engine.say(self.run, "approve", principal=who, step=step)

    def show(self, fact):
        if fact["kind"] == "timer":
            print(f"{fact['step']}: may 2.4.0 be published?")
            self.answer_next(fact["step"])
        elif fact["kind"] == "signal" and fact["body"]["meaning"] == "refused":
            print(f"refused: {fact['body']['why']}")
            self.answer_next(fact["step"])


async def main(plan, environments):
    async with shipflow.Engine() as engine:
        engine.add(Site())
        compiled = engine.compile(plan, environments, "here", version="2.4.0")
        run = engine.start(compiled, principal="user:release-bot")
        chat = Chat(engine, run)
        async for event in engine.events(run):
            if event["event"] == "fact":
                chat.show(event["fact"])
        print((await engine.finished(run)).phase)


asyncio.run(main(*sys.argv[1:3]))
