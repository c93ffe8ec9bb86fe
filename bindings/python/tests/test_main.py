"""python -m shipflow: every verb, and what it says to bad input."""
from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Toy, compiled

import shipflow
from shipflow import __main__ as program

PLAN = """
shipflow: 1
plan: ping
steps:
  - { id: first, action: http.wait, with: { url: "http://127.0.0.1:9/hooks" } }
  - { id: pause, needs: [first], wait: 1m }
"""
PLACES = "shipflow: 1\nenvironments: { here: { url: \"http://127.0.0.1:9\" } }\n"


@pytest.fixture
def documents(tmp_path: Path) -> list[str]:
    (tmp_path / "plan.yaml").write_text(PLAN)
    (tmp_path / "places.yaml").write_text(PLACES)
    return [str(tmp_path / "plan.yaml"), "-e", str(tmp_path / "places.yaml"), "-n", "here", "-V", "1.0.0"]


@pytest.fixture
def history(tmp_path: Path) -> tuple[str, str]:
    """A store with one run, and that run."""

    async def main() -> str:
        async with shipflow.Engine(shipflow.Store(tmp_path / "runs.db"), virtual_time=True) as engine:
            engine.add(Toy())
            run = engine.start(compiled(engine), principal="user:dana")
            await engine.finished(run)
            return run

    return str(tmp_path / "runs.db"), asyncio.run(main())


def test_a_plan_is_printed_in_three_forms(documents: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for form, word in (("table", "first"), ("mermaid", "flowchart"), ("json", '"steps"')):
        assert program.main(["plan", *documents, "--format", form]) == 0
        assert word in capsys.readouterr().out


def test_a_plan_is_rehearsed(documents: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = program.main(["rehearse", *documents])
    out = capsys.readouterr().out
    assert code in (0, 1) and re.match(r"ping 1.0.0 in here: \d+ runs, \d+ released", out) and (code == 1) == ("replay" in out or "--fault" in out)
    assert program.main(["rehearse", *documents, "--swarm", "5", "--seed", "3", "--json"]) in (0, 1)
    assert json.loads(capsys.readouterr().out)["runs"] >= 5
    assert program.main(["rehearse", *documents, "--fault", "nobody:reply_dropped"]) == 2
    assert "nobody" in capsys.readouterr().err


def test_schemas_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["schema", "plan"]) == 0
    assert "$schema" in json.loads(capsys.readouterr().out)
    assert program.main(["schema", "nothing"]) == 2


def test_history_is_read(history: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    store, run = history
    assert program.main(["history", store]) == 0
    assert run in capsys.readouterr().out
    assert program.main(["history", store, "-n", "elsewhere"]) == 0
    assert capsys.readouterr().out == ""
    assert program.main(["status", store, run]) == 0
    assert "greeting 1.0.0 in here: released" in capsys.readouterr().out
    assert program.main(["status", store, run, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["phase"] == "released"
    assert program.main(["facts", store, run]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["kind"] == "created"
    assert program.main(["audit", store, run]) == 0
    assert "facts, head" in capsys.readouterr().out
    assert program.main(["status", store, "nobody"]) == 2
    assert "nobody" in capsys.readouterr().err


def test_a_record_that_was_changed_is_named(history: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    store, run = history
    with sqlite3.connect(store) as db:
        table = next(name for (name,) in db.execute("select name from sqlite_master where type = 'table' and name like '%fact%'"))
        db.execute(f"update {table} set body = replace(body, 'user:dana', 'user:eve')")
    assert program.main(["audit", store, run]) == 1
    assert capsys.readouterr().err


def test_bad_documents_are_named_with_their_place(documents: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path(documents[0]).write_text("shipflow: 1\nplan: x\nsteps: [{ id: a, acton: x }, { id: a }]\n")
    assert program.main(["plan", *documents]) == 2
    assert "plan.yaml:3:" in capsys.readouterr().err
    assert program.main(["plan", "/nowhere/plan.yaml", *documents[1:]]) == 2
    assert program.main(["history", "/nowhere/runs.db"]) == 2


def test_every_verb_is_documented_and_the_module_runs() -> None:
    shown = subprocess.run([sys.executable, "-m", "shipflow", "--help"], capture_output=True, text=True, check=True).stdout
    verbs = set(re.findall(r"python -m shipflow (\w+)", program.__doc__ or ""))
    assert verbs == {"rehearse", "plan", "schema", "history", "status", "facts", "audit"}
    for verb in verbs:
        assert verb in shown
        assert subprocess.run([sys.executable, "-m", "shipflow", verb, "--help"], capture_output=True).returncode == 0
    assert subprocess.run([sys.executable, "-m", "shipflow", "fly"], capture_output=True).returncode == 2
