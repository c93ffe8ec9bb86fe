#!/usr/bin/python3
"""Moves the shop's schema with alembic: `apply` to $SHIPFLOW_INPUT_TO, `undo` to where it was before.

The revision before the release is what schema.py printed then; shipflow hands it over in
$SHIPFLOW_BASELINE. `verify` fails unless the schema is at $SHIPFLOW_INPUT_EXPECT. The database is
$DATABASE_URL.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from schema import revision

HERE = Path(__file__).resolve().parent


def alembic(*arguments):
    return subprocess.run(["alembic", "-c", str(HERE / "alembic.ini"), *arguments], cwd=HERE, check=False).returncode


def move_to(wanted):
    """Up or down, whichever it takes; being there already is success."""
    found = revision(os.environ["DATABASE_URL"])
    if found == wanted:
        print(f"migrate: the schema is at {found} already")
        return 0
    order = ["base", *sorted(p.name[:4] for p in (HERE / "versions").glob("[0-9]*.py"))]
    if wanted not in order or found not in order:
        print(f"migrate: revision {wanted} or {found} is not known", file=sys.stderr)
        return 1
    return alembic("upgrade" if order.index(wanted) > order.index(found) else "downgrade", wanted)


def main():
    action = sys.argv[1] if len(sys.argv) == 2 else ""
    if action == "apply":
        return move_to(os.environ["SHIPFLOW_INPUT_TO"])
    if action == "undo":
        return move_to(json.loads(os.environ["SHIPFLOW_BASELINE"])["schema_version"])
    if action == "verify":
        return subprocess.run([sys.executable, str(HERE / "schema.py"), "--expect", os.environ["SHIPFLOW_INPUT_EXPECT"]],
                              check=False).returncode
    print("usage: migrate.py apply|undo|verify", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
