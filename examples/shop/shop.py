#!/usr/bin/python3
"""A small shop to release: HTTP/1.1, PostgreSQL behind it, and a switch for errors and latency.

  shop.py --port 8081 --version 1.5.0 --database postgresql://... [--errors 0.2] [--latency 50ms]

GET  /                       homepage
GET  /products?q=lamp        search
POST /cart                   {"cart": "c1", "product": 3, "count": 2}
POST /orders                 {"product": 3, "count": 2}, answers 201 with the id
GET  /orders/ID              an order
POST /wishlist               {"customer": "ann", "product": 3}, from 1.5.0 on
GET  /api/health[/db|/cache|/external]
GET  /metrics                counters of this instance as JSON

What a version needs and brings is in releases/VERSION.json, the document that a release hands to shipflow too.
SIGTERM: stops accepting, finishes what runs, exits 0.
"""

import argparse
import json
import os
import re
import signal
import sys
import threading
from pathlib import Path

sys.dont_write_bytecode = True  # leaves nothing behind in the checkout

from endpoints import Shop  # noqa: E402
from web import Server  # noqa: E402


def share(text):
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def seconds(text):
    match = re.fullmatch(r"(\d+)(ms|s)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text} is not a time such as 50ms or 2s")
    return int(match[1]) / (1000 if match[2] == "ms" else 1)


def options_of(arguments):
    releases = {path.stem: path for path in (Path(__file__).parent / "releases").glob("*.json")}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0: any free port; it is printed")
    parser.add_argument("--version", required=True, choices=sorted(releases))
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL"), help="default: $DATABASE_URL")
    parser.add_argument("--errors", type=share, help="share of requests answered with 500; default: of the release")
    parser.add_argument("--latency", type=seconds, default=0.0, help="added to every request, such as 50ms")
    parser.add_argument("--pool", type=int, default=8, help="database connections")
    parser.add_argument("--external", help="HOST:PORT of a service the shop depends on")
    options = parser.parse_args(arguments)
    if not options.database:
        parser.error("--database or DATABASE_URL is required")
    options.release = json.loads(releases[options.version].read_text())
    if options.errors is None:
        options.errors = options.release.get("errors", 0.0)
    return options


def main():
    options = options_of(sys.argv[1:])
    try:
        server = Server((options.host, options.port), Shop(options))
    except OSError as trouble:
        print(f"shop: cannot listen on {options.host}:{options.port}: {trouble}", file=sys.stderr)
        return 1
    # shutdown() waits for the loop that the signal interrupts, so it runs beside it.
    stop = threading.Thread(target=server.shutdown)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.ident is None and stop.start())
    print(f"shop {options.version} listens on {options.host}:{server.server_port}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.drain()
    return 0


if __name__ == "__main__":
    sys.exit(main())
