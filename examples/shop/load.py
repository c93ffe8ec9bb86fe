#!/usr/bin/python3
"""Customers of the shop at a steady rate, and what they saw.

  load.py run --url URL --log FILE [--rate 100]     until SIGTERM; one line per request
  load.py report --log FILE --phases FILE           a table: one row per phase
  load.py lost --log FILE                           how many requests got no answer from any version

A line of the log: start (seconds since the epoch), milliseconds, status or the reason why there is none, version that
answered, method and path, separated by tabs. The time of a request counts from when it was due, so a stall is seen by
every request it held up. Nothing is tried again: what a customer would have lost is counted as lost.

A line of the phases file: start, then the name.
"""

import argparse
import http.client
import json
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

LOST = ("502", "503", "504")  # from the load balancer, when no version is named


class Customers:
    """`workers` threads with a connection each share the ticks of one schedule."""

    def __init__(self, url, rate, workers, log):
        self._address = urlsplit(url)
        self._interval = 1 / rate
        self._log = log
        self._lock = threading.Lock()
        self._next = 0
        self._order = None  # the latest one; any customer may look it up
        self._began = time.monotonic()
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(workers)]

    def run(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._done.set())
        for thread in self._threads:
            thread.start()
        self._done.wait()
        for thread in self._threads:
            thread.join()

    def _tick(self):
        with self._lock:
            self._next += 1
            return self._next

    def _work(self):
        connection = http.client.HTTPConnection(self._address.hostname, self._address.port, timeout=15)
        while not self._done.is_set():
            tick = self._tick()
            due = self._began + tick * self._interval
            self._done.wait(max(0.0, due - time.monotonic()))
            if self._done.is_set():
                break
            method, path, body = request_for(tick, self._order)
            status, version, text = ask(connection, method, path, body)
            took = (time.monotonic() - due) * 1000
            if status == "201":
                self._order = json.loads(text)["id"]
            self._log.write(f"{time.time() - took / 1000:.3f}\t{took:.1f}\t{status}\t{version}\t{method} {path}\n")
        connection.close()


def request_for(tick, order):
    """Of twenty requests twelve look at the homepage, five search, one fills a cart, one orders, one looks an order up."""
    turn = tick * 7 % 20  # a fixed mix, spread out
    if turn == 0:
        return "POST", "/orders", {"product": tick % 40 + 1, "count": 1}
    if turn == 1:
        return "POST", "/cart", {"cart": f"customer-{tick % 500}", "product": tick % 40 + 1, "count": 1}
    if turn == 2 and order is not None:
        return "GET", f"/orders/{order}", None
    if turn < 8:
        return "GET", "/products?q=lamp", None
    return "GET", "/", None


def ask(connection, method, path, body):
    """Status, version and text; without an answer the status is the reason, one word."""
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        return str(answer.status), answer.headers.get("X-Shop-Version", "-"), answer.read()
    except (OSError, http.client.HTTPException) as trouble:
        connection.close()
        return type(trouble).__name__, "-", b""


def read_log(path):
    for line in path.read_text().splitlines():
        start, took, status, version, _ = line.split("\t")
        yield float(start), float(took), status, version


def phase_rows(samples, phases):
    """Name, seconds, samples of each phase; the last one ends with the last request."""
    ends = [start for start, _ in phases[1:]] + [max((s[0] for s in samples), default=0) + 0.001]
    for (start, name), end in zip(phases, ends):
        yield name, end - start, [s for s in samples if start <= s[0] < end]


def is_lost(sample):
    """No answer, or one of the load balancer because it had no instance to ask."""
    _, _, status, version = sample
    return not status.isdigit() or (version == "-" and status in LOST)


def describe(name, seconds, samples):
    lost = sum(map(is_lost, samples))
    errors = sum(1 for s in samples if s[2].isdigit() and int(s[2]) >= 500 and s[3] != "-")
    took = sorted(s[1] for s in samples)
    p99 = f"{took[int(len(took) * 0.99)]:.0f} ms" if took else "-"
    versions = ", ".join(f"{v} {n}" for v, n in sorted(Counter(s[3] for s in samples if s[3] != "-").items()))
    return f"{name:34} {seconds:6.1f} s {len(samples):9} {lost:6} {errors:7} {p99:>8}   {versions}"


def report(log, phases_file):
    samples = sorted(read_log(log))
    phases = [(float(line.split(" ", 1)[0]), line.split(" ", 1)[1]) for line in phases_file.read_text().splitlines()]
    print(f"{'phase':34} {'time':>8} {'requests':>9} {'lost':>6} {'errors':>7} {'p99':>8}   answered by version")
    rows = list(phase_rows(samples, phases))
    for row in rows:
        print(describe(*row))
    print(describe("total", sum(seconds for _, seconds, _ in rows), samples))
    losses = list(filter(is_lost, samples))
    for start, _, status, _ in losses[:20]:
        print(f"lost at {time.strftime('%H:%M:%S', time.gmtime(start))}.{int(start * 1000) % 1000:03d} UTC: {status}")
    if len(losses) > 20:
        print(f"and {len(losses) - 20} more")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["run", "report", "lost"])
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--phases", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--workers", type=int, default=24)
    options = parser.parse_args()
    if options.action == "run":
        if not options.url or options.rate <= 0:
            parser.error("run needs --url and a rate above 0")
        with options.log.open("w", buffering=1) as log:
            Customers(options.url, options.rate, options.workers, log).run()
    elif options.action == "lost":
        print(sum(map(is_lost, read_log(options.log))))
    else:
        if not options.phases:
            parser.error("report needs --phases")
        report(options.log, options.phases)
    return 0


if __name__ == "__main__":
    sys.exit(main())
