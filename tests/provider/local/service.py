"""A small service to release: answers its version, has a health page, and misbehaves on request.

service.py --port N --version V [--mode ok|never-ready|exits] [--errors PERCENT] [--delay MS]
/        200 and the version, or 500 for the given share of requests
/health  200 when ready
/slow    like / but after 1.5 seconds
/env     value of the environment variable SECRET_WORD
"""
import argparse
import itertools
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

arguments = argparse.ArgumentParser()
arguments.add_argument("--port", type=int, required=True)
arguments.add_argument("--version", required=True)
arguments.add_argument("--mode", default="ok")
arguments.add_argument("--errors", type=int, default=0)
arguments.add_argument("--delay", type=int, default=0)
options = arguments.parse_args()
numbers = itertools.count()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def respond(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/health":
            return self.respond(503 if options.mode == "never-ready" else 200, "health")
        if self.path == "/env":
            return self.respond(200, os.environ.get("SECRET_WORD", ""))
        time.sleep(1.5 if self.path == "/slow" else options.delay / 1000)
        if next(numbers) % 100 < options.errors:
            return self.respond(500, options.version)
        self.respond(200, options.version)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


print("service", options.version, "on port", options.port, "word", os.environ.get("SECRET_WORD", ""), flush=True)
if options.mode == "exits":
    print("cannot find the database", file=sys.stderr, flush=True)
    sys.exit(3)
if options.mode == "never-ready":
    print("waiting for the database", flush=True)
Server(("127.0.0.1", options.port), Handler).serve_forever()
