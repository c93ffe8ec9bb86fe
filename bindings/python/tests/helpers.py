"""Running an engine, a provider that fails, and another interpreter."""
from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from conftest import Toy, compiled

import shipflow

HERE = Path(__file__).resolve().parent


def with_engine(work: Callable[[shipflow.Engine], Awaitable[Any]], provider: shipflow.Provider, **options: Any) -> Any:
    async def main() -> Any:
        async with shipflow.Engine(**options) as engine:
            engine.add(provider)
            return await work(engine)

    return asyncio.run(main())


async def one_run(engine: shipflow.Engine) -> shipflow.Outcome:
    return await engine.finished(engine.start(compiled(engine), principal="user:dana"))


def failing_with(e: BaseException) -> Toy:
    class Fails(Toy):
        async def apply(self, request: shipflow.Request) -> shipflow.Answer:
            raise e

    return Fails()


def python(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Another interpreter with this package and the world of these tests."""
    head = f"""
import asyncio, os, signal, sys, threading
sys.path[:0] = {[str(HERE), *sys.path]!r}
import shipflow
from conftest import Toy, compiled
class Forever(Toy):
    async def apply(self, request): await asyncio.Event().wait()
"""
    return subprocess.run([sys.executable, "-X", "dev", "-c", head + script, *arguments], capture_output=True, text=True,
                          timeout=60, env={**os.environ, **environment})
