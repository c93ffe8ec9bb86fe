"""The example shop against a real PostgreSQL: test_shop.py SHOP_DIR."""

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
from place import Database, Instance, missing  # noqa: E402

SHOP = None


class Place(unittest.TestCase):
    """One server per class; schema at 0003 unless a class says otherwise."""

    schema = "head"

    @classmethod
    def setUpClass(cls):
        cls.database = Database(SHOP, cls.__name__.lower())
        cls.addClassCleanup(cls.database.remove)
        cls.tool("alembic", "-c", SHOP / "database/alembic.ini", "upgrade", cls.schema)

    @classmethod
    def tool(cls, *arguments, status=0):
        """Standard output of a program that sees this database."""
        environment = {**os.environ, "DATABASE_URL": cls.database.url, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([str(a) for a in arguments], env=environment, capture_output=True, text=True, timeout=60,
                              check=False)
        assert done.returncode == status, f"{arguments}: {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr if status else done.stdout

    def start(self, version, *options):
        instance = Instance(SHOP, self.database, version, *options)
        self.addCleanup(instance.stop)
        return instance


class Endpoints(Place):
    def test_every_endpoint_answers_and_names_the_version(self):
        shop = self.start("1.5.0")
        for path in ("/", "/products?q=lamp", "/api/health", "/api/health/db", "/api/health/cache",
                     "/api/health/external", "/metrics"):
            status, _, headers = shop.ask("GET", path)
            self.assertEqual((path, status, headers["X-Shop-Version"]), (path, 200, "1.5.0"))

    def test_the_smoke_test_passes_and_fails_for_the_wrong_version(self):
        shop = self.start("1.6.0", "--errors", "0")
        url = f"http://127.0.0.1:{shop.port}"
        self.assertEqual(self.tool(SHOP / "smoke.py", "--url", url, "--version", "1.6.0").count("ok "), 6)
        self.assertIn("expected 1.5.0", self.tool(SHOP / "smoke.py", "--url", url, "--version", "1.5.0", status=1))

    def test_an_order_is_stored_and_read_by_another_instance(self):
        first, second = self.start("1.5.0"), self.start("1.4.0")
        status, order, _ = first.ask("POST", "/orders", {"product": 3, "count": 2})
        self.assertEqual(status, 201)
        status, found, _ = second.ask("GET", "/orders/" + order["id"])
        self.assertEqual((status, found["product"], found["count"]), (200, 3, 2))

    def test_bad_input_is_refused_with_a_reason(self):
        shop = self.start("1.5.0")
        for method, path, body, expected in [
            ("POST", "/orders", {"product": 3}, 400), ("POST", "/orders", {"product": "3", "count": 1}, 400),
            ("POST", "/orders", {"product": 3, "count": -1}, 400), ("POST", "/orders", {"product": 999, "count": 1}, 404),
            ("POST", "/cart", [1], 400), ("POST", "/cart", {"cart": "x" * 101, "product": 1, "count": 1}, 400),
            ("GET", "/orders/none", None, 404), ("GET", "/nowhere", None, 404), ("POST", "/", {}, 404),
        ]:
            status, answer, _ = shop.ask(method, path, body)
            self.assertEqual((method, path, body, status), (method, path, body, expected))
            self.assertTrue(answer["error"])

    def test_a_version_brings_its_features(self):
        wish = {"customer": "ann", "product": 1}
        self.assertEqual(self.start("1.4.0").ask("POST", "/wishlist", wish)[0], 404)
        self.assertEqual(self.start("1.5.0").ask("POST", "/wishlist", wish)[0], 201)

    def test_a_share_of_errors_means_exactly_every_nth_and_spares_health(self):
        shop = self.start("1.6.0")
        statuses = [shop.ask("GET", "/")[0] for _ in range(20)]
        self.assertEqual(statuses, [200, 200, 500, 200, 200] * 4)
        self.assertEqual({shop.ask("GET", "/api/health")[0] for _ in range(10)}, {200})
        counts = shop.ask("GET", "/metrics")[1]
        self.assertEqual((counts["requests"], counts["errors_5xx"]), (20, 4))

    def test_latency_is_added_to_requests(self):
        shop = self.start("1.5.0", "--latency", "60ms")
        shop.ask("GET", "/")
        self.assertGreaterEqual(shop.ask("GET", "/metrics")[1]["p95_ms"], 60)

    def test_unknown_versions_and_bad_options_are_usage_errors(self):
        for options in (["--version", "9.9.9"], ["--version", "1.5.0", "--errors", "2"],
                        ["--version", "1.5.0", "--latency", "fast"]):
            self.tool(SHOP / "shop.py", "--port", "0", *options, status=2)

    def test_a_taken_port_is_named(self):
        shop = self.start("1.5.0")
        message = self.tool(SHOP / "shop.py", "--port", shop.port, "--version", "1.5.0", status=1)
        self.assertIn(f"cannot listen on 127.0.0.1:{shop.port}", message)


class Ending(Place):
    def test_a_request_in_progress_is_finished_and_a_waiting_connection_is_answered(self):
        shop = self.start("1.5.0", "--latency", "400ms")
        idle = shop.connect()
        shop.ask("GET", "/api/health", connection=idle)
        busy = shop.connect()
        busy.request("POST", "/orders", json.dumps({"product": 1, "count": 1}))
        while shop.ask("GET", "/metrics", connection=idle)[0] != 200:  # the request above is being read by now
            pass
        shop.terminate()
        self.assertEqual(busy.getresponse().status, 201)
        self.assertEqual(shop.ask("GET", "/api/health", connection=idle)[0], 200)
        self.assertEqual(shop.wait(), 0)
        with self.assertRaises((http.client.HTTPException, OSError)):
            shop.ask("GET", "/")


class Restarts(Place):
    def ordering(self, trouble):
        """Orders in threads while `trouble` happens to the database: each answer was 201, each order is there."""
        shop = self.start("1.5.0")
        done, placed, wrong = threading.Event(), [], []

        def customer():
            connection = shop.connect()
            while not done.is_set():
                status, body, _ = shop.ask("POST", "/orders", {"product": 1, "count": 1}, connection=connection)
                (placed if status == 201 else wrong).append(body)
            connection.close()

        threads = [threading.Thread(target=customer) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            self.until(lambda: len(placed) > 20)
            trouble()
            seen = len(placed)
            self.until(lambda: len(placed) > seen + 20)
        finally:
            done.set()
            for thread in threads:
                thread.join()
        self.assertEqual(wrong, [])
        for order in placed:
            self.assertEqual(shop.ask("GET", "/orders/" + order["id"])[0], 200)

    def until(self, condition):
        waiting = threading.Event()
        for _ in range(3000):
            if condition():
                return
            waiting.wait(0.01)
        self.fail("30 seconds were not enough")

    def test_no_order_is_lost_when_the_database_is_restarted(self):
        self.ordering(self.database.restart)

    def test_no_order_is_lost_when_the_database_is_killed(self):
        def trouble():
            self.database.crash()
            self.database.start_again()
        self.ordering(trouble)

    def test_health_says_at_once_that_the_database_is_gone_and_back(self):
        shop = self.start("1.5.0")
        self.database.crash()
        status, body, _ = shop.ask("GET", "/api/health/db")
        self.assertEqual(status, 503, body)
        self.assertEqual(shop.ask("GET", "/api/health")[0], 200)
        self.database.start_again()
        self.assertEqual(shop.ask("GET", "/api/health/db")[0], 200)


class Migrations(Place):
    schema = "0001"

    def revision(self):
        return json.loads(self.tool(SHOP / "database/schema.py"))["schema_version"]

    def migrate(self, direction, revision):
        self.tool("alembic", "-c", SHOP / "database/alembic.ini", direction, revision)

    def test_up_and_down_and_a_version_is_healthy_only_on_its_schema(self):
        new, old = self.start("1.5.0"), self.start("1.4.0")
        self.assertEqual(self.revision(), "0001")
        self.assertEqual(new.ask("GET", "/api/health/db")[0], 503)
        self.migrate("upgrade", "0002")
        self.assertEqual(self.revision(), "0002")
        self.assertEqual((new.ask("GET", "/api/health/db")[0], old.ask("GET", "/api/health/db")[0]), (200, 200))
        self.migrate("upgrade", "head")
        self.assertEqual(self.revision(), "0003")
        self.migrate("downgrade", "0001")
        self.assertEqual(self.revision(), "0001")
        self.tool(SHOP / "database/schema.py", "--expect", "0002", status=1)

    def test_two_runs_at_once_wait_for_each_other(self):
        runs = [threading.Thread(target=self.migrate, args=("upgrade", "0003")) for _ in range(3)]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        self.assertEqual(self.revision(), "0003")
        self.migrate("downgrade", "0001")

    def apply(self):
        """The migration as the plan starts it."""
        environment = {**os.environ, "DATABASE_URL": self.database.url, "PYTHONDONTWRITEBYTECODE": "1",
                       "SHIPFLOW_INPUT_TO": "0003"}
        return subprocess.Popen([sys.executable, str(SHOP / "database/migrate.py"), "apply"], env=environment,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def finish_after_all(self):
        """Asked again it ends where it should, and undo still goes back to where the release began."""
        again = self.apply()
        said = again.communicate(timeout=60)[0].decode()
        self.assertEqual(again.returncode, 0, said)
        self.assertEqual(self.revision(), "0003")
        self.tool("env", 'SHIPFLOW_BASELINE={"schema_version": "0001"}', sys.executable, SHOP / "database/migrate.py", "undo")
        self.assertEqual(self.revision(), "0001")

    def test_a_database_killed_in_the_middle_of_a_migration_is_as_before_it(self):
        holder = psycopg2.connect(self.database.url)
        watch = psycopg2.connect(self.database.url)
        watch.autocommit = True
        holder.cursor().execute("LOCK TABLE orders")  # 0002 is carried out, 0003 has to wait
        running = self.apply()
        waiting = watch.cursor()
        pause = threading.Event()
        for _ in range(3000):
            waiting.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass")
            if waiting.fetchone()[0]:
                break
            pause.wait(0.01)
        else:
            self.fail("the migration never came to the table")
        self.database.crash()
        said = running.communicate(timeout=60)[0].decode()
        self.assertNotEqual(running.returncode, 0, said)
        self.database.start_again()
        self.assertEqual(self.revision(), "0001")
        self.finish_after_all()

    def test_a_database_killed_at_any_time_of_a_migration_leaves_a_whole_revision(self):
        seed = random.randrange(1 << 30)
        chance = random.Random(seed)
        for _ in range(3):
            instant = chance.uniform(0, 0.8)
            with self.subTest(seed=seed, instant=instant):
                running = self.apply()
                threading.Event().wait(instant)
                self.database.crash()
                running.communicate(timeout=60)
                self.database.start_again()
                self.assertIn(self.revision(), ("0001", "0003"))
                self.finish_after_all()


class Backups(Place):
    schema = "0001"

    def backup(self, action, name, status=0):
        return self.tool(SHOP / "database/backup.py", action, self.database.home / name, status=status)

    def test_a_backup_is_verified_kept_when_asked_again_and_restored(self):
        shop = self.start("1.4.0")
        kept = shop.ask("POST", "/orders", {"product": 1, "count": 1})[1]["id"]
        note = json.loads(self.backup("create", "first.dump"))
        self.assertEqual((note["schema_version"], note["rows"]["orders"]), ("0001", 1))
        self.assertEqual((self.database.home / "first.dump").stat().st_mode & 0o777, 0o600)
        lost = shop.ask("POST", "/orders", {"product": 1, "count": 1})[1]["id"]
        self.assertEqual(json.loads(self.backup("create", "first.dump")), note)
        self.tool("alembic", "-c", SHOP / "database/alembic.ini", "upgrade", "0002")
        self.backup("restore", "first.dump")
        self.assertEqual(json.loads(self.tool(SHOP / "database/schema.py"))["schema_version"], "0001")
        self.assertEqual((shop.ask("GET", "/orders/" + kept)[0], shop.ask("GET", "/orders/" + lost)[0]), (200, 404))

    def test_an_empty_database_has_a_backup_too(self):
        self.tool("alembic", "-c", SHOP / "database/alembic.ini", "downgrade", "base")
        note = json.loads(self.backup("create", "empty.dump"))
        self.assertEqual(note["schema_version"], "base")
        self.tool("alembic", "-c", SHOP / "database/alembic.ini", "upgrade", "0001")
        self.backup("restore", "empty.dump")
        self.assertEqual(json.loads(self.tool(SHOP / "database/schema.py"))["schema_version"], "base")
        self.tool("alembic", "-c", SHOP / "database/alembic.ini", "upgrade", "0001")

    def test_a_damaged_or_missing_backup_is_refused(self):
        self.backup("create", "second.dump")
        path = self.database.home / "second.dump"
        good = path.read_bytes()
        for bad in (good[: len(good) // 2], b"x" + good[1:], good + b"x"):
            path.write_bytes(bad)
            self.assertIn("SHA-256 differs", self.backup("verify", "second.dump", status=1))
            self.backup("restore", "second.dump", status=1)
        self.assertIn("none.dump", self.backup("verify", "none.dump", status=1))

    def test_without_a_database_the_reason_is_one_line(self):
        url, type(self).database.url = self.database.url, "postgresql://shop@127.0.0.1:1/postgres"
        try:
            message = self.backup("create", "third.dump", status=1)
        finally:
            type(self).database.url = url
        self.assertIn("127.0.0.1", message)
        self.assertFalse((self.database.home / "third.dump").exists())


if __name__ == "__main__":
    if lacks := missing():
        print(f"not run: examples_shop: {', '.join(lacks)} missing")
        sys.exit(77)
    import psycopg2
    SHOP = Path(sys.argv.pop(1))
    unittest.main()
