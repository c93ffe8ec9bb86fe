"""python -m shipflow: rehearse and print plans, and read the history, without another program.

    python -m shipflow rehearse PLAN -e ENVIRONMENTS -n NAME -V VERSION [--swarm N] [--seed N] [--fault STEP:KIND] [--json]
    python -m shipflow plan PLAN -e ENVIRONMENTS -n NAME -V VERSION [--format table|mermaid|json]
    python -m shipflow schema plan|environments
    python -m shipflow history STORE [-n NAME]
    python -m shipflow status STORE RUN [--json]
    python -m shipflow facts STORE RUN
    python -m shipflow audit STORE RUN

`rehearse` plays the plan in virtual time with a fault at every step and touches nothing; `plan` says what would be done.
STORE is the file of a living or a dead engine; it is only read. Exit codes: 0 done, 1 a rehearsal with violations or a
record that does not verify, 2 bad input.
"""
from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import Corrupt, Engine, Error, Plan, Store, schema


def _compiled(given: argparse.Namespace, state: str) -> Plan:
    engine = Engine(Store())
    for name in ("probes", "http", "gate", "github", "sources", "aws"):
        engine.add_builtin(name)
    # Nothing is started for a plan or a rehearsal, so any program stands for the keeper where the package has none.
    keeper = {} if Path(__file__).with_name("shipflow-keeper").exists() else {"keeper": sys.executable}
    for name in ("command", "local"):
        engine.add_builtin(name, state_directory=state, **keeper)
    return engine.compile(given.plan, given.environments, given.environment, version=given.version)


def _rehearse(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as state:
        plan = _compiled(given, state)
        mode: dict[str, Any] = {"mode": "swarm", "runs": given.swarm} if given.swarm else {}
        if given.fault:
            mode = {"mode": "single", **mode, "faults": given.fault}
        report = plan.rehearse(seed=given.seed, **mode)
    if given.json:
        json.dump(report, sys.stdout)
        print()
    else:
        print(f"{report['plan']} {report['version']} in {report['environment']}: {report['runs']} runs, "
              f"{report['released']} released, {report['restored']} restored, {report['parked']} parked")
        for step in report["point_of_no_return"]:
            print(f"no way back from {step['step']}: {step['why']}")
        for violation in report["violations"]:
            print(f"{violation['check']}: {violation['what']}\n  {violation['replay']}")
    return 1 if report["violations"] else 0


def _plan(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as state:
        plan = _compiled(given, state)
        print({"table": plan.table, "mermaid": plan.mermaid, "json": plan.json}[given.format])
    return 0


def _schema(given: argparse.Namespace) -> int:
    print(json.dumps(schema(given.name), indent=2))
    return 0


def _status(given: argparse.Namespace) -> int:
    with Store(given.store, read_only=True) as store:
        state = store.look(given.run)
    if given.json:
        print(json.dumps(state))
        return 0
    print(f"{state['run']}  {state['plan']} {state['version']} in {state['environment']}: {state['phase']}  {state['reason']}")
    if state["parked"]:
        print(f"waits for a person: {state['parked']}\n  {state['command']}")
    for step in state["steps"]:
        print(f"  {step['id']}  {step['status']}  {step.get('why', '')}".rstrip())
    return 0


def _facts(given: argparse.Namespace) -> int:
    with Store(given.store, read_only=True) as store:
        for fact in store.facts(given.run):
            print(json.dumps(fact))
    return 0


def _audit(given: argparse.Namespace) -> int:
    with Store(given.store, read_only=True) as store:
        try:
            found = store.verify(given.run)
        except Corrupt as e:
            print(e, file=sys.stderr)
            return 1
    print(f"{found['facts']} facts, head {found['head']}")
    return 0


def _history(given: argparse.Namespace) -> int:
    with Store(given.store, read_only=True) as store:
        for run in store.runs(environment=given.environment or ""):
            print(f"{run['id']}  {run['environment']}  {run['version']}  {run['status']}  {run['principal']}  {run['reason']}")
    return 0


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m shipflow", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in (("rehearse", _rehearse), ("plan", _plan)):
        command = commands.add_parser(name)
        command.set_defaults(function=function)
        command.add_argument("plan")
        command.add_argument("-e", "--environments", required=True)
        command.add_argument("-n", "--environment", required=True)
        command.add_argument("-V", "--version", required=True)
        if name == "plan":
            command.add_argument("--format", choices=["table", "mermaid", "json"], default="table")
        else:
            command.add_argument("--swarm", type=int, metavar="N")
            command.add_argument("--seed", type=int, default=1)
            command.add_argument("--fault", action="append", metavar="STEP:KIND", default=[])
            command.add_argument("--json", action="store_true")
    history = commands.add_parser("history")
    history.set_defaults(function=_history)
    history.add_argument("store")
    history.add_argument("-n", "--environment")
    printed = commands.add_parser("schema")
    printed.set_defaults(function=_schema)
    printed.add_argument("name")
    for name, function in (("status", _status), ("facts", _facts), ("audit", _audit)):
        command = commands.add_parser(name)
        command.set_defaults(function=function)
        command.add_argument("store")
        command.add_argument("run")
        if name == "status":
            command.add_argument("--json", action="store_true")
    given = parser.parse_args(words)
    try:
        return int(given.function(given))
    except Error as e:
        print(e, file=sys.stderr)
        for finding in e.findings[1:]:
            print(f"{finding['file']}:{finding['line']}:{finding['column']} {finding['pointer']}: {finding['message']}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
