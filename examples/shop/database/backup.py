#!/usr/bin/python3
"""Backups of the shop's database with pg_dump and pg_restore; the database is $DATABASE_URL.

  backup.py create FILE     dumps one snapshot; FILE.json says what is in it. An existing good FILE is kept
  backup.py verify FILE     reads the whole archive back and compares it with FILE.json
  backup.py restore FILE    puts the backup back in one transaction; what was written since is lost

Prints one JSON object. Exit status 1 with a line on standard error when something is wrong.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg2
from psycopg2.extensions import parse_dsn

sys.dont_write_bytecode = True  # leaves nothing behind in the checkout

from schema import revision_in  # noqa: E402

PG_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


class Trouble(Exception):
    """One line for people."""


def database():
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise Trouble("DATABASE_URL is not set")
    return url


def tool_environment():
    """libpq variables instead of arguments: arguments are seen by every user of the machine."""
    parts = parse_dsn(database())
    return {**os.environ, **{PG_VARIABLES[key]: value for key, value in parts.items() if key in PG_VARIABLES}}


def run(*arguments, **more):
    done = subprocess.run(arguments, env=tool_environment(), stderr=subprocess.PIPE, text=True, check=False, **more)
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise Trouble(f"{arguments[0]}: {reason[-1]}")
    return done


def tables(cursor):
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return [name for name, in cursor.fetchall()]


def row_counts(cursor):
    counts = {}
    for name in tables(cursor):
        cursor.execute(f'SELECT count(*) FROM "{name}"')
        counts[name] = cursor.fetchone()[0]
    return counts


def digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def contents(path):
    """Rows of each table in the archive, found by unpacking all of it."""
    complaints = tempfile.TemporaryFile("w+")
    text = subprocess.Popen(["pg_restore", "--data-only", "--file=-", str(path)], stdout=subprocess.PIPE,
                            stderr=complaints, text=True, errors="replace")
    counts, table = {}, None
    for line in text.stdout:
        if table is None and line.startswith("COPY public."):
            table = line.split()[1].removeprefix("public.").strip('"')
            counts[table] = 0
        elif table is not None and line == "\\.\n":
            table = None
        elif table is not None:
            counts[table] += 1
    if text.wait() != 0 or table is not None:
        complaints.seek(0)
        reason = complaints.read().strip().splitlines() or ["the archive ends early"]
        raise Trouble(f"{path}: {reason[-1]}")
    return counts


def note_of(path):
    try:
        return json.loads(Path(f"{path}.json").read_text())
    except (OSError, ValueError) as trouble:
        raise Trouble(f"{path}.json: {trouble}") from trouble


def verify(path):
    note = note_of(path)
    try:
        if digest(path) != note["sha256"]:
            raise Trouble(f"{path}: the file is not what was written: SHA-256 differs")
    except OSError as trouble:
        raise Trouble(f"{path}: {trouble.strerror}") from trouble
    found = contents(path)
    if found != note["rows"]:
        raise Trouble(f"{path}: the archive holds rows {found}, the snapshot had {note['rows']}")
    return note


def write_durably(path, write):
    """The name appears only when the content is complete and on disk."""
    partial = Path(f"{path}.partial")
    partial.unlink(missing_ok=True)
    write(partial)
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.rename(path)


def dump(path):
    """Counts and dump see the same snapshot, so they must agree to the row."""
    connection = psycopg2.connect(database())
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        rows = row_counts(cursor)
        schema = revision_in(cursor)
        write_durably(path, lambda partial: run(
            "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={partial}"))
    connection.close()
    return {"file": str(path), "bytes": path.stat().st_size, "sha256": digest(path), "schema_version": schema, "rows": rows}


def create(path):
    os.umask(0o077)  # a backup holds everything the database holds
    if path.exists() and Path(f"{path}.json").exists():  # the note is written last
        return verify(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    note = dump(path)
    write_durably(Path(f"{path}.json"), lambda partial: partial.write_text(json.dumps(note)))
    return note


def restore(path):
    """Tables that came after the backup go too, so that the schema is the one of the backup."""
    note = verify(path)
    connection = psycopg2.connect(database())
    with connection, connection.cursor() as cursor:
        newer = [name for name in tables(cursor) if name not in note["rows"]]
        if newer:
            cursor.execute("DROP TABLE " + ", ".join(f'"{name}"' for name in newer))
    connection.close()
    run("pg_restore", "--clean", "--if-exists", "--single-transaction", "--exit-on-error",
        f"--dbname={parse_dsn(database())['dbname']}", str(path))
    return {"restored": note["file"], "schema_version": note["schema_version"], "dropped": newer}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["create", "verify", "restore"])
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    try:
        done = {"create": create, "verify": verify, "restore": restore}[options.action](options.file)
    except (Trouble, OSError, psycopg2.Error) as trouble:
        print(f"backup: {str(trouble).strip()}", file=sys.stderr)
        return 1
    print(json.dumps(done))
    return 0


if __name__ == "__main__":
    sys.exit(main())
