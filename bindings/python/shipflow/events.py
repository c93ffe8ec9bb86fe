"""What happens to runs, as an asynchronous iterator."""
from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Any

MOST_KEPT = 65_536


class Events:
    """Events from the moment it was made, of one run or of all:

        async for event in engine.events(run): ...

    It ends with the run, or when the engine is closed. Events that nobody takes are kept up to MOST_KEPT; those beyond
    are dropped, which the next one counts in "dropped"."""

    def __init__(self, run: str | None) -> None:
        self._run = run
        self._kept: deque[dict[str, Any]] = deque()
        self._dropped = 0
        self._over = False
        self._waiter: asyncio.Future[None] | None = None

    @property
    def of_one_run(self) -> bool:
        return self._run is not None

    def wants(self, run: str) -> bool:
        return not self._over and self._run in (None, run)

    def put(self, event: dict[str, Any]) -> None:
        if len(self._kept) >= MOST_KEPT:
            self._dropped += 1
            return
        if self._dropped:
            event = {"dropped": self._dropped, **event}
            self._dropped = 0
        self._kept.append(event)
        self._wake()

    def end(self) -> None:
        """Nothing more comes; what is kept is still given."""
        self._over = True
        self._wake()

    def close(self) -> None:
        self._kept.clear()
        self.end()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def __aiter__(self) -> Events:
        return self

    async def __anext__(self) -> dict[str, Any]:
        while not self._kept:
            if self._over:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._kept.popleft()

    def __enter__(self) -> Events:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
