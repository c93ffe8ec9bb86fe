"""HTTP/1.1 for the shop: threads, keep-alive, and an end that loses no request."""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from endpoints import Refused
from storage import Unavailable

MAX_BODY = 64 * 1024
UNTOUCHED = ("/api/", "/metrics")  # paths that faults leave alone


class Handler(BaseHTTPRequestHandler):
    """One connection; the shop and the server's state are attributes of the server."""

    protocol_version = "HTTP/1.1"
    server_version = "shop"
    wbufsize = -1  # head and body leave in one packet
    disable_nagle_algorithm = True
    timeout = 75

    def do_GET(self):  # noqa: N802, the name is given by http.server
        self.serve("GET")

    def do_POST(self):  # noqa: N802
        self.serve("POST")

    def serve(self, method):
        began = time.monotonic()
        with self.server.busy:
            status, body = self.answer(method, urlsplit(self.path))
            self.send(status, body)
        if not self.path.startswith(UNTOUCHED):
            self.server.shop.meter.request(status, (time.monotonic() - began) * 1000)
        if method == "POST" and self.path == "/orders":
            self.server.shop.meter.order(status)

    def answer(self, method, url):
        try:
            body = self.read_body()
            if not url.path.startswith(UNTOUCHED):
                time.sleep(self.server.shop.faults.latency_seconds)
                if self.server.shop.faults.next_is_error():
                    return 500, {"error": f"version {self.server.shop.version} has a bug"}
            return self.route(method, url, body)
        except Refused as refusal:
            return refusal.status, {"error": str(refusal)}
        except Unavailable as trouble:
            return 503, {"error": f"database: {trouble}"}
        except Exception as trouble:  # one request must not take the others down
            print(f"shop: {method} {url.path}: {trouble!r}", file=sys.stderr, flush=True)
            return 500, {"error": "internal error"}

    def read_body(self):
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MAX_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # what follows on the connection cannot be told apart
            raise Refused(413, f"the body must have a length of at most {MAX_BODY} bytes")
        raw = self.rfile.read(int(length))
        if not raw:
            return {}
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Refused(400, "the body must be a JSON object")
        return body

    def route(self, method, url, body):
        endpoint = self.server.routes.get((method, url.path))
        if endpoint is not None:
            return endpoint(parse_qs(url.query), body)
        if method == "GET" and url.path.startswith("/orders/"):
            return self.server.shop.order(url.path.removeprefix("/orders/"))
        raise Refused(404, f"no {method} {url.path}")

    def send(self, status, body):
        is_html = isinstance(body, str)
        data = body.encode() if is_html else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8" if is_html else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Shop-Version", self.server.shop.version)
        if self.server.draining:
            self.send_header("Connection", "close")  # also ends this connection's loop
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, *_):
        """No line per request: the load balancer has the log."""


class Busy:
    """Counts requests in progress; `idle_for(seconds)` waits until none came for that long."""

    def __init__(self):
        self._condition = threading.Condition()
        self._running = 0
        self._arrivals = 0

    def __enter__(self):
        with self._condition:
            self._running += 1
            self._arrivals += 1

    def __exit__(self, *_):
        with self._condition:
            self._running -= 1
            self._condition.notify_all()

    def idle_for(self, seconds, at_most):
        end = time.monotonic() + at_most
        with self._condition:
            while time.monotonic() < end:
                self._condition.wait_for(lambda: self._running == 0, timeout=end - time.monotonic())
                seen = self._arrivals
                if not self._condition.wait_for(lambda: self._arrivals != seen, timeout=seconds):
                    return


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def __init__(self, address, shop):
        self.shop = shop
        self.busy = Busy()
        self.draining = False
        self.routes = shop.routes()
        super().__init__(address, Handler)

    def handle_error(self, request, client_address):
        """A client that hangs up is not worth a stack trace."""

    def drain(self):
        """Idle connections stay open for a moment, since a request may already be on its way."""
        self.draining = True
        self.server_close()
        self.busy.idle_for(0.3, at_most=30)
