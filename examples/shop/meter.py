"""What the shop counts about itself, and the faults it was told to have."""

import resource
import threading
from collections import deque


class Meter:
    """Counters of one instance since it started; latencies of the last 2,000 requests."""

    def __init__(self):
        self._lock = threading.Lock()
        self._counts = {"requests": 0, "errors_5xx": 0, "orders_placed": 0, "orders_failed": 0}
        self._latencies = deque(maxlen=2000)

    def request(self, status, milliseconds):
        with self._lock:
            self._counts["requests"] += 1
            self._counts["errors_5xx"] += status >= 500
            self._latencies.append(milliseconds)

    def order(self, status):
        with self._lock:
            self._counts["orders_placed" if status < 300 else "orders_failed"] += 1

    def read(self):
        with self._lock:
            counts, latencies = dict(self._counts), sorted(self._latencies)
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            **counts,
            "p95_ms": round(latencies[int(len(latencies) * 0.95)], 1) if latencies else None,
            "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
            "memory_peak_bytes": used.ru_maxrss * 1024,
        }


class Faults:
    """Every n-th answer is an error, so that a share of 0.2 means exactly one in five; no dice. The first comes after
    half of n, as it would on average: an instance that lives shortly shows its share, too."""

    def __init__(self, share, latency_seconds):
        self.latency_seconds = latency_seconds
        self._share = share
        self._owed = 0.5
        self._lock = threading.Lock()

    def next_is_error(self):
        with self._lock:
            self._owed += self._share
            if self._owed < 1 - 1e-9:
                return False
            self._owed -= 1
            return True
