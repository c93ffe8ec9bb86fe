#!/usr/bin/env python3
"""Reads the include lines of the sources and names every arrow that points right.

Usage: layering.py SOURCE_DIR. Exit status 1 when something is found, one line per finding.

The build already hides the private headers of rooms that a room does not link. This check adds what a build
cannot see: public headers, libraries that belong to one room, and clocks or randomness in the pure rooms.
"""

import re
import sys
from pathlib import Path

# Data flows from left to right; an include may name the own room and those to its left.
LINE = ["base", "document", "calendar", "gate", "model", "changes", "verdict", "health", "plan", "run", "message", "engine"]
# Rooms beside the line: they see base and what is listed, never the engine and never each other.
BESIDE = {
    "http": [],
    "process": [],
    "probe": ["http", "process"],
    "store": [],
    "world": [],
    "suite": [],
    "provider": ["http", "github", "process", "world", "gate", "aws", "s3"],
    "source": ["http", "aws"],
    "aws": ["http", "process"],
    "s3": ["http", "aws"],
    "github": ["http"],
    "notify": ["http", "process", "aws", "github"],
}
# Rooms and folders to the right of the engine.
RIGHT = ["rehearsal", "decision", "backtest", "report", "server"]
# They embed the library as a host does: public headers only.
HOSTS = ["capi", "bindings", "examples", "benchmarks"]

# Public headers whose name is not that of a room. The interfaces of side rooms belong to base.
PUBLIC_ROOM = {name: "base" for name in
               ["error", "time", "json", "fact", "version", "scheduler", "provider", "probe", "message", "store", "world", "provider_suite"]} | dict.fromkeys(["rehearsal", "rehearsal_views", "recording"], "rehearsal")

PURE = ["base", "document", "calendar", "gate", "model", "changes", "verdict", "health", "plan", "run", "world", "suite", "rehearsal", "message"]
IMPURE = re.compile(
    r"\b(?:system_clock|steady_clock|high_resolution_clock)::now\b|\bgetenv\b|\bs?rand\s*\(|\brandom_device\b"
    r"|\bstd::time\s*\(|\bgettimeofday\b|\bclock_gettime\b|\bstd::j?thread\b|\bsleep_(?:for|until)\b")
