"""How a run ended."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    run: str
    #: "released", "rolled_back", "failed" or "cancelled"
    phase: str
    reason: str

    @property
    def released(self) -> bool:
        return self.phase == "released"
