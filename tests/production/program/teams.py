"""What is released: production of two processes, from their documents, with other addresses and shorter waits."""

import hashlib
import pathlib
import re
import stat

SOURCES = pathlib.Path(__file__).resolve().parents[3]
PROCESSES = SOURCES / "examples" / "processes"

# Programs that the plans call: each notes what it was asked, and fails when a file says so.
STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >> "{place}/commands"
for word in "$@"; do [ ! -e "{place}/fails-$word" ] || exit 1; done
exit 0
"""


def digest(version):
    return hashlib.sha256(version.encode()).hexdigest()


def text_of(name):
    return (PROCESSES / name).read_text()


def quickly(environments, page):
    """Somebody at a page of the test may do all that a role may; staging is another story."""
    environments = re.sub(r"https://(?:www|api\.ecommerce)\.example\.com", page, environments)
    environments = re.sub(r'\["group:[^\]]*"\]', '["*"]', environments)
    environments = re.sub(r"\n *promoted_from: \{[^}]*\}", "", environments)
    return re.sub(r"every: \d+s", "every: 300ms", environments)


class Team:
    """One process at a place: its documents, its checkout and the programs it calls."""

    programs = ("npm",)
    parameters = {}
    buckets = ()

    def __init__(self, place):
        self.place = place
        (place / "bin").mkdir()
        for name in self.programs:
            path = place / "bin" / name
            path.write_text(STAND_IN.format(place=place))
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def write(self, cloud):
        plan, environments = self.documents(cloud)
        (self.place / "plan.yaml").write_text(plan)
        (self.place / "environments.yaml").write_text(environments)

    def words(self, version):
        out = [self.place / "plan.yaml", "-e", self.place / "environments.yaml", "-n", "production", "-V", version]
        for name, value in self.parameters.items():
            out += ["--parameter", f"{name}={value}"]
        return out

    def fail_at(self, word):
        (self.place / f"fails-{word}").touch()

    def commands(self):
        path = self.place / "commands"
        return path.read_text().splitlines() if path.exists() else []

    def site(self, folder, files):
        """What a build leaves."""
        root = self.place / folder
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)


def service(name):
    return {"cluster": "ecommerce-cluster", "name": f"{name}-service", "desired": 2,
            "definition": {"family": name, "containerDefinitions": [
                {"name": name, "image": f"registry.example.com/{name}:1.2.0"}]},
            "rest": {"deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 200,
                                                 "deploymentCircuitBreaker": {"enable": True, "rollback": True}}}}


class Specifications(Team):
    """deployment-specifications: services, database with a snapshot, assets on S3 and a CDN in front of them."""

    name = "deployment-specifications"
    distribution = "E2EXAMPLE1AB"
    buckets = ("shop-assets-production",)
    parameters = {"bake": "600ms", "watch": "600ms"}
    state = {"services": [service("backend"), service("frontend")], "databases": ["ecommerce-prod"],
             "distributions": {distribution: ""}}

    def documents(self, cloud):
        environments = quickly(text_of(f"{self.name}-environments.yaml"), cloud.page.url)
        self.site("scripts", {"notify.sh": f'cat > /dev/null; echo "told $1" >> "{self.place}/commands"\n'})
        return text_of(f"{self.name}.yaml"), environments.replace(
            '{ slack: "${SLACK_STAKEHOLDERS}" }', '{ slack: "${SLACK_STAKEHOLDERS}", private: true }')

    def environment(self, cloud):
        return {"SPECS_CHECKOUT": str(self.place), "DISTRIBUTION_ID": self.distribution, "DB_HOST": "db.example.com",
                "DB_USER": "nobody", "DB_PASSWORD": "not-to-be-seen", "REDIS_HOST": "redis.example.com",
                "SLACK_STAKEHOLDERS": cloud.page.url}

    def build(self, version, broken=False):
        self.site(".next/static", {"shop.js": "broken" if broken else f"shop {version}",
                                   f"chunks/main-{digest(version)[:16]}.js": version, "css/shop.css": "body {}"})

    def healthy(self, cloud):
        """The page works where its script does."""
        script = cloud.file(self.buckets[0], "_next/static/shop.js")
        return lambda path: path != "/" or not script.exists() or script.read_text() != "broken"

    def picture(self, cloud):
        return {"services": cloud.services("ecommerce-cluster", ["backend-service", "frontend-service"]),
                "assets": cloud.served()}

    def counts(self, cloud):
        """What there may be but once."""
        return {"snapshots": len(cloud.snapshots("ecommerce-prod")),
                "invalidations": len(cloud.invalidations(self.distribution)),
                "deployments": cloud.deployments("ecommerce-cluster", ["backend-service", "frontend-service"]),
                "migrations": sum("migration:run" in c for c in self.commands()),
                "reverts": sum("migration:revert" in c for c in self.commands())}


class Frontends(Team):
    """The two frontends of enterprise-eks. Its cluster has no provider, so all else of the plan is left out here."""

    name = "enterprise-eks"
    programs = ("npm", "run-smoke-tests.sh")
    distributions = {"CMC_DISTRIBUTION": "E2EXAMPLE1CM", "CONSUMER_DISTRIBUTION": "E2EXAMPLE1CO"}
    buckets = ("cmc-frontend-production", "consumer-frontend-production")
    state = {"distributions": {d: "" for d in distributions.values()}}

    def documents(self, cloud):
        lines = text_of(f"{self.name}.yaml").splitlines()
        steps = [line for line in lines if re.match(r"  - \{ id: (cmc|consumer)[-a-z]*,", line)]
        steps = [s.replace("needs: [rolling, canary], ", "") for s in steps]
        plan = ["shipflow: 1", f"plan: {self.name}", "parameters: { frontends: { default: true, type: boolean } }",
                "components: [cmc, cmc-cdn, consumer, consumer-cdn, tests]", "steps:", *steps,
                "  - { id: smoke, needs: [cmc-cache, consumer-cache], action: tests.smoke }",
                "rollback: { on_failure: now }"]
        return "\n".join(plan) + "\n", self._environments(cloud)

    def _environments(self, cloud):
        """Of production what the frontends need."""
        text = quickly(text_of(f"{self.name}-environments.yaml"), cloud.page.url)
        base, rest = text.split("  local:\n")
        return (base + "  production:\n    extends: base\n    flags: { live: true }\n"
                + f"    url: {cloud.page.url}\n").replace("./scripts/run-smoke-tests.sh", "run-smoke-tests.sh")

    def environment(self, cloud):
        return {"EKS_CHECKOUT": str(self.place), "AWS_ACCOUNT_ID": "123456789012", **self.distributions}

    def build(self, version, broken=False):
        for folder in ("cmc-frontend/out", "consumer-frontend/dist"):
            self.site(folder, {"index.html": f"<p>{version}", "about/index.html": f"<p>about {version}", "logo.svg": "<svg/>",
                               f"app.{digest(version)[:10]}.js": version})

    def healthy(self, cloud):
        return lambda path: True

    def picture(self, cloud):
        return {"sites": cloud.served()}

    def counts(self, cloud):
        return {f"invalidations {d}": len(cloud.invalidations(d)) for d in self.distributions.values()}


class Stacks(Team):
    """Stacks of CloudFormation, a snapshot, and a site that CloudFront is switched to."""

    name = "stacks"
    distribution = "E2EXAMPLE1ST"
    buckets = ("shop-releases",)
    state = {"databases": ["shop"], "distributions": {distribution: ""}}

    def documents(self, cloud):
        here = pathlib.Path(__file__).parent
        return (here / "stacks.yaml").read_text(), (here / "stacks-environments.yaml").read_text()

    def environment(self, cloud):
        return {"STACKS_CHECKOUT": str(self.place)}

    def build(self, version, broken=False):
        self.site("dist", {"index.html": f"<p>{version}", "app.js": version})
        self.site(".", {"network.yaml": f"network {version}", "service.yaml": f"service {version}"})

    def healthy(self, cloud):
        return lambda path: True

    def picture(self, cloud):
        cdn = cloud.client("cloudfront").get_distribution_config(Id=self.distribution)["DistributionConfig"]
        return {"stacks": cloud.templates(["network", "service"]), "sites": cloud.served(),
                "origin": cdn["Origins"]["Items"][0]["OriginPath"]}

    def counts(self, cloud):
        return {"snapshots": len(cloud.snapshots("shop")), "invalidations": len(cloud.invalidations(self.distribution)),
                "updates": cloud.stack_updates(["network", "service"])}
