"""The conformance corpus, through this package."""
from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from corpus_player import Player

FILES = sorted((Path(__file__).resolve().parents[3] / "tests/corpus").glob("*.json"))


def test_there_are_scenarios() -> None:
    assert len(FILES) >= 12


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_scenario_comes_out_as_written(file: Path) -> None:
    scenario: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    seen = asyncio.run(asyncio.wait_for(Player(scenario).play(), 60))
    expect = scenario["expect"]
    if "refused" in expect:
        assert seen["refused"] == expect["refused"]["status"] and expect["refused"]["message"] in seen["message"]
        return
    assert seen["refused"] == "", seen.get("message")
    assert seen["trouble"] == []
    order = sorted if scenario.get("unordered") else list
    assert order(seen["calls"]) == order(expect["calls"])
    assert order(seen["facts"]) == order(expect["facts"])
    assert seen["phase"] == seen["folded"] == expect["phase"] and seen["audited"] > 0
    assert expect.get("reason", "") in seen["reason"] and expect.get("parked", "") in seen["parked"]
    assert [text for text in expect.get("reached", []) if text not in seen["bodies"]] == []
    assert [text for text in expect.get("never", []) if text in seen["written"]] == []
