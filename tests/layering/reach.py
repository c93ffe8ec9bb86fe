#!/usr/bin/env python3
"""What the compiled core can reach: no clock, no process environment, no source of randomness, no threads.

Usage: reach.py BUILD_DIR. Exit status 1 when something is found, one line per finding.

The include check reads words; this one reads the undefined symbols of the object files, so that nothing a library
header brings in goes unseen.
"""

import re
import subprocess
import sys
from pathlib import Path

# Rooms of the core. The engine's own doors to the system are the host's business and are left out.
CORE = ["base", "document", "model", "health", "plan", "run", "engine", "world", "rehearsal", "store/memory"]
DOORS = {"engine": re.compile(r"^(?:loop|system|control_\w+|line_server)\.cpp")}

FORBIDDEN = {
    "the clock": r"_ZNSt6chrono3_V21[0-9](?:system|steady)_clock3nowEv|clock_gettime|clock_getres|gettimeofday|time|ftime"
                 r"|timespec_get|localtime|localtime_r|mktime|tzset|clock",
    "the process environment": r"getenv|secure_getenv|setenv|unsetenv|putenv|environ|__environ",
    "randomness": r"_ZNSt13random_device\w*|rand|rand_r|srand|random|srandom|drand48|lrand48|getrandom|getentropy"
                  r"|arc4random\w*|RAND_\w+",
    "sleeping": r"nanosleep|clock_nanosleep|usleep|sleep|_ZNSt11this_thread\w*sleep\w*",
    "threads": r"pthread_create|_ZNSt6thread\w*",
}
PATTERNS = {what: re.compile(rf"^(?:{text})$") for what, text in FORBIDDEN.items()}


def objects(build, room):
    folder = build / "src" / room / "CMakeFiles"
    door = DOORS.get(room)
    return [p for p in sorted(folder.glob("*.dir/*.o")) if not (door and door.match(p.name))]


def undefined(path):
    out = subprocess.run(["nm", "-u", str(path)], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in out.splitlines() if line.strip()}


def findings(build):
    for room in CORE:
        found = objects(build, room)
        if not found:
            yield f"{room}: no object files in {build}; build the library first"
        for path in found:
            for symbol in sorted(undefined(path)):
                for what, pattern in PATTERNS.items():
                    if pattern.match(symbol):
                        yield f"{room}/{path.name.removesuffix('.o')} reaches {what}: {symbol}"


def main():
    if len(sys.argv) != 2:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    all_found = list(findings(Path(sys.argv[1])))
    print("\n".join(all_found) or "reach: the core reaches no clock, environment, randomness or thread")
    return 1 if all_found else 0


if __name__ == "__main__":
    sys.exit(main())
