"""A throw-away PostgreSQL and shops on it, for the tests of the example."""

import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The server asks for it; every process of the suite inherits it.
os.environ["PGPASSWORD"] = secrets.token_hex(8)


def missing():
    """What the suite needs and the machine does not have."""
    lacks = [tool for tool in ("pg_dump", "pg_restore", "alembic") if shutil.which(tool) is None]
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) and shutil.which("initdb") is None:
        lacks.append("PostgreSQL")
    try:
        import psycopg2  # noqa: F401
    except ImportError:
        lacks.append("psycopg2")
    return lacks


class Database:
    def __init__(self, shop, name):
        self._script = str(shop / "postgres.sh")
        self.home = Path(tempfile.mkdtemp(prefix=f"shipflow-shop-{name}."))
        self.home.chmod(0o711)  # the server's user must pass through
        self.url = self._call("start")

    def _call(self, action, *more):
        done = subprocess.run(["sh", self._script, action, str(self.home / "pg"), *more], stdout=subprocess.PIPE,
                              text=True, check=True, timeout=60)
        return done.stdout.strip()

    def restart(self):
        self._call("restart")

    def crash(self):
        """The postmaster and all its children are killed, as by the kernel when memory is short."""
        pid = int((self.home / "pg/data/postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in [pid, *map(int, children)]:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it ended with its postmaster
        self._gone(pid)

    @staticmethod
    def _gone(pid):
        """Until the parent has collected it, a killed server looks alive to the next one."""
        for _ in range(1000):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.01)
        raise TimeoutError(f"process {pid} is still there")

    def start_again(self):
        self._call("start", (self.home / "pg/port").read_text().strip())

    def remove(self):
        self._call("stop", "immediate")
        shutil.rmtree(self.home)


class Instance:
    """A running shop."""

    def __init__(self, shop, database, version, *options):
        self._process = subprocess.Popen(
            [sys.executable, str(shop / "shop.py"), "--port", "0", "--version", version, "--database", database.url,
             *options], stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline().rsplit(":", 1)[1])

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, method, path, body=None, connection=None):
        """Status, JSON (or text) and headers of one request."""
        through = connection or self.connect()
        through.request(method, path, None if body is None else json.dumps(body))
        answer = through.getresponse()
        text = answer.read().decode()
        if connection is None:
            through.close()
        is_json = answer.headers["Content-Type"] == "application/json"
        return answer.status, json.loads(text) if is_json else text, answer.headers

    def terminate(self):
        self._process.send_signal(signal.SIGTERM)

    def wait(self):
        """The exit status."""
        status = self._process.wait(timeout=60)
        self._process.stdout.close()
        return status

    def stop(self):
        if self._process.poll() is None:
            self.terminate()
        return self.wait()
