"""A place of its own for each release: cloud, team and program."""

import collections
import os
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
PYTHON = ROOT / "build" / "tools" / "moto" / "bin" / "python"
SERVER = ROOT / "build" / "tools" / "versitygw" / "versitygw"

Tools = collections.namedtuple("Tools", "program double versitygw")


def tools_of(suite):
    """Of the arguments PROGRAM DOUBLE; the rest is left in sys.argv. Ends the suite where a counterpart is missing."""
    for path, script in ((PYTHON, "moto.sh"), (SERVER, "versitygw.sh")):
        if not path.exists():
            print(f"not run: {suite}: {path.name} is missing (sh tests/tools/{script})")
            sys.exit(0)
    if "SHIPFLOW_BOTO3" not in os.environ:
        os.environ["SHIPFLOW_BOTO3"] = str(PYTHON)
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    return Tools(os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1)), str(SERVER))


class Place:
    def __init__(self, tools, team, strike=None, of_instance=False):
        from cloud import Cloud
        from release import Release
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="shipflow-production-"))
        self.cloud = None
        try:
            self.team = team(self.path)
            self.cloud = Cloud(tools, self.path, self.team.state, self.team.buckets, strike)
            self.cloud.page.judge_by(self.team.healthy(self.cloud))
            self.team.write(self.cloud)
            path = f"{self.path / 'bin'}:{os.environ['PATH']}"
            self.release = Release(tools.program, self.path,
                                   {**self.cloud.environment(of_instance), **self.team.environment(self.cloud), "PATH": path})
        except BaseException:
            self.close()
            raise

    def carry_out(self, version):
        return self.release.carry_out(self.team.words(version), self.cloud.strike)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.cloud is not None:
            self.cloud.close()
        shutil.rmtree(self.path, ignore_errors=True)
