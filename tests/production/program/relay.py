"""A server between the program and one that speaks AWS's protocols: passes everything on, notes what changes something,
and kills the program at the call that is wanted, before it has come through or after it was carried out."""

import http.client
import http.server
import re
import socket
import threading


class Strike:
    """Which of the calls that change something, counted over all relays, is the last one of a program."""

    def __init__(self, call=0, after=False):
        self.call, self.after = call, after
        self._armed = False
        self.struck = None  # the call's name
        self.victim = None  # called to kill
        self.calls = []
        self._lock = threading.Lock()
        self._under_way = 0
        self._quiet = threading.Condition(self._lock)

    def arm(self):
        """From here on calls count."""
        self.calls.clear()
        self._armed = True

    def begin(self, name):
        """Whether this is the call."""
        with self._lock:
            self._under_way += 1
            self.calls.append(name)
            return self._armed and len(self.calls) == self.call

    def end(self):
        with self._lock:
            self._under_way -= 1
            self._quiet.notify_all()

    def hit(self, name):
        self.struck = name
        self.victim()

    def wait_until_quiet(self):
        """What was under way when the program died has come to its end."""
        with self._lock:
            self._quiet.wait_for(lambda: self._under_way == 0, timeout=30)


READS = re.compile(r"Describe|List|Get|Batch")


def operation(method, path, headers, body):
    """Its name when it changes something, else None."""
    if "x-amz-target" in headers:
        name = headers["x-amz-target"].partition(".")[2]
        return None if READS.match(name) else name
    form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    if form and method == "POST":
        name = re.search(rb"(?:^|&)Action=(\w+)", body)[1].decode()
        return None if READS.match(name) else name
    if method in ("GET", "HEAD"):
        return None
    return f"{method} {path.partition('?')[0]}"


class Passage(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream = None

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        small = {k.lower(): v for k, v in self.headers.items()}
        name = operation(self.command, self.path, small, body)
        if name is None:
            self.say(*self.ask(body))
            return
        strike = self.server.strike
        here = strike.begin(name)
        try:
            if here and not strike.after:
                self.cut(name)
                return
            status, headers, said = self.ask(body)
            if status < 300:
                self.server.done.append(name)
            if here:
                self.cut(name)
                return
        finally:
            strike.end()
        self.say(status, headers, said)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = pass_on

    def cut(self, name):
        self.server.strike.hit(name)
        self.close_connection = True

    def ask(self, body):
        if self.upstream is None:
            self.upstream = http.client.HTTPConnection("127.0.0.1", self.server.to, timeout=60)
        self.upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "expect"):
                self.upstream.putheader(name, value)
        self.upstream.endheaders(body or None)
        got = self.upstream.getresponse()
        return got.status, got.getheaders(), got.read()

    def say(self, status, headers, said):
        try:
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                    self.send_header(name, value)
            length = len(said)
            if self.command == "HEAD":
                length = next((v for n, v in headers if n.lower() == "content-length"), 0)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(said)
        except OSError:
            self.close_connection = True  # the program is dead

    def finish(self):
        if self.upstream is not None:
            self.upstream.close()
        try:
            super().finish()
        except OSError:
            pass

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # who was killed hangs up


class Relay:
    def __init__(self, to, strike):
        handler = type("Here", (Passage,), {})
        self._server = Server(("127.0.0.1", 0), handler)
        self._server.to, self._server.strike, self._server.done = to, strike, []
        self.done = self._server.done  # what changed something and was carried out
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
