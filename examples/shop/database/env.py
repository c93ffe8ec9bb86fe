"""Called by alembic: one transaction per run, and one run at a time (alembic itself has no lock)."""

import os

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

LOCK = 7461_0001  # any number that nothing else in this database locks

url = os.environ.get("DATABASE_URL")
if not url:
    raise SystemExit("migrate: DATABASE_URL is not set")

with create_engine(url, poolclass=NullPool).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        # The lock ends with the transaction, also when this process is killed.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        context.run_migrations()
