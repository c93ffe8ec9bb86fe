#!/usr/bin/python3
"""Prints the revision of the schema, {"schema_version": "0002"}; with --expect another one is a failure.

The database is $DATABASE_URL; a database without any migration is at revision "base".
"""

import argparse
import json
import os
import sys

import psycopg2


def revision_in(cursor):
    cursor.execute("SELECT to_regclass('alembic_version')")
    if cursor.fetchone()[0] is None:
        return "base"
    cursor.execute("SELECT version_num FROM alembic_version")
    row = cursor.fetchone()
    return row[0] if row else "base"


def revision(url):
    connection = psycopg2.connect(url, connect_timeout=5)
    with connection, connection.cursor() as cursor:
        return revision_in(cursor)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expect", metavar="REVISION")
    options = parser.parse_args()
    try:
        found = revision(os.environ.get("DATABASE_URL", ""))
    except psycopg2.Error as trouble:
        print(f"schema: {str(trouble).strip()}", file=sys.stderr)
        return 1
    print(json.dumps({"schema_version": found}))
    if options.expect not in (None, found):
        print(f"schema: revision {found} where {options.expect} was expected", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