# The one place that reads the system's clock; the rooms that are given theirs do not include it, nor does the engine but
# for its loop.
CLOCK = "base/wall_clock.hpp"
CLOCK_READ = re.compile(r"\bsystem_clock::now\b")
GIVEN_A_CLOCK = [*PURE, "store", "engine", "decision", "backtest", "report"]
LIBRARY_ROOMS = {
    "boost/beast": ["http", "server"],
    "boost/asio": ["http", "process", "probe", "provider", "engine", "server", "notify",
                   "aws"],
    "sqlite3.h": ["store"],
    "yaml-cpp/": ["document"],
    "openssl/": ["base", "http", "probe", "provider", "aws", "s3", "world"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SOURCES = {".cpp", ".hpp", ".h", ".c"}


def public_room(header, known):
    """The room of <shipflow/HEADER>: by its table, by its name, else by the rightmost thing it includes."""
    name = header.removesuffix(".hpp")
    if "/" in name:
        folder = name.split("/")[0]
        return {"providers": "provider", "sources": "source"}.get(folder, folder)
    if name in PUBLIC_ROOM:
        return PUBLIC_ROOM[name]
    if name in LINE:
        return name
    for side in BESIDE:
        if name.endswith("_" + side) or name.startswith(side + "_"):
            return side
    return known.get(name, "engine")


def rightmost(header, includes_of, seen):
    if header in seen or header not in includes_of:
        return 0
    seen.add(header)
    rank = 0
    for other in includes_of[header]:
        room = public_room(other, {other.removesuffix(".hpp"): "base"})
        rank = max(rank, LINE.index(room) if room in LINE else 0, rightmost(other, includes_of, seen))
    return rank


def allowed(room):
    if room in LINE:
        return set(LINE[: LINE.index(room) + 1])
    if room in BESIDE:
        return {"base", room, *BESIDE[room]}
    return {*LINE, *BESIDE, *RIGHT}


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


class Check:
    def __init__(self, root):
        self.root = Path(root)
        self.findings = []
        self.read_public_headers()

    def read_public_headers(self):
        folder = self.root / "include" / "shipflow"
        includes_of = {}
        for path in sorted(folder.rglob("*.hpp")):
            lines = path.read_text().splitlines()
            found = [m[2] for m in map(INCLUDE.match, lines) if m and m[2].startswith("shipflow/")]
            includes_of[str(path.relative_to(folder))] = [name.removeprefix("shipflow/") for name in found]
        self.public = {h.removesuffix(".hpp"): LINE[rightmost(h, includes_of, set())] for h in includes_of}

    def report(self, path, number, message):
        self.findings.append(f"{path.relative_to(self.root)}:{number}: {message}")

    def files(self, folder):
        return (p for p in sorted((self.root / folder).rglob("*")) if p.suffix in SOURCES and p.is_file())

    def includes(self, path):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if match := INCLUDE.match(line):
                yield number, match[1], match[2]

    def check_library(self, path, number, header, room):
        for prefix, rooms in LIBRARY_ROOMS.items():
            if header.startswith(prefix) and room not in rooms:
                self.report(path, number, f"<{header}> in `{room}`; only {', '.join(rooms)} may include {prefix}")

    def check_room_file(self, path):
        parts = path.relative_to(self.root / "src").parts
        room, corner = parts[0], parts[1] if len(parts) > 2 else ""
        for number, quote, header in self.includes(path):
            if header == CLOCK and room in GIVEN_A_CLOCK and path.name != "loop.cpp":
                self.report(path, number, f"{CLOCK} in `{room}`, which is given its clock")
            if header.startswith("shipflow/"):
                target = public_room(header.removeprefix("shipflow/"), self.public)
            elif quote == '"':
                target = header.split("/")[0]
                self.check_corner(path, number, header, room, corner)
            else:
                self.check_library(path, number, header, room)
                continue
            if target not in allowed(room):
                self.report(path, number, f"`{room}` includes {header} of `{target}`, which is not to its left")
        relative = path.relative_to(self.root / "src").as_posix()
        if relative == CLOCK:
            return
        if room in PURE:
            self.check_pure(path, room)
        else:
            self.check_clock(path, relative)

    def check_corner(self, path, number, header, room, corner):
        """store/sqlite and store/memory, provider/local and provider/command do not know each other."""
        parts = header.split("/")
        if parts[0] == room and room in ("store", "provider", "source") and len(parts) > 2 and corner and parts[1] != corner:
            self.report(path, number, f"`{room}/{corner}` includes {header}; implementations do not know each other")

    def check_pure(self, path, room):
        for number, line in enumerate(without_comments(path.read_text()).splitlines(), 1):
            if match := IMPURE.search(line):
                self.report(path, number, f"`{match[0].strip()}` in `{room}`: clocks, randomness, threads and the "
                                          "process environment are injected")

    def check_clock(self, path, relative):
        for number, line in enumerate(without_comments(path.read_text()).splitlines(), 1):
            if CLOCK_READ.search(line):
                self.report(path, number, f"`system_clock::now` in {relative}: {CLOCK} reads it for all")

    def check_public_header(self, path):
        name = str(path.relative_to(self.root / "include" / "shipflow"))
        if name == "shipflow.hpp":  # the umbrella: everything, for hosts; no room includes it
            return
        room = public_room(name, self.public)
        for number, quote, header in self.includes(path):
            if header.startswith("shipflow/"):
                target = public_room(header.removeprefix("shipflow/"), self.public)
                if target not in allowed(room):
                    self.report(path, number, f"public header of `{room}` includes {header} of `{target}`")
            elif quote == '"' or header.startswith(("boost/beast", "openssl/", "sqlite3.h", "yaml-cpp/")):
                self.report(path, number, f"{header} in a public header: hosts must not need it")

    def check_host_file(self, path):
        for number, quote, header in self.includes(path):
            if quote != '"':
                continue
            beside = (path.parent / header).resolve()
            if not beside.is_file() or not beside.is_relative_to((self.root / path.relative_to(self.root).parts[0]).resolve()):
                self.report(path, number, f"{header} is not a file beside this one; hosts use the public headers only")

    def run(self):
        for path in self.files("include/shipflow"):
            self.check_public_header(path)
        for path in self.files("src"):
            self.check_room_file(path)
        for folder in HOSTS:
            for path in self.files(folder):
                self.check_host_file(path)
        return self.findings


def main():
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "src").is_dir():
        print("usage: layering.py SOURCE_DIR", file=sys.stderr)
        return 2
    findings = Check(sys.argv[1]).run()
    for finding in findings:
        print(finding)
    print(f"layering: {len(findings)} arrows point right" if findings else "layering: every arrow points left")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
