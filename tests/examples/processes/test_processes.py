"""The teams' processes are valid, and what keeps them from compiling is named as not built.

usage: test_processes.py PROGRAM FOLDER
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
FOLDER = pathlib.Path()
PROCESSES = ["shopflow", "sample-ecommerce", "enterprise-eks", "deployment-specifications", "storefront-cdk"]
RELEASE = {"version": "1.2.3", "schema": "0003"}
URL = "https://shop.example.com"
SECRET = "not-to-be-seen"

# What the documents take from the process environment; nothing is ever called with it.
VARIABLES = {
    "SHOP_DIRECTORY": "/srv/shop", "SHOP_STATE": "/srv/state", "SHOP_PORT": "18080",
    "DATABASE_URL": "postgresql://localhost/shop", "PGPASSWORD": SECRET, "PROD_DB_URL": "postgresql://localhost/shop",
    "SAMPLE_DATABASE_URL": f"postgresql://sample:{SECRET}@localhost/sample",
    "AWS_ACCOUNT_ID": "000000000000", "AWS_REGION": "eu-central-1", "DB_HOST": "db.example.com", "DB_NAME": "shop",
    "PROD_DB_HOST": "db.example.com", "PROD_DB_NAME": "shop", "DB_USER": "nobody", "DB_PASSWORD": SECRET,
    "REDIS_HOST": "redis.example.com",
    **{name: f"https://hooks.example.com/{SECRET}" for name in
       ("SLACK_RELEASES", "SLACK_INCIDENTS", "SLACK_ENGINEERING", "SLACK_DEPLOYMENTS", "SLACK_STAKEHOLDERS", "SLACK_DEVOPS",
        "SLACK_DEVELOPMENT", "SLACK_SECURITY", "NOTICE_KEY")},
    "STOREFRONT_DEV_URL": URL, "STOREFRONT_DEV_API": URL, "STOREFRONT_STAGING_API": URL,
    "STOREFRONT_PROD_URL": URL, "STOREFRONT_PROD_API": URL,
}
# Lines of stderr that may stand beside an exit code of 2, and the word that each must name.
NOT_BUILT = [
    re.compile(r"bound to provider `(kubernetes|compose)`, which is not built in this version$"),
    re.compile(r"not built in this version: `(run|scan)`$"),
]
# ShopFlow's development and staging are listed with their addresses and do not bind everything yet.
NOT_BOUND = re.compile(r"component `(api|database|tests)` is not bound in environment `(development|staging)`")

LOCAL = '{ provider: local, command: [/bin/true], listen: "127.0.0.1:18081", ready: { http: /, within: 5s }, instances: 3 }'


def call(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], env={**os.environ, **VARIABLES}, text=True,
                          capture_output=True, timeout=60, stdin=subprocess.DEVNULL)


def environments_of(text):
    """Names at the second level; `base` is a layer, not a place."""
    return [n for n in re.findall(r"^  ([a-z][a-z0-9-]*):$", text, re.MULTILINE) if n != "base"]


def with_stand_ins(plan, environments):
    """The documents with something built in place of every word that is not."""
    environments = re.sub(r"\{ provider: (?:ecs|kubernetes|compose),[^\n]*\}$", LOCAL, environments, flags=re.MULTILINE)
    environments = re.sub(r"^      (\w+):\n        provider: ecs\n(?:        [^\n]*\n)+",
                          lambda m: f"      {m[1]}: {LOCAL}\n", environments, flags=re.MULTILINE)
    environments = environments.replace("source: cloudwatch", "source: load_balancer")
    return plan, environments


class Processes(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.release = pathlib.Path(self.place.name) / "release.json"
        self.release.write_text(json.dumps(RELEASE))

    def documents(self, name):
        return FOLDER / f"{name}.yaml", FOLDER / f"{name}-environments.yaml"

    def plan(self, plan, environments, where, *more):
        return call("plan", plan, "-e", environments, "-n", where, "--release", self.release, *more)

    def each_place(self, check):
        for name in PROCESSES:
            plan, environments = self.documents(name)
            for where in environments_of(environments.read_text()):
                with self.subTest(process=name, environment=where):
                    check(name, plan, environments, where)

    def test_all_five_processes_are_there_and_valid(self):
        self.assertEqual(sorted(p.stem for p in FOLDER.glob("*.yaml") if not p.stem.endswith("-environments")),
                         sorted(PROCESSES))
        for name in PROCESSES:
            with self.subTest(process=name):
                plan, environments = self.documents(name)
                done = call("validate", plan, "-e", environments)
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_does_not_compile_is_named_as_not_built(self):
        def check(name, plan, environments, where):
            done = self.plan(plan, environments, where)
            self.assertIn(done.returncode, (0, 2), done.stderr)
            allowed = NOT_BUILT + ([NOT_BOUND] if name == "shopflow" else [])
            said = [line for line in done.stderr.splitlines() if line and ": warning: " not in line]
            wrong = [line for line in said if not any(word.search(line) for word in allowed)]
            self.assertEqual(wrong, [])
            self.assertEqual(bool(said), done.returncode == 2)

        self.each_place(check)

    def test_nothing_else_is_wrong_once_stand_ins_carry_what_is_not_built(self):
        def check(name, plan, environments, where):
            if name == "shopflow":
                return
            text, places = with_stand_ins(plan.read_text(), environments.read_text())
            variants = {places, places.replace("gradual: false }  #", "gradual: true }  #")}
            self.assertEqual(len(variants), 2 if name == "sample-ecommerce" else 1)
            for variant in variants:
                copies = [pathlib.Path(self.place.name) / f.name for f in (plan, environments)]
                copies[0].write_text(text)
                copies[1].write_text(variant)
                for form in ("table", "mermaid", "json"):
                    done = self.plan(*copies, where, "--format", form)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertTrue(done.stdout.strip())
                    self.assertNotIn(SECRET, done.stdout + done.stderr)

        self.each_place(check)

    def test_shopflow_compiles_locally_to_the_same_bytes_each_time(self):
        forms = {form: [self.plan(*self.documents("shopflow"), "local", "--format", form) for _ in range(2)]
                 for form in ("json", "table", "mermaid")}
        for form, (first, second) in forms.items():
            with self.subTest(format=form):
                self.assertEqual(first.returncode, 0, first.stderr)
                self.assertTrue(first.stdout.strip())
                self.assertEqual(first.stdout, second.stdout)
        json.loads(forms["json"][0].stdout)


if __name__ == "__main__":
    PROGRAM, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
