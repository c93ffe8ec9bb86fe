"""What the shipflow program reads from real repositories and real payloads, whatever state they are in.

  changes_test.py SHIPFLOW
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
PLAN = """shipflow: 1
plan: shop
components: { api: { paths: ["apps/api/**"] }, web: { paths: ["apps/web/**"] } }
steps: [{ id: say, command: [/bin/true] }]
"""


class Changes(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="shipflow-changes-"))
        self.addCleanup(shutil.rmtree, self.dir)
        self.repo = self.dir / "repo"
        self.env = {**os.environ, "HOME": str(self.dir), "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ann",
                    "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "a@b"}
        (self.dir / "plan.yaml").write_text(PLAN)
        self.init()

    def init(self, *more):
        shutil.rmtree(self.repo, ignore_errors=True)
        subprocess.run(["git", "init", "-q", "-b", "main", *more, str(self.repo)], env=self.env, check=True)

    def git(self, *words, text=None):
        done = subprocess.run(["git", "-C", str(self.repo), *words], env=self.env, check=True, capture_output=True, input=text)
        return done.stdout.decode().strip()

    def commit(self, message, path=None):
        if path:
            file = self.repo / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(message * 20)
            self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def shipflow(self, *words, stdin=None):
        return subprocess.run([PROGRAM, *map(str, words)], env=self.env, text=True, capture_output=True, timeout=60, check=False,
                              cwd=self.dir, input=stdin)

    def next(self, *more, repository="repo"):
        return self.shipflow("version", "next", "--repository", repository, *more)

    def refused(self, done, code, *words):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    # ---- repositories

    def test_every_kind_of_repository_is_read(self):
        for kind in ([], ["--object-format=sha256"]):
            self.init(*kind)
            self.commit("feat: one")
            self.git("tag", "v1.0.0")
            self.commit("fix: two")
            self.assertEqual(self.next().stdout, "1.0.1\n")
            subprocess.run(["git", "clone", "-q", "--bare", str(self.repo), str(self.dir / "bare")], env=self.env, check=True)
            self.assertEqual(self.next(repository="bare").stdout, "1.0.1\n")
            shutil.rmtree(self.dir / "bare")
            self.git("checkout", "-q", "--detach")
            self.git("worktree", "add", "-q", str(self.dir / "tree"), "HEAD")
            self.assertEqual(self.next(repository="tree").stdout, "1.0.1\n")
            shutil.rmtree(self.dir / "tree")

    def test_ten_thousand_tags_and_those_that_are_no_versions(self):
        head = self.commit("feat: one")
        odd = ["v01.0.0", "V9.0.0", "v1.0", "nightly", "v18446744073709551615.0.0", "v3.0.0-rc.1"]
        names = [f"v1.{n}.0" for n in range(10_000)] + odd
        self.git("update-ref", "--stdin", text="".join(f"create refs/tags/{n} {head}\n" for n in names).encode())
        self.git("branch", "v9.9.9")
        self.commit("feat: two")
        said = json.loads(self.next("--json").stdout)
        self.assertEqual((said["since"], said["version"], said["tag"]), ("v1.9999.0", "1.10000.0", "v1.10000.0"))

    def test_what_people_set_for_their_own_eyes_changes_nothing(self):
        self.commit("feat: one", "apps/api/x")
        for tag in ("v1.0.0", "v1.1.0", "other"):
            self.git("tag", tag)
        self.commit("fix: two", "apps/api/y")
        for name, value in (("column.ui", "always"), ("log.showSignature", "true"), ("color.ui", "always"),
                            ("log.diffMerges", "combined"), ("diff.relative", "true"), ("log.decorate", "full")):
            self.git("config", name, value)
        self.assertEqual(self.next().stdout, "1.1.1\n")
        self.assertEqual(self.shipflow("changes", "plan.yaml", "--repository", "repo/apps/api").stdout, "api\n")

    def test_no_repository_no_commit_and_no_such_revision_are_told_on_one_line(self):
        self.refused(self.next(), 1, "repo: the repository has no commit yet")
        self.refused(self.next(repository="/"), 1, "not a git repository")
        self.commit("feat: one")
        for since in ("nowhere", "v1..v2", "-x", "HEAD:plan"):
            self.refused(self.next(f"--since={since}"), 2, f"--since: `{since}` is no revision of the repository")

    # ---- versions

    def test_names_of_pre_releases_and_tags_that_make_no_version_are_refused(self):
        self.commit("feat: one")
        for name in ("", "rc 1", "01", "rc.", "rc+x", "r\u00e7"):
            self.refused(self.next(f"--prerelease={name}"), 2, f"--prerelease: `{name}` is no name of a pre-release")
        self.assertEqual(self.next("--prerelease=rc-a.b").stdout, "1.0.0-rc-a.b.1\n")
        for convention in ("v", "dev-${sha}", "${version}-${sha}"):
            self.refused(self.next("--tags", convention), 2, f"tags called `{convention}`", "it must name ${version} once")

    def test_pre_releases_lead_upwards_by_their_precedence(self):
        self.commit("feat: one")
        self.git("tag", "v1.3.0-rc.9")
        self.commit("fix: two")
        self.assertEqual(self.next("--prerelease", "rc").stdout, "1.3.0-rc.10\n")
        self.assertEqual(self.next("--prerelease", "beta").stdout, "1.3.1-beta.1\n")
        self.git("tag", "v1.3.0-rc.10")
        self.git("tag", "v1.3.0-rc.x")
        self.commit("fix: three")
        self.assertEqual(json.loads(self.next("--prerelease", "rc", "--json").stdout)["since"], "v1.3.0-rc.x")
        self.assertEqual(self.next().stdout, "1.0.0\n")  # none of them is a release

    def test_a_version_that_another_branch_has_is_not_given_twice(self):
        self.commit("feat: one")
        self.git("tag", "v1.0.0")
        self.git("checkout", "-q", "-b", "hotfix")
        self.commit("fix: hot")
        self.git("tag", "v1.0.1")
        self.git("checkout", "-q", "main")
        self.commit("fix: other")
        self.refused(self.next(), 1, "tag v1.0.1 exists already, on a commit that HEAD does not have; merge it first")

    def test_since_a_former_version_the_next_one_follows_from_there(self):
        self.commit("feat: one")
        self.git("tag", "v1.3.0")
        self.commit("feat: two")
        self.git("tag", "v1.4.0")
        self.assertTrue(self.shipflow("changes", "--repository", "repo", "--since", "v1.3.0").stdout.startswith("## 1.4.0\n"))
        self.assertEqual(self.shipflow("changes", "--repository", "repo").stdout, "## Unreleased\n")
        taken = self.next("--since", "v1.3.0")
        self.refused(taken, 1, "the next version would be 1.4.0, and tag v1.4.0 exists already\n")

    def test_what_git_revert_takes_back_is_not_announced(self):
        self.commit("fix: base")
        self.git("tag", "v1.0.0")
        self.commit("fix: small", "a")
        self.commit("feat: cart", "b")
        self.git("revert", "--no-edit", "HEAD")
        self.assertEqual(self.next().stdout, "1.0.1\n")
        self.assertNotIn("cart", self.shipflow("changes", "--repository", "repo").stdout)
        self.git("tag", "v1.0.1")
        self.git("revert", "--no-edit", "HEAD~2")
        self.assertEqual(self.next().stdout, "1.0.2\n")
        self.assertIn("### Reverts\n\n- fix: small (", self.shipflow("changes", "--repository", "repo").stdout)

    def test_a_shallow_clone_that_lacks_a_merged_branch_is_refused(self):
        self.commit("feat: one")
        self.git("checkout", "-q", "-b", "side")
        self.commit("feat!: deep")
        for n in range(4):
            self.commit(f"docs: {n}")
        self.git("checkout", "-q", "main")
        self.commit("docs: x")
        self.git("tag", "v1.0.0")
        self.git("merge", "-q", "--no-ff", "-m", "Merge side", "side")
        clone = ["git", "clone", "-q", "--depth", "3", f"file://{self.repo}", str(self.dir / "clone")]
        subprocess.run(clone, env=self.env, check=True)
        subprocess.run(["git", "-C", str(self.dir / "clone"), "fetch", "-q", "--depth", "3", "origin", "tag", "v1.0.0"],
                       env=self.env, check=True)
        self.refused(self.next(repository="clone"), 2,
                     "the clone is shallow and lacks commits since v1.0.0: run git fetch --unshallow --tags first")
        subprocess.run(["git", "-C", str(self.dir / "clone"), "fetch", "-q", "--unshallow", "--tags"], env=self.env, check=True)
        self.assertEqual(self.next(repository="clone").stdout, "2.0.0\n")

    # ---- what changed

    def test_a_file_that_moves_changes_both_components(self):
        self.commit("feat: one", "apps/api/x")
        self.git("tag", "v1.0.0")
        (self.repo / "apps/web").mkdir()
        self.git("mv", "apps/api/x", "apps/web/x")
        self.commit("refactor: move")
        done = self.shipflow("changes", "plan.yaml", "--repository", "repo")
        self.assertEqual((done.returncode, done.stdout), (0, "api\nweb\n"), done.stderr)
        self.assertIn("components.api.paths fit no file of the repository", done.stderr)
        self.commit("feat: back", "apps/api/\u00e4 \u201cx\u201d\n.py")
        self.assertEqual(self.shipflow("changes", "plan.yaml", "--repository", "repo").stderr, "")

    def test_a_component_has_versions_of_its_own(self):
        self.commit("feat: both", "apps/api/x")
        self.git("tag", "api-v1.0.0")
        self.git("tag", "web-v2.0.0")
        self.git("checkout", "-q", "-b", "side")
        self.commit("feat(web): shop", "apps/web/x")
        self.git("checkout", "-q", "main")
        self.commit("fix(api): null", "apps/api/y")
        self.git("merge", "-q", "--no-ff", "-m", "Merge side", "side")
        def of(name, *more):
            return self.shipflow(*more, "plan.yaml", "--component", name, "--tags", name + "-v${version}", "--repository", "repo")
        self.assertEqual(of("api", "version", "next").stdout, "1.0.1\n")
        self.assertEqual(of("web", "version", "next").stdout, "2.1.0\n")
        self.assertRegex(of("web", "changes").stdout, r"^## 2\.1\.0\n\n### Features\n\n- \*\*web:\*\* shop \(\w{7}\)\n$")
        self.git("tag", "api-v1.0.1")
        nothing = of("api", "version", "next")
        self.assertEqual((nothing.returncode, nothing.stderr), (1, "shipflow: nothing to release since api-v1.0.1\n"))
        self.refused(of("shop", "version", "next"), 2, "the plan has no component shop with `paths`")
        self.refused(self.next("--component", "api"), 2, "--component needs the PLAN")
        self.refused(self.shipflow("version", "next", "plan.yaml"), 2, "usage: shipflow version next [PLAN --component NAME]")

    def test_the_first_push_of_a_branch_changes_everything(self):
        self.commit("feat: one", "apps/api/x")
        self.git("tag", "v1.0.0")
        self.commit("fix: two", "apps/web/x")
        for zeros in ("0" * 40, "0" * 64):
            done = self.shipflow("changes", "plan.yaml", "--repository", "repo", "--since", zeros)
            self.assertEqual((done.returncode, done.stdout), (0, "api\nweb\n"), done.stderr)

    def test_a_hook_of_another_repository_asks_about_the_one_that_is_named(self):
        self.commit("feat: one")
        self.git("tag", "v1.0.0")
        self.commit("fix: two")
        subprocess.run(["git", "init", "-q", str(self.dir / "other")], env=self.env, check=True)
        self.env["GIT_DIR"] = str(self.dir / "other/.git")
        self.assertEqual(self.next().stdout, "1.0.1\n")

    def test_changes_as_json_for_programs(self):
        self.commit("feat(api)!: one\n\nBREAKING CHANGE: all is new\nReviewed-by: Zoe")
        (self.dir / "message").write_bytes(b"fix: odd \xff\xfe bytes")
        self.git("-c", "i18n.commitEncoding=UTF-8", "commit", "-q", "--allow-empty", "-F", str(self.dir / "message"))
        (self.dir / "message").write_bytes(b"fix: " + bytes(range(1, 256)))
        self.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", str(self.dir / "message"))
        self.commit("Merge nothing")
        said = json.loads(self.shipflow("changes", "--repository", "repo", "--json").stdout)
        self.assertEqual((said["version"], said["since"]), ("1.0.0", "the first commit"))
        self.assertEqual([(c["type"], c["scope"], c["breaking"]) for c in said["commits"]],
                         [("fix", "", None), ("fix", "", None), ("feat", "api", "all is new")])
        self.assertEqual(said["commits"][0]["description"], "\x01\x02\x03\x04\x05\x06\x07\x08")
        self.assertTrue(said["commits"][1]["description"].startswith("odd "))
        self.assertEqual(self.shipflow("changes", "--repository", "repo").stdout.count("\n- "), 4)

    # ---- triggers

    ENVIRONMENTS = "shipflow: 1\nenvironments: { dev: {}, staging: {}, prod: {} }\n"

    def trigger(self, triggers, event, payload, *more):
        (self.dir / "plan.yaml").write_text(PLAN + "triggers:\n" + triggers)
        (self.dir / "environments.yaml").write_text(self.ENVIRONMENTS)
        return self.shipflow("trigger", "plan.yaml", *(["--event", event] if event else []), *more, stdin=json.dumps(payload))

    def history(self):
        lines = self.shipflow("history", "--json").stdout.splitlines()
        return [(r["environment"], r["version"]) for r in map(json.loads, reversed(lines))]

    def test_nothing_is_begun_when_one_of_the_environments_is_none(self):
        push = {"ref": "refs/heads/main", "after": "c0ffee", "head_commit": {"id": "c0ffee", "message": "x [all]"}}
        rules = "  everywhere: { message: \"[all]\", order: [dev, stagin] }\n  dev: { push: [main] }\n"
        done = self.trigger(rules, "push", push, "--run", "-e", "environments.yaml", "-V", "1.0.0")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("there is no environment `stagin`; did you mean `staging`?", done.stderr)
        self.assertIn("nothing is begun", done.stderr)
        self.assertEqual(self.history(), [])
        done = self.shipflow("run", "plan.yaml", "-e", "environments.yaml", "-n", "dev,staging,dev", "-V", "1.0.0")
        self.refused(done, 2, "environment dev is named twice")
        warned = self.shipflow("validate", "plan.yaml", "-e", "environments.yaml")
        self.assertEqual(warned.returncode, 0)
        self.assertIn("`triggers` name environment `stagin`, which the environments document lacks", warned.stderr)

    def test_triggers_that_cannot_be_meant_are_found_before_any_event(self):
        (self.dir / "plan.yaml").write_text(PLAN + "triggers:\n  dev: { pushes: [main] }\n")
        done = self.shipflow("validate", "plan.yaml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("plan.yaml:6:3 /triggers: `triggers.dev.pushes` is not known", done.stderr)
        (self.dir / "environments.yaml").write_text(self.ENVIRONMENTS)
        done = self.shipflow("plan", "plan.yaml", "-e", "environments.yaml", "-n", "dev", "-V", "1.0.0")
        self.assertIn("`triggers.dev.pushes` is not known", done.stderr)

    def test_a_pushed_tag_is_the_version_and_its_commit_is_what_is_built(self):
        payload = {"ref": "refs/tags/api-v1.2.3", "after": "tag object", "deleted": False, "forced": True, "created": True,
                   "base_ref": None, "head_commit": {"id": "c0ffee", "message": "chore: x"}}
        words = ["--run", "-e", "environments.yaml", "-n", "dev", "--tags", "api-v${version}"]
        done = self.trigger("  tag: [\"api-v*\"]\n", "push", payload, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.history(), [("dev", "1.2.3")])
        run = json.loads(self.shipflow("history", "--json").stdout)["run"]
        self.assertIn("Commit: c0ffee", self.shipflow("report", run).stdout)
        nowhere = self.trigger("  tag: [\"api-v*\"]\n", "push", payload, "--run", "-e", "environments.yaml", "-V", "1.0.0")
        self.assertEqual(nowhere.returncode, 2)
        self.assertIn("the plan's `triggers` name no environment; say which with --environment NAME", nowhere.stderr)

    def test_a_pull_request_from_a_fork_starts_nothing(self):
        def side(repository):
            return {"ref": "main", "sha": "1", "repo": {"full_name": repository}}
        pull = {"action": "opened", "number": 1, "pull_request": {"title": "x", "base": side("octo/shop"), "head": side("m/shop")}}
        done = self.trigger("  dev: { pull_request: [opened] }\n", "pull_request", pull)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("from a fork) starts nothing", done.stderr)
        pull["pull_request"]["head"] = side("octo/shop")
        self.assertEqual(self.trigger("  dev: { pull_request: [opened] }\n", "pull_request", pull).stdout, "dev\n")

    def test_a_dispatch_says_what_is_released(self):
        payload = {"action": "deploy", "branch": "main", "client_payload": {
            "version": "1.2.3", "commit": "c0ffee", "images": {"api": "r/api:v1.2.3"}, "note": "$(touch pwned)"}}
        rules, words = "  dev: { event: deploy }\n", ["--run", "-e", "environments.yaml"]
        self.assertEqual(self.trigger(rules, "repository_dispatch", payload, *words).returncode, 0)
        self.assertEqual(self.trigger(rules, "repository_dispatch", payload, *words, "-V", "1.2.4").returncode, 0)
        self.assertEqual(self.history(), [("dev", "1.2.3"), ("dev", "1.2.4")])
        said = json.loads(self.trigger(rules, "repository_dispatch", payload, "--json").stdout)
        self.assertEqual((said["environments"], said["version"], said["commit"]), (["dev"], "1.2.3", "c0ffee"))
        payload["client_payload"]["version"] = "1.2.3; rm -rf /"
        done = self.trigger(rules, "repository_dispatch", payload, *words)
        self.assertEqual(done.returncode, 2)
        self.assertIn("is not a semantic version", done.stderr)
        payload["client_payload"] = {"images": ["api"]}
        self.refused(self.trigger(rules, "repository_dispatch", payload, *words), 2, "`images` of the payload")

    def test_an_event_has_to_be_named(self):
        self.refused(self.trigger("  dev: { push: [main] }\n", "", {}), 2, "trigger needs --event NAME")
        self.refused(self.trigger("  dev: { push: [main] }\n", "release", {}), 1, "events of kind `release` are not known")

    def test_what_is_no_payload_is_told_by_its_name(self):
        (self.dir / "plan.yaml").write_text(PLAN + "triggers: { dev: { push: [main] } }\n")
        words = ["trigger", "plan.yaml", "--event", "push"]
        self.refused(self.shipflow(*words, stdin="{"), 2, "standard input: not valid JSON")
        self.refused(self.shipflow(*words, "--payload", "."), 2, ".: is a directory")
        self.refused(self.shipflow(*words, "--payload", "nothing"), 2, "nothing: cannot be read")
        for nonsense in ("null", "7", "[]", '"x"', '{"ref":{}}', '{"ref":"refs/heads/"}'):
            self.refused(self.shipflow(*words, stdin=nonsense), 2, "the payload is not that of `push`")

    def test_names_in_documents_stay_on_their_line(self):
        (self.dir / "environments.yaml").write_text('shipflow: 1\nenvironments: { "a\\nb\\e[2J": {} }\n')
        done = self.shipflow("validate", "plan.yaml", "-e", "environments.yaml")
        self.refused(done, 2, "/environments/a\\x0ab\\x1b[2J:")


if __name__ == "__main__":
    unittest.main()
