"""The teams' processes are valid, and what keeps them from compiling is named as not built.

usage: test_processes.py PROGRAM FOLDER
"""
import html
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
    "STAGING_DB_URL": "postgresql://localhost/staging",
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
# Nothing is released to where ShopFlow's developers work.
NOT_BOUND = re.compile(r"component `(api|database|tests)` is not bound in environment `development`")

# What each team's document says in figures and names, and where its plan or its environments say the same.
TEAM_SAYS = {
    "shopflow": {
        "windows": ["Tue-Thu 10:00-14:00", "avoid: [Fri, holidays]", "black-friday-week", "12-20..12-26", "zone: UTC"],
        "checklists": ["All tests passing in CI", "Backup verified", "On-call schedule confirmed", "Homepage loads",
                       "Product search works", "Add to cart works", "Checkout process completes", "Order confirmation received"],
        "limits": ["errors < 0.1%", "errors > 1%", "latency < 200ms", "latency > 500ms", "cpu < 60%", "cpu > 80%", "memory < 70%",
                   "memory > 85%", "orders > 99%", "orders < 95%"],
        "reactions": ["SEV1: now", "SEV2: { ask: [lead], within: 15m", "SEV3: record"],
        "messages": ["DEPLOYMENT INCIDENT", "Status:", "Severity:", "Impact:", "Resolution:", "ETA:", "--format incident"],
        "addresses": ["www.shopflow.io", "staging.shopflow.io", "localhost:3000", "/api/health/db", "/api/health/cache",
                      "/api/health/external"],
        "triggers": ["push: [main]", 'tag: "v*"'],
        "links": ["CloudWatch Dashboard: https://console.aws.amazon.com/cloudwatch", "Application Logs:", "ECS Service Status:"],
        "staging": ["cluster: shopflow-staging, service: shopflow-api", "STAGING_DB_URL"],
    },
    "sample-ecommerce": {
        "checklists": ["coverage at least 80%", "certificate: 14d", "Business continuity plan ready", "Payments are processed",
                       "Admin dashboard reachable", "Lessons learned"],
        "limits": ["errors > 5% for 5m", "response_time > 2s", "database_errors > 10", "payment_failures > 5%"],
        "reactions": ["within: 30m", "escalate: [{ after: 15m, to: [executives] }]", "roles: [lead, pm]", "backup-services", '"20240301000000"'],
        "messages": ["before: 24h", "before: 48h", "There is trouble at", "stakeholders", "customers", "executives", "developers", "support"],
        "people": ["user:mike", "user:jane", "user:alex", "mike@example.com", "support@example.com", "roles: [lead, pm], quorum: 2"],
        "strategy": ["default: 10,", "production-green", "production-blue", "settle: { default: 5m", "instances: 3"],
        "watching": ["from: 0h, to: 2h", "from: 2h, to: 24h"],
    },
    "enterprise-eks": {
        "tools": ['">= 2.0 < 3"', '">= 1.28"', '">= 24.0"', '">= 8.0 < 9"', '">= 18.0"', "get-caller-identity", "cluster-info", "describe-repositories", "list-secrets"],
        "checklists": ["Deployment window", "On-call engineers named", "No incident is going on", "Database backup made",
                       "No more support tickets than usual", "Metrics in their normal range"],
        "strategy": ["canary_weight: { default: 10", "canary_bake: { default: 15m", "maintenance-mode.yaml",
                     "observe: { default: 1h", "watch: { default: 24h", "TAG_SUFFIX: -prod"],
        "messages": ["Production Deployment - ", "Expected duration: 30 minutes", "Rollback plan: Available",
                     "Production Deployment Complete", "customer-support", "management", "product", "engineering"],
        "triggers": ['tag: "v*"'],
    },
    "deployment-specifications": {
        "checklists": ["Release branch made from develop", "No scheduled maintenance in the way", "Changes merged back to develop",
                       "Key business flows checked"],
        "pipeline": ["lint:check", "type:check", "npm, audit, --production", "test:unit", "test:integration", "test:e2e",
                     "migration:run", "migration:revert", "cdn.invalidate"],
        "features": ["review_system: true", "recommendation_engine: false", "recommendation_engine: true", "ssl: true",
                     "max_connections: 100"],
        "triggers": ["push: [main, develop]", "pull_request: [main, develop]", "release/*", "hotfix/*", "branches: [main]"],
        "messages": ["to: developer", "to: team", "stakeholders"],
    },
    "storefront-cdk": {
        "gates": ["lines: 80%", "bandit", "safety, check", '">= 95"', '"< 2"', "none_ran: pass"],
        "sizes": ["db.t3.micro", "db.t3.small", "db.t3.medium", "tasks: 1", "tasks: 2", "tasks: 3", "30 days", "deletion: deny"],
        "limits": ["errors > 5% for 5m", "response_time > 2s for 10m", "cpu > 80% for 15m", "memory > 80% for 15m"],
        "people": ["after: 5m", "self: deny", "skippable: true", "group:production-approvers"],
        "triggers": ["staging-deploy", "deploy-infrastructure", "skip ci", "ci skip", "deploy-all", "order: [dev, staging, prod]"],
        "links": ["ECS Clusters:", "CloudWatch Metrics:", "Application Logs:"],
        "components": ['paths: ["apps/api/**"]', 'paths: ["apps/web/**"]'],
        "contacts": ["to: devops", "to: development", "to: security"],
        "stacks": ["NetworkStack", "DatabaseStack", "APIServiceStack", "WebServiceStack"],
    },
}
LIVE = {name: "production" for name in PROCESSES} | {"storefront-cdk": "prod"}

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

    def test_whoever_knows_the_teams_document_finds_its_figures_and_names(self):
        for name, says in TEAM_SAYS.items():
            text = "".join(f.read_text() for f in self.documents(name))
            for part, words in says.items():
                for word in words:
                    with self.subTest(process=name, part=part, word=word):
                        self.assertTrue(word in text, "neither in the plan nor in the environments")

    def test_the_report_of_a_release_names_its_checklists_rules_roles_and_messages(self):
        for name in PROCESSES:
            with self.subTest(process=name):
                plan, environments = self.documents(name)
                if self.plan(plan, environments, LIVE[name]).returncode != 0:
                    text, places = with_stand_ins(plan.read_text(), environments.read_text())
                    plan, environments = (pathlib.Path(self.place.name) / f.name for f in (plan, environments))
                    plan.write_text(text)
                    environments.write_text(places)
                page = pathlib.Path(self.place.name) / f"{name}.html"
                done = call("rehearse", plan, "-e", environments, "-n", LIVE[name], "--release", self.release, "--swarm", "0",
                            "--report", page)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                report = html.unescape(page.read_text())
                self.assertNotIn(SECRET, report)
                compiled = json.loads(self.plan(plan, environments, LIVE[name], "--format", "json").stdout)
                wanted = [text for s in compiled["steps"] for text in [s.get("title", ""), *s.get("item_texts", [])]]
                wanted += [t["text"] for t in compiled.get("tasks", [])]
                wanted += [g["alert"] for g in compiled["guards"] if g.get("alert")]
                wanted += [f"{severity}: " for severity in compiled["rollback"].get("severities", {})]
                wanted += list(compiled["roles"])
                wanted += [f">{group}</th>" for s in compiled["steps"] for group in s.get("item_groups", [])]
                wanted += [f'href="{address}">{name}</a>' for name, address in compiled["about"].get("links", {}).items()]
                wanted += [compiled["about"]["purpose"]]
                told = {m["moment"] for m in compiled["messages"]} & {"started", "approval", "released"}
                wanted += [f"<td>{moment}</td>" for moment in told]
                self.assertGreater(len(wanted), 30)
                self.assertEqual([w for w in wanted if w not in report], [])

    def test_every_trigger_that_a_team_wrote_down_is_armed_where_its_customers_are(self):
        for name in PROCESSES:
            plan, environments = self.documents(name)
            if self.plan(plan, environments, LIVE[name]).returncode != 0:
                text, places = with_stand_ins(plan.read_text(), environments.read_text())
                plan, environments = (pathlib.Path(self.place.name) / f.name for f in (plan, environments))
                plan.write_text(text)
                environments.write_text(places)
            compiled = json.loads(self.plan(plan, environments, LIVE[name], "--format", "json").stdout)
            armed = {g["id"] for g in compiled["guards"]}
            written = set()
            for block in re.findall(r"(?m)^    triggers:(?: &\w+)?\n((?:      .*\n)+)", environments.read_text()):
                written |= set(re.findall(r"(?m)^      ([a-z-]+):", block))
            with self.subTest(process=name):
                self.assertEqual(written - armed, set())

    def test_shopflow_goes_to_staging_by_itself_and_qa_tries_it_there(self):
        done = self.plan(*self.documents("shopflow"), "staging", "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        steps = {s["id"]: s for s in json.loads(done.stdout)["steps"]}
        self.assertNotIn("go", steps)
        self.assertNotIn("ready", steps)
        self.assertIn("Checkout process completes", steps["shop-works"]["item_texts"])
        self.assertIn("api-in-place", {s["group"] for s in steps.values()})

    def test_a_plan_as_a_table_and_over_time_says_what_the_teams_document_says(self):
        documents = self.documents("shopflow")
        table = self.plan(*documents, "production", "--format", "table").stdout
        for words in ("  Code readiness\n    code-readiness-1  All tests passing in CI\n", "Tue-Thu 10:00-14:00", "qa: user:quinn",
                      "SEV2: lead decide within 15m, else it is rolled back", "reminder 24h before 1h before"):
            with self.subTest(words=words):
                self.assertIn(words.replace("24h", "1d"), table)
        over_time = self.plan(*documents, "production", "--format", "timeline", "--store",
                              pathlib.Path(self.place.name) / "none.db").stdout
        self.assertRegex(over_time, r"shopflow 1\.2\.3 to production: at least 1d10m, without \d+ steps")
        self.assertRegex(over_time, r"watch +\+10m +1d +the plan")

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
