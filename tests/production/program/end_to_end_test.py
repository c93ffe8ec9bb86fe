"""Production of deployment-specifications and the frontends of enterprise-eks, released by the shipflow program over the
AWS double and versitygw: good versions, and some that fail in each way there is.

  end_to_end_test.py SHIPFLOW AWS_DOUBLE
"""

import concurrent.futures
import sys
import unittest

from place import Place, tools_of

TOOLS = tools_of("production_program")

from teams import Frontends, Specifications  # noqa: E402


class OfSpecifications(unittest.TestCase):
    def setUp(self):
        self.place = Place(TOOLS, Specifications)
        self.addCleanup(self.place.close)
        self.team, self.cloud = self.place.team, self.place.cloud

    def ends(self, version, phase):
        end = self.place.carry_out(version)
        self.assertEqual(end["phase"], phase, f"{end}\n{self.place.release.output()}")
        return end

    def begun(self):
        """A first release, as something that can be put back."""
        self.team.build("1.2.1")
        self.ends("1.2.1", "released")
        (self.team.place / "commands").unlink()
        for relay in (self.cloud.aws, self.cloud.objects):
            relay.done.clear()
        self.snapshots = len(self.cloud.snapshots("ecommerce-prod"))
        self.before = self.team.picture(self.cloud)

    def is_as_before(self):
        """But for assets that no page names: they stay until they are pruned."""
        now = self.team.picture(self.cloud)
        left = [k for k in now["assets"] if k not in self.before["assets"]]
        self.assertTrue(all("/chunks/" in k for k in left), left)
        now["assets"] = {k: v for k, v in now["assets"].items() if k not in left}
        self.assertEqual(now, self.before)

    def order(self, *names):
        """Of the calls to AWS that changed something, the place of each."""
        done = self.cloud.aws.done
        return [done.index(n) for n in names]

    def test_a_good_version_reaches_database_services_assets_and_cdn(self):
        self.team.build("1.3.0")
        self.ends("1.3.0", "released")
        now = self.team.picture(self.cloud)
        for name in ("backend", "frontend"):
            self.assertEqual(now["services"][f"{name}-service"]["image"], f"registry.example.com/{name}:1.3.0")
        self.assertIn("shop-assets-production/_next/static/css/shop.css", now["assets"])
        self.assertEqual(self.team.counts(self.cloud), {
            "snapshots": 1, "invalidations": 1, "migrations": 1, "reverts": 0,
            "deployments": {"backend-service": 2, "frontend-service": 2}})
        self.assertEqual(self.cloud.invalidations(self.team.distribution), [["/*"]])
        snapshot, backend, frontend, cleared = self.order("CreateDBSnapshot", "UpdateService", "UpdateService",
                                                          f"POST /2020-05-31/distribution/{self.team.distribution}/invalidation")
        self.assertLess(snapshot, backend)
        self.assertLess(frontend, cleared)

    def test_a_service_that_does_not_come_up_is_taken_back_with_the_database(self):
        self.begun()
        self.team.build("1.3.0-dies")
        self.ends("1.3.0-dies", "rolled_back")
        self.is_as_before()
        self.assertEqual(self.team.counts(self.cloud)["reverts"], 1)
        self.assertEqual(len(self.cloud.snapshots("ecommerce-prod")), self.snapshots + 1)

    def test_a_migration_that_fails_leaves_services_assets_and_cdn_as_they_are_and_a_snapshot(self):
        self.begun()
        self.team.build("1.3.0")
        self.team.fail_at("migration:run")
        self.ends("1.3.0", "rolled_back")
        self.is_as_before()
        self.assertEqual(self.cloud.aws.done, ["CreateDBSnapshot"])
        self.assertEqual(self.cloud.objects.done, [])
        self.assertEqual(len(self.cloud.snapshots("ecommerce-prod")), self.snapshots + 1)

    def test_a_broken_site_is_taken_back_everywhere_services_before_the_cache_and_the_database_after_a_person_agreed(self):
        self.begun()
        self.team.build("1.3.0", broken=True)
        self.ends("1.3.0", "rolled_back")
        self.is_as_before()
        self.assertEqual(self.team.counts(self.cloud)["reverts"], 1)
        done = self.cloud.aws.done
        services = [i for i, name in enumerate(done) if name == "UpdateService"]
        cleared = [i for i, name in enumerate(done) if name.endswith("/invalidation")]
        self.assertLess(services[-1], cleared[-1], done)
        self.assertEqual(len([c for c in self.place.release.asked if "migrate" in c]), 1, self.place.release.asked)


class OfFrontends(unittest.TestCase):
    def setUp(self):
        self.place = Place(TOOLS, Frontends)
        self.addCleanup(self.place.close)
        self.team, self.cloud = self.place.team, self.place.cloud

    def ends(self, version, phase):
        end = self.place.carry_out(version)
        self.assertEqual(end["phase"], phase, f"{end}\n{self.place.release.output()}")

    def test_both_frontends_are_released_and_a_failing_version_of_both_is_taken_back(self):
        self.team.build("1.0.0")
        self.ends("1.0.0", "released")
        before = self.team.picture(self.cloud)
        for bucket in self.team.buckets:
            self.assertIn(f"{bucket}/index.html", before["sites"])
        for distribution in self.team.distributions.values():
            self.assertEqual(len(self.cloud.invalidations(distribution)), 1)
        self.team.build("1.1.0")
        self.team.fail_at("production")
        self.ends("1.1.0", "rolled_back")
        now = self.team.picture(self.cloud)["sites"]
        self.assertEqual({k: v for k, v in now.items() if k in before["sites"]}, before["sites"])
        left = [k for k in now if k not in before["sites"]]
        self.assertTrue(all("/app." in k for k in left), left)  # what no page names stays until it is pruned
        for distribution in self.team.distributions.values():
            self.assertEqual(self.cloud.invalidations(distribution)[2:], [["/*"]])


def cases(suite):
    for one in suite:
        yield from cases(one) if isinstance(one, unittest.TestSuite) else [one]


def main():
    """All at once: most of their time they wait."""
    tests = list(cases(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])))
    with concurrent.futures.ThreadPoolExecutor(len(tests)) as crew:
        results = list(crew.map(lambda t: t.run(), tests))
    for _, trouble in (p for r in results for p in r.errors + r.failures):
        print(trouble)
    print(f"{len(tests)} releases, {sum(not r.wasSuccessful() for r in results)} not as they should be")
    return 0 if all(r.wasSuccessful() for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
