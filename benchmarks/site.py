#!/usr/bin/env python3
"""Static sites beside s5cmd, the AWS CLI and rclone: the same S3 server, in turn, in one run. Prints one JSON object.

usage: site.py BENCH_SITE VERSITYGW [--s5cmd FILE] [--listed N] [--rounds N]

A peer that is not there is left out, by name. Everything happens in a directory of its own, on a free port.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KEYS = {"AWS_ACCESS_KEY_ID": "benchmark", "AWS_SECRET_ACCESS_KEY": "benchmark-secret", "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, program, home):
        self.data = home / "data"
        self.data.mkdir()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [program, "--quiet", "--port", f"127.0.0.1:{port}", "--region", "us-east-1", "posix", str(self.data)],
            env={**os.environ, "ROOT_ACCESS_KEY": KEYS["AWS_ACCESS_KEY_ID"],
                 "ROOT_SECRET_KEY": KEYS["AWS_SECRET_ACCESS_KEY"]},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise SystemExit("the S3 server did not start")

    def bucket(self, name):
        """A new one, empty: the server keeps buckets as folders."""
        shutil.rmtree(self.data / name, ignore_errors=True)
        (self.data / name).mkdir()
        return name

    def end(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Tools:
    def __init__(self, given, server, home):
        self.site = given.bench_site
        self.s5cmd = given.s5cmd or shutil.which("s5cmd")
        self.aws = shutil.which("aws")
        self.rclone = shutil.which("rclone")
        self.server = server
        # What this machine says about proxies and certificates is not about a server on it.
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_") and "proxy" not in k.lower()}
        self.env = {**kept, **KEYS, "RCLONE_CONFIG": str(home / "rclone.conf")}
        (home / "rclone.conf").write_text(
            f"[s]\ntype = s3\nprovider = Other\nenv_auth = true\nendpoint = {server.url}\nregion = us-east-1\n")

    def run(self, argv):
        begin = time.monotonic()
        done = subprocess.run(argv, env=self.env, capture_output=True, text=True)
        took = time.monotonic() - begin
        if done.returncode != 0:
            raise SystemExit(f"{argv[0]}: {done.stdout[-500:]}{done.stderr[-500:]}")
        return took, done.stdout

    def publish(self, folder, bucket, key):
        return self.run([self.site, self.server.url, bucket, str(folder), "publish", key, f"version={key}"])

    def peers(self, folder, bucket_of):
        """Name -> what it is called with, for the peers that are there."""
        out = {}
        if self.s5cmd:
            out["s5cmd sync"] = lambda: [self.s5cmd, "--endpoint-url", self.server.url, "sync", f"{folder}/",
                                         f"s3://{bucket_of('s5cmd')}/"]
        if self.aws:
            out["aws s3 sync"] = lambda: [self.aws, "--endpoint-url", self.server.url, "s3", "sync", "--only-show-errors",
                                          str(folder), f"s3://{bucket_of('awscli')}/"]
        if self.rclone:
            out["rclone sync --checksum"] = lambda: [self.rclone, "sync", "--checksum", "--transfers", "32", "--checkers",
                                                     "32", str(folder), f"s:{bucket_of('rclone')}"]
        return out


def make_site(folder, files, seed):
    """Small files, 2 to 22 KiB; one in ten is a page."""
    dice = random.Random(seed)
    for i in range(files):
        kind = "html" if i % 10 == 0 else "js"
        path = folder / f"d{i % 100}" / f"file{i}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(dice.randbytes(dice.randrange(2_048, 22_528)))
    (folder / "index.html").write_bytes(b"entry")


def checked_out_again(folder):
    """As a fresh checkout leaves it: the same bytes, written now."""
    now = time.time() + random.random()
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (now, now))


def medians(times):
    return {name: round(statistics.median(t), 3) for name, t in times.items()}


def unchanged(tools, server, folder, rounds):
    names = {n: server.bucket(f"unchanged-{n}") for n in ("shipflow", "s5cmd", "awscli", "rclone")}
    tools.publish(folder, names["shipflow"], "first")
    peers = tools.peers(folder, lambda n: names[n])
    for argv in peers.values():
        tools.run(argv())
    times = {"shipflow": [], **{n: [] for n in peers}}
    for i in range(rounds):
        checked_out_again(folder)
        took, said = tools.publish(folder, names["shipflow"], f"again{i}")
        assert json.loads(said)["uploaded"] == 0, said
        times["shipflow"].append(took)
        for name, argv in peers.items():
            # What compares times would find its own upload the next time.
            checked_out_again(folder)
            times[name].append(tools.run(argv())[0])
    return medians(times)


def first_upload(tools, server, folder, rounds, label):
    peers = tools.peers(folder, lambda n: server.bucket(f"{label}-{n}"))
    peers = {n: a for n, a in peers.items() if n.startswith("s5cmd")}
    times = {"shipflow": [], **{n: [] for n in peers}}
    for i in range(rounds):
        times["shipflow"].append(tools.publish(folder, server.bucket(f"{label}-shipflow"), f"first{i}")[0])
        for name, argv in peers.items():
            times[name].append(tools.run(argv())[0])
    return medians(times)


def name_of(n):
    return f"d{n % 100}/file{n}.{'html' if n % 10 == 0 else 'js'}"


def restored(tools, server, folder, home, rounds):
    """The release before brought back where some files differ; peers do it from a copy of it on disk, which they need. Each
    changed file has another size, since that is what peers see."""
    former = home / "former"
    shutil.copytree(folder, former)
    names = {n: server.bucket(f"restored-{n}") for n in ("shipflow", "s5cmd", "awscli")}
    tools.publish(folder, names["shipflow"], "r0")
    there, back = (tools.peers(f, lambda n: names.get(n, n)) for f in (folder, former))
    peers = [n for n in there if n.startswith(("s5cmd", "aws"))]
    for name in peers:
        tools.run(there[name]())
    times = {}
    for i in range(rounds):
        for changed in (1, 100, 1_000, 5_000):
            row = times.setdefault(f"{changed} differ", {})
            for n in range(changed):
                (folder / name_of(n)).write_bytes(os.urandom(30_000 + i))
            tools.publish(folder, names["shipflow"], f"r{i}-{changed}")
            took, said = tools.run([tools.site, server.url, names["shipflow"], str(folder), "restore", f"back{i}-{changed}"])
            assert json.loads(said)["changed"] == changed, said
            row.setdefault("shipflow", []).append(took)
            for name in peers:
                tools.run(there[name]())
                row.setdefault(name, []).append(tools.run(back[name]())[0])
            for bucket in [names["shipflow"], *(names[n] for n in ("s5cmd", "awscli") if any(n[:3] in p for p in peers))]:
                for n in (0, changed - 1):
                    assert (server.data / bucket / name_of(n)).read_bytes() == (former / name_of(n)).read_bytes(), bucket
            for n in range(changed):
                shutil.copy2(former / name_of(n), folder / name_of(n))
    return {row: medians(of) for row, of in times.items()}


def memory(tools, server, home):
    """A first upload of many small files: the most memory it had."""
    out = {}
    for files in (10_000, 100_000):
        folder = home / f"memory-{files}"
        for i in range(files):
            path = folder / f"d{i % 500}" / f"file{i}.js"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"%d" % i)
        took, said = tools.publish(folder, server.bucket("memory"), "first")
        out[f"{files} files"] = {"seconds": round(took, 1), "max_rss_mib": round(json.loads(said)["max_rss_kib"] / 1024, 1)}
        shutil.rmtree(folder)
    return out


def listed(tools, server, home, count):
    """Objects of others in the bucket: all are listed, none is ours."""
    bucket = server.bucket("listed")
    for d in range(count // 1000):
        folder = server.data / bucket / "data" / f"{d:04}"
        folder.mkdir(parents=True)
        for i in range(1000):
            (folder / f"object{i:04}").touch()
    small = home / "small"
    make_site(small, 50, 5)
    took, said = tools.publish(small, bucket, "listed")
    return {"objects": count, "seconds": round(took, 1), "max_rss_mib": round(json.loads(said)["max_rss_kib"] / 1024, 1)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench_site")
    parser.add_argument("versitygw")
    parser.add_argument("--s5cmd")
    parser.add_argument("--listed", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shipflow-site-") as name:
        home = Path(name)
        server = Server(given.versitygw, home)
        try:
            tools = Tools(given, server, home)
            site, small, large = home / "site", home / "two-thousand", home / "large"
            report = {"server": "versitygw", "peers": list(tools.peers(site, str))}

            def wanted(part):
                return not given.only or part in given.only.split(",")
            if wanted("unchanged"):
                make_site(small, 2_000, 1)
                report["unchanged, 2,000 files"] = unchanged(tools, server, small, given.rounds)
            if wanted("files") or wanted("restored"):
                make_site(site, 10_000, 2)
            if wanted("files"):
                report["first upload, 10,000 files"] = first_upload(tools, server, site, min(3, given.rounds), "files")
            if wanted("restored"):
                report["restore, 10,000 files"] = restored(tools, server, site, home, min(3, given.rounds))
            if wanted("memory"):
                report["memory of a first upload"] = memory(tools, server, home)
            if wanted("large"):
                large.mkdir()
                for i in range(4):
                    (large / f"part{i}.bin").write_bytes(os.urandom(256 << 20))
                report["first upload, 1 GiB in 4 files"] = first_upload(tools, server, large, min(3, given.rounds), "large")
            if wanted("listed"):
                report["listed"] = listed(tools, server, home, given.listed)
            print(json.dumps(report, indent=1))
        finally:
            server.end()


if __name__ == "__main__":
    sys.exit(main())
