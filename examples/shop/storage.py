"""The shop's PostgreSQL: a small pool that outlives restarts of the server, and the queries."""

import threading
import time
import uuid

import psycopg2

LOST = (psycopg2.OperationalError, psycopg2.InterfaceError)


class Unavailable(Exception):
    """The database did not answer within the patience of the caller."""


class Pool:
    """At most `size` connections. A broken one is thrown away, never handed out again."""

    def __init__(self, dsn, size):
        self._dsn = dsn
        self._idle = []
        self._lock = threading.Lock()
        self._free = threading.Semaphore(size)

    def run(self, work, patience=0.0):
        """work(cursor) in one transaction. It is tried again until `patience` seconds have passed when the
        connection is lost, so it must be harmless to run twice."""
        give_up = time.monotonic() + patience
        if not self._free.acquire(timeout=max(1.0, patience)):
            raise Unavailable("all database connections are busy")
        try:
            while True:
                try:
                    return self._once(work)
                except LOST as trouble:
                    if time.monotonic() >= give_up:
                        raise Unavailable(str(trouble).strip().splitlines()[0]) from trouble
                    time.sleep(0.05)
        finally:
            self._free.release()

    def _once(self, work):
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = psycopg2.connect(self._dsn, connect_timeout=2, application_name="shop")
        try:
            with connection, connection.cursor() as cursor:
                result = work(cursor)
        except LOST:
            connection.close()
            self._drop_idle()  # they belong to the same dead server
            raise
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append(connection)
        return result

    def _drop_idle(self):
        with self._lock:
            dropped, self._idle = self._idle, []
        for connection in dropped:
            connection.close()


class Storage:
    """Queries. Writes carry an id chosen before the first try, so a second try changes nothing."""

    PATIENCE = 10.0

    def __init__(self, dsn, size, features):
        self._pool = Pool(dsn, size)
        self._features = features

    def schema(self):
        """The revision of the schema; raises Unavailable at once, for the health check."""
        def work(cursor):
            cursor.execute("SELECT version_num FROM alembic_version")
            row = cursor.fetchone()
            return row[0] if row else None
        try:
            return self._pool.run(work)
        except psycopg2.errors.UndefinedTable:
            return None

    def search(self, text):
        def work(cursor):
            pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            cursor.execute("SELECT id, name, cents FROM products WHERE name ILIKE %s ORDER BY id LIMIT 20", (pattern,))
            return [{"id": i, "name": name, "cents": cents} for i, name, cents in cursor.fetchall()]
        return self._pool.run(work, self.PATIENCE)

    def add_to_cart(self, cart, product, count):
        """The number of items of that product, or None for an unknown product."""
        def work(cursor):
            cursor.execute(
                "INSERT INTO cart_items (cart, product, count) SELECT %s, id, %s FROM products WHERE id = %s "
                "ON CONFLICT (cart, product) DO UPDATE SET count = excluded.count RETURNING count",
                (cart, count, product))
            row = cursor.fetchone()
            return row[0] if row else None
        return self._pool.run(work, self.PATIENCE)

    def place_order(self, product, count, gift_note):
        """The id of the order, or None for an unknown product."""
        order = str(uuid.uuid4())
        note = ", gift_note" if "gift_note" in self._features else ""

        def work(cursor):
            cursor.execute(
                f"INSERT INTO orders (id, product, count, cents{note}) "
                f"SELECT %s, id, %s, cents * %s{', %s' if note else ''} FROM products WHERE id = %s "
                "ON CONFLICT (id) DO NOTHING",
                (order, count, count, *([gift_note] if note else []), product))
            cursor.execute("SELECT 1 FROM orders WHERE id = %s", (order,))
            return order if cursor.fetchone() else None
        return self._pool.run(work, self.PATIENCE)

    def order(self, order):
        def work(cursor):
            cursor.execute("SELECT id, product, count, cents FROM orders WHERE id = %s", (order,))
            row = cursor.fetchone()
            return dict(zip(("id", "product", "count", "cents"), row)) if row else None
        return self._pool.run(work, self.PATIENCE)

    def wish(self, customer, product):
        """False for an unknown product."""
        def work(cursor):
            cursor.execute(
                "INSERT INTO wishlist (customer, product) SELECT %s, id FROM products WHERE id = %s "
                "ON CONFLICT DO NOTHING", (customer, product))
            cursor.execute("SELECT 1 FROM wishlist WHERE customer = %s AND product = %s", (customer, product))
            return cursor.fetchone() is not None
        return self._pool.run(work, self.PATIENCE)
