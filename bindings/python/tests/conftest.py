"""The world of the tests: a provider that remembers, and a plan of two steps."""
from __future__ import annotations

import pytest

import shipflow

PLAN = """
shipflow: 1
plan: greeting
components: [door]
steps:
  - { id: open, action: toy.set, with: { value: open } }
  - { id: greet, needs: [open], action: toy.set, with: { value: hello } }
"""
GATED = """
shipflow: 1
plan: gated
components: [door]
steps:
  - { id: go, approval: { roles: [qa] } }
  - { id: open, needs: [go], action: toy.set, with: { value: open } }
"""
ENVIRONMENTS = """
shipflow: 1
environments:
  here:
    url: http://localhost
    variables: { TOKEN: { env: TEST_TOKEN, secret: true } }
    roles: { qa: ["user:quinn"] }
    bind: { door: { provider: toy } }
"""


class Toy(shipflow.Provider):
    name = "toy"
    actions = [{"name": "set", "inputs": [{"name": "value", "type": "string", "required": True},
                                          {"name": "token", "type": "string", "sensitive": True}],
                "resources": ["door"]}]

    def __init__(self) -> None:
        self.value = "shut"
        self.applied: list[str] = []
        self.seen: list[shipflow.Request] = []

    async def observe(self, request: shipflow.Request) -> shipflow.provider.Answer:
        return {"value": self.value}

    async def apply(self, request: shipflow.Request) -> shipflow.provider.Answer:
        self.seen.append(request)
        self.applied.append(request.step)
        self.value = request.inputs["value"]
        return None

    async def undo(self, request: shipflow.Request) -> shipflow.provider.Answer:
        self.value = request.baseline["value"]
        return None


@pytest.fixture
def toy() -> Toy:
    return Toy()


def compiled(engine: shipflow.Engine, plan: str = PLAN) -> shipflow.Plan:
    return engine.compile(shipflow.Document.parse(plan, "plan.yaml"),
                          shipflow.Document.parse(ENVIRONMENTS, "environments.yaml"), "here", version="1.0.0", variables={})
