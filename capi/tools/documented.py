#!/usr/bin/env python3
"""Does every function say what a caller must know? documented.py HEADER...

Each declaration needs a comment with the version it exists since; parameters that hand something over need a
sentence about ownership, and functions with a status need their expected ones or to be free of any.
"""
import re
import sys

PATTERN = re.compile(r"/\*\*(?P<doc>(?:(?!\*/).)*)\*/\s*SHIPFLOW_API (?P<head>[^;]*?)\b(?P<name>shipflow_\w+)\((?P<args>[^;]*)\)", re.S)
DECLARED = re.compile(r"^SHIPFLOW_API [^;(]*?\b(shipflow_\w+)\(", re.M)

trouble = []
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as header:
        text = header.read()
    documented = {}
    for match in PATTERN.finditer(text):
        documented[match["name"]] = match
    for name in DECLARED.findall(text):
        match = documented.get(name)
        if match is None:
            # A pair may share a comment: the second has its own line end comment.
            if not re.search(rf"\b{name}\([^;]*;\s*/\*\*<[^*]*Since", text):
                trouble.append(f"{name}: no comment")
            continue
        doc = " ".join(match["doc"].replace("*", " ").split())
        args = match["args"]
        if "Since 0." not in doc and not re.search(rf"\b{name}\([^;]*;\s*SHIPFLOW_API[^;]*;\s*/\*\*<[^*]*Since", text):
            trouble.append(f"{name}: since which version?")
        if re.search(r"\*\*(out|run)\b", args) and "returned" not in doc:
            trouble.append(f"{name}: who owns the result?")
        if re.search(r"shipflow_str \w+", args) and "borrowed" not in doc and "Expected" not in doc and "as in" not in doc:
            trouble.append(f"{name}: how long is the text borrowed?")
print("\n".join(trouble), file=sys.stderr)
sys.exit(1 if trouble else 0)
